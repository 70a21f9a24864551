"""Steps and phases: what may follow what, what ticks itself, who may sign off, and what opens a phase again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from migrations_app.rules.deciding import decided
from migrations_app.rules.following import consequences
from migrations_app.rules.happening import Happening, Moment, Refused
from migrations_app.rules.progress import Where, current_phase, late, progress
from migrations_app.rules.state import evolved, replayed
from migrations_app.rules.steps import Doing, Phase, Step
from migrations_app.rules.workdays import WorkDays
from tests.planner.test_rollout import BEGUN, COMMANDS, Plan

DAY = dt.date(2026, 11, 2)


class Team(Plan):
    """A plan of a team's: Alice does what is not said to be somebody else's."""

    def by(self, who: str, name: str, **said: Any) -> None:
        command = COMMANDS.validate_python({"command": name, "revision": self.state.revision, **said})
        for happening in decided(self.state, command, Moment(self.now, who)):
            self.told.append(happening)
            self.state = evolved(self.state, happening)

    def add(self, title: str, phase: str = "prepare", **said: Any) -> str:
        self.do("add_step", title=title, phase=phase, **said)
        return f"s{self.state.steps.added}"

    def step(self, one: str) -> Step:
        found = self.state.steps.found(one)
        assert found is not None
        return found

    def move(self, one: str, to: str, reason: str = "") -> None:
        self.do("move_steps", steps=one, to=to, reason=reason)


def test_a_step_is_begun_blocked_with_a_reason_and_done() -> None:
    plan = Team()
    one = plan.add("Review the code", owner="alice", due="2026-11-05")
    plan.move(one, "doing")
    assert plan.refused("move_steps", steps=one, to="blocked") == "step-needs-reason"
    plan.move(one, "blocked", "no access to the repository")
    assert (plan.step(one).doing, plan.step(one).reason) == (Doing.BLOCKED, "no access to the repository")
    plan.move(one, "done")
    assert (plan.step(one).doing, plan.step(one).reason, plan.step(one).by) == (Doing.DONE, "", "alice")
    assert plan.refused("move_steps", steps=one, to="done") == "step-stands-there"
    assert plan.refused("move_steps", steps="s9", to="done") == "no-step"


def test_a_step_waits_for_a_stage_by_whichever_spelling_of_its_share() -> None:
    plan = Team()
    one = plan.add("Hold 10 %", automatic="stage-started:010.0")
    plan.do("start")
    assert plan.step(one).settled


def test_a_phase_that_the_canary_has_gone_past_is_not_finished_and_no_later_one() -> None:
    plan = Team()
    plan.add("Review the code")
    plan.add("Tell support", phase="verify")
    plan.do("start")
    where = {each.phase: each.where for each in progress(plan.state)}
    assert where[Phase.PREPARE] is Where.BEHIND
    assert where[Phase.CANARY] is Where.NOW
    assert where[Phase.VERIFY] is Where.LATER


def test_no_day_of_a_step_is_later_than_days_are() -> None:
    plan = Team()
    one = plan.add("A", due="2099-12-30")
    plan.do("set_steps", steps=[one], days=366)
    assert plan.step(one).due == dt.date(2100, 1, 1)
    assert WorkDays().nth(dt.date(2099, 12, 30), 500) == dt.date(2100, 1, 1)


def test_a_step_is_skipped_for_a_reason_only() -> None:
    plan = Team()
    one = plan.add("Move the WebSocket")
    assert plan.refused("move_steps", steps=one, to="skipped", reason=" ") == "step-needs-reason"
    plan.move(one, "skipped", "it was SSE already")
    assert plan.step(one).settled


def test_a_step_waits_for_those_before_it() -> None:
    plan = Team()
    first = plan.add("Make a test account")
    second = plan.add("Try it", after=first)
    assert plan.refused("move_steps", steps=second, to="doing") == "step-waits"
    assert plan.refused("move_steps", steps=second, to="done") == "step-waits"
    plan.move(second, "blocked", "no account")
    plan.do("move_steps", steps=[first, second], to="done")
    assert plan.step(second).settled


def test_what_was_skipped_holds_nobody_up() -> None:
    plan = Team()
    first = plan.add("Make a test account")
    second = plan.add("Try it", after=first)
    plan.move(first, "skipped", "there is one")
    plan.move(second, "doing")


def test_steps_never_wait_in_a_circle() -> None:
    plan = Team()
    first = plan.add("A")
    second = plan.add("B", after=first)
    third = plan.add("C", after=second)
    said: dict[str, Any] = {"title": "A", "phase": "prepare"}
    assert plan.refused("edit_step", step=first, after=third, **said) == "steps-in-a-circle"
    assert plan.refused("edit_step", step=first, after=first, **said) == "steps-in-a-circle"
    assert plan.refused("edit_step", step=first, after="s7", **said) == "no-step"


def test_a_step_that_is_removed_is_waited_for_by_nobody_and_its_id_is_never_used_again() -> None:
    plan = Team()
    first = plan.add("A")
    second = plan.add("B", after=first)
    plan.do("remove_steps", steps=first, reason="twice")
    assert plan.step(second).after == ()
    plan.do("remove_steps", steps=second, reason="twice")
    assert plan.add("C") == "s3"


def test_several_steps_get_an_owner_and_move_by_working_days() -> None:
    plan = Team()
    friday = plan.add("A", due="2026-11-06")
    undated = plan.add("B")
    plan.do("set_steps", steps=[friday, undated], owner="bob", days=1)
    assert [(step.owner, step.due) for step in plan.state.steps.each] == [("bob", dt.date(2026, 11, 9)), ("bob", None)]
    assert plan.refused("set_steps", steps=[friday]) == "nothing-to-change"
    plan.do("set_steps", steps=[friday], due="2026-12-01", phase="verify", owner="")
    assert (plan.step(friday).phase, plan.step(friday).owner) == (Phase.VERIFY, "")


@pytest.mark.parametrize(
    "said",
    [
        {"command": "set_steps", "steps": "s1", "due": "2026-12-01", "days": 2},
        {"command": "show_step", "step": "s1", "kind": "link", "text": "Dashboard"},
        {"command": "show_step", "step": "s1", "kind": "link", "text": "Dashboard", "url": "javascript:alert(1)"},
        {"command": "show_step", "step": "s1", "kind": "number", "text": "p95"},
        {"command": "show_step", "step": "s1", "kind": "number", "text": "p95", "number": "NaN"},
        {"command": "show_step", "step": "s1", "kind": "file", "text": "run.log"},
        {"command": "add_step", "phase": "prepare", "title": "A", "automatic": "moon-risen"},
        {"command": "add_step", "phase": "prepare", "title": "Use sk-proj-abcdefghijklmnop1234"},
        {"command": "comment_step", "step": "s1", "text": "  "},
    ],
)
def test_what_makes_no_sense_is_no_command(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        COMMANDS.validate_python({"revision": 1, **said})


def test_evidence_is_kept_and_withdrawn_with_a_reason() -> None:
    plan = Team()
    one = plan.add("Measure it")
    plan.do("show_step", step=one, kind="number", text="TTFT p95", number="480.5", unit="ms")
    plan.do("show_step", step=one, kind="link", text="Dashboard", url="https://grafana.example/d/1")
    number, link = plan.step(one).evidence
    assert (str(number.number), number.unit, link.url) == ("480.5", "ms", "https://grafana.example/d/1")
    plan.do("withdraw_evidence", step=one, evidence=number.id, reason="the wrong week")
    assert plan.step(one).evidence == (link,)
    assert plan.refused("withdraw_evidence", step=one, evidence=number.id, reason="again") == "no-evidence"


def test_a_comment_holds_however_the_plan_stands() -> None:
    plan = Team()
    one = plan.add("A")
    command = COMMANDS.validate_python({"command": "comment_step", "step": one, "text": "Ask Lan"})
    assert command.revision is None
    (told,) = decided(plan.state, command, Moment(plan.now, "bob"))
    assert [each.text for each in evolved(plan.state, told).steps.each[0].comments] == ["Ask Lan"]


def test_automatic_steps_tick_themselves_when_it_happens() -> None:
    plan = Team().unlimited()
    names = ["canary-started", "stage-held:10", "gate-passed:10", "drill-done", "stage-started:50", "cut-over"]
    ids = {name: plan.add(name, "canary", automatic=name) for name in names}

    def done() -> list[str]:
        return [name for name in names if plan.step(ids[name]).settled]

    assert plan.refused("move_steps", steps=ids["drill-done"], to="done") == "step-ticks-itself"
    plan.do("start")
    assert done() == ["canary-started"]
    plan.do("rehearse", reason="before the weekend")
    plan.do("promote", 24)
    assert done() == [*names[:5]]
    plan.do("promote", 48)
    assert done() == names
    assert {step.by for step in plan.state.steps.each} == {""}


def test_a_stage_that_was_skipped_was_not_held() -> None:
    plan = Team()
    held = plan.add("Hold 10 %", "canary", automatic="stage-held:10")
    plan.do("start")
    plan.do("skip", reason="little traffic")
    assert not plan.step(held).settled


def test_a_roll_back_takes_back_what_has_to_be_held_anew() -> None:
    plan = Team().unlimited()
    held = {share: plan.add(f"Hold {share}", "canary", automatic=f"stage-held:{share}") for share in (10, 50)}
    over = plan.add("Cut over", "cut_over", automatic="cut-over")
    by_hand = plan.add("Tell support", "canary")
    plan.move(by_hand, "done")
    plan.do("start")
    plan.do("promote", 24)
    plan.do("promote", 48)
    plan.do("roll_back", percent=50, reason="errors")
    assert [plan.step(one).settled for one in (held[10], held[50], over, by_hand)] == [True, False, False, True]


def settled_phase() -> Team:
    plan = Team()
    for title in ("A", "B"):
        plan.move(plan.add(title), "done")
    return plan


def test_a_phase_is_signed_off_by_another_person_than_who_did_it() -> None:
    plan = settled_phase()
    assert plan.refused("sign_off", phase="prepare") == "own-work"
    plan.by("bob", "sign_off", phase="prepare", note="looked at both")
    assert plan.state.phases.signed[Phase.PREPARE].by == "bob"
    assert plan.refused("sign_off", phase="prepare") == "signed-off"


def test_a_phase_with_something_open_is_not_signed_off() -> None:
    plan = Team()
    assert plan.refused("sign_off", phase="prepare") == "phase-empty"
    plan.add("A")
    assert plan.refused("sign_off", phase="prepare") == "phase-open"
    assert plan.refused("sign_off", phase="canary") == "canary-not-finished"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("move_steps", {"steps": "s1", "to": "todo"}),
        ("add_step", {"title": "C", "phase": "prepare"}),
        ("edit_step", {"step": "s1", "title": "Another", "phase": "prepare"}),
        ("set_steps", {"steps": "s3", "phase": "prepare"}),
        ("remove_steps", {"steps": "s1", "reason": "twice"}),
        ("withdraw_evidence", {"step": "s1", "evidence": "e1", "reason": "wrong"}),
    ],
)
def test_a_later_change_opens_a_phase_again(command: str, said: dict[str, Any]) -> None:
    plan = settled_phase()
    plan.add("Elsewhere", "verify")
    plan.do("show_step", step="s1", kind="note", text="It worked")
    plan.by("bob", "sign_off", phase="prepare")
    plan.do("comment_step", step="s1", text="Well done")
    assert Phase.PREPARE in plan.state.phases.signed
    plan.do(command, **said)
    why = plan.state.phases.reopened[Phase.PREPARE]
    assert Phase.PREPARE not in plan.state.phases.signed
    assert (why.by, why.because) == ("", plan.told[-2].kind)


def test_a_roll_back_opens_the_phases_from_the_canary_on() -> None:
    plan = Team().unlimited()
    plan.do("start")
    for hours in (24, 48, 72):
        plan.do("promote", hours)
    plan.by("bob", "sign_off", phase="canary")
    plan.do("roll_back", percent=10, reason="errors")
    assert plan.state.phases.signed == {}


def test_progress_says_where_the_plan_is() -> None:
    plan = Team().unlimited()
    first = plan.add("A", due="2026-11-03")
    plan.add("B", "verify", due="2026-12-04")
    where = [one.where for one in progress(plan.state)]
    assert where == [Where.NOW, Where.EMPTY, Where.EMPTY, Where.EMPTY, Where.LATER]
    assert [step.id for step in late(plan.state, dt.date(2026, 11, 4))] == [first]
    plan.do("start")
    assert current_phase(plan.state) is Phase.CANARY
    for hours in (24, 48, 72):
        plan.do("promote", hours)
    assert current_phase(plan.state) is Phase.PREPARE
    plan.move(first, "done")
    assert progress(plan.state)[0].where is Where.DONE
    assert (current_phase(plan.state), progress(plan.state)[4].due) == (Phase.VERIFY, dt.date(2026, 12, 4))


def test_a_plan_of_another_start_day_moves_what_is_open_and_was_placed() -> None:
    plan = Team()
    told = plan.told[0]
    steps = [{"id": f"s{day}", "phase": "prepare", "title": f"Day {day}", "day": day} for day in (1, 2, 3)]
    plan.told = [told, Happening("steps.added", BEGUN, "alice", {"steps": steps})]
    plan.state = replayed(plan.told)
    plan.move("s1", "done")
    plan.do("edit_step", step="s2", title="Day 2", phase="prepare", due="2026-12-24")
    plan.do("reschedule", start_on="2026-12-05", days_off="2026-12-08")
    assert plan.state.about.start_on == dt.date(2026, 12, 5)
    assert [step.due for step in plan.state.steps.each] == [None, dt.date(2026, 12, 24), dt.date(2026, 12, 11)]


DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2028, 1, 1))


@given(DAYS, st.integers(-60, 60), st.frozensets(DAYS, max_size=8))
def test_working_days_are_counted_one_by_one(day: dt.date, by: int, off: frozenset[dt.date]) -> None:
    days = WorkDays(off)
    end = days.moved(day, by)
    low, high = sorted((day, end))
    between = [low + dt.timedelta(n) for n in range((high - low).days + 1)]
    assert sum(days.works(one) for one in between if one != day) == abs(by)
    assert by == 0 or (days.works(end) and (end > day) == (by > 0))
    first = days.nth(day, 0)
    assert days.works(first)
    assert not any(days.works(day + dt.timedelta(n)) for n in range((first - day).days))
    assert days.nth(day, abs(by)) == days.moved(first, abs(by))


ACTS = st.one_of(
    st.tuples(st.just("add_step"), st.sampled_from(list(Phase)), st.sampled_from(["", "cut-over", "stage-held:10"])),
    st.tuples(st.just("move_steps"), st.integers(1, 6), st.sampled_from(list(Doing))),
    st.tuples(st.just("set_steps"), st.integers(1, 6), st.sampled_from(list(Phase))),
    st.tuples(st.just("edit_step"), st.integers(1, 6), st.integers(1, 6)),
    st.tuples(st.sampled_from(["remove_steps", "comment_step", "show_step"]), st.integers(1, 6), st.none()),
    st.tuples(st.sampled_from(["sign_off", "reopen_phase"]), st.sampled_from(list(Phase)), st.none()),
    st.tuples(
        st.sampled_from(["start", "promote", "skip", "roll_back", "rehearse", "reschedule"]), st.none(), st.none()
    ),
)


def said_of(name: str, one: Any, two: Any) -> dict[str, Any]:
    return {
        "add_step": {"phase": one, "title": "A", "automatic": two},
        "move_steps": {"steps": f"s{one}", "to": two, "reason": "because"},
        "set_steps": {"steps": f"s{one}", "phase": two},
        "edit_step": {"step": f"s{one}", "title": "B", "phase": "keys", "after": f"s{two}"},
        "remove_steps": {"steps": f"s{one}", "reason": "twice"},
        "comment_step": {"step": f"s{one}", "text": "Well"},
        "show_step": {"step": f"s{one}", "kind": "note", "text": "Seen"},
        "sign_off": {"phase": one},
        "reopen_phase": {"phase": one, "reason": "because"},
        "promote": {},
        "reschedule": {"start_on": "2026-12-01"},
    }.get(name, {"reason": "because"})


@given(st.lists(st.tuples(ACTS, st.sampled_from(["alice", "bob"]), st.floats(0, 60)), max_size=40))
def test_whatever_happens_replay_says_the_same_and_sign_offs_are_true(
    acts: list[tuple[tuple[str, Any, Any], str, float]],
) -> None:
    plan = Team()
    for (name, one, two), who, hours in acts:
        plan.now += dt.timedelta(hours=hours)
        try:
            plan.by(who, name, **said_of(name, one, two))
        except Refused:
            continue
        for phase, signed in plan.state.phases.signed.items():
            steps = plan.state.steps.of(phase)
            assert all(step.settled and step.by != signed.by for step in steps)
    assert replayed(plan.told) == plan.state
    assert [told.kind for told in plan.told if told.who == "" and not told.kind.startswith(("steps", "phases"))] == []


def test_what_has_no_consequences_has_none() -> None:
    plan = Team()
    plan.add("A", automatic="cut-over")
    told = Moment(plan.now, "alice").happening("plan.renamed", name="B", note="")
    assert consequences(plan.state, evolved(plan.state, told), told, Moment(plan.now, "alice")) == []
