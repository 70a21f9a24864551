"""The canary's rules: what may follow what, how time counts, and that what has happened says all."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from migrations_app.rules.commands import Command
from migrations_app.rules.deciding import AnyCommand, decided
from migrations_app.rules.happening import Happening, Moment, Refused
from migrations_app.rules.rollout import Standing
from migrations_app.rules.state import MADE, State, evolved, replayed

BEGUN = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
COMMANDS: TypeAdapter[Command] = TypeAdapter(AnyCommand)


def begun() -> State:
    return replayed([Happening(MADE, BEGUN, "alice", {"name": "To Gemini"})])


class Plan:
    """A plan in memory, with a clock."""

    def __init__(self) -> None:
        self.told = [Happening(MADE, BEGUN, "alice", {"name": "To Gemini"})]
        self.state = begun()
        self.now = BEGUN

    def do(self, name: str, hours: float = 0, /, **said: Any) -> State:
        """Let time pass, then do it."""
        self.now += HOUR * hours
        command = COMMANDS.validate_python({"command": name, "revision": self.state.revision, **said})
        for happening in decided(self.state, command, Moment(self.now, "alice")):
            self.told.append(happening)
            self.state = evolved(self.state, happening)
        return self.state

    def unlimited(self) -> Self:
        """The same without limits, so that a stage is passed by its time alone."""
        self.do("set_limits", limits=[])
        return self

    def refused(self, name: str, hours: float = 0, /, **said: Any) -> str:
        with pytest.raises(Refused) as raised:
            self.do(name, hours, **said)
        return raised.value.code


def weight(state: State) -> float:
    return float(state.rollout.weight)


def test_three_stages_each_held_for_its_time() -> None:
    plan = Plan().unlimited()
    assert weight(plan.do("start")) == 10
    assert plan.refused("promote", 23.99) == "stage-not-passed"
    assert weight(plan.do("promote", 0.01)) == 50
    assert weight(plan.do("promote", 48)) == 100
    finished = plan.do("promote", 72)
    assert (finished.rollout.standing, weight(finished)) == (Standing.FINISHED, 100)
    assert plan.refused("start") == "started"


def test_paused_time_does_not_count_and_held_time_does() -> None:
    plan = Plan().unlimited()
    plan.do("start")
    plan.do("pause", 10, reason="an outage elsewhere")
    plan.do("resume", 100)
    assert plan.state.rollout.hold_left(plan.now) == 14 * HOUR
    plan.do("hold", 4, reason="over the weekend")
    assert plan.refused("promote", 50) == "not-running"
    assert weight(plan.do("resume")) == 10
    assert weight(plan.do("promote")) == 50


@pytest.mark.parametrize("name", ["skip", "roll_back", "rehearse"])
def test_what_needs_a_reason_is_nothing_without_one(name: str) -> None:
    for reason in ({}, {"reason": ""}, {"reason": "  \n"}):
        with pytest.raises(ValueError, match="reason"):
            COMMANDS.validate_python({"command": name, "revision": 1, **reason})


@pytest.mark.parametrize("name", ["start", "promote", "hold", "pause", "resume"])
@pytest.mark.parametrize("reason", [{}, {"reason": ""}, {"reason": None}])
def test_what_needs_no_reason_takes_one_and_none(name: str, reason: dict[str, str | None]) -> None:
    said = {"command": name, "revision": 1, "percent": None}
    assert COMMANDS.validate_python({**said, **reason}).model_dump()["reason"] == ""
    assert COMMANDS.validate_python({**said, "reason": "errors"}).model_dump()["reason"] == "errors"
    with pytest.raises(ValueError, match="looks like a key"):
        COMMANDS.validate_python({**said, "reason": "sk-proj-Zq3vN8xK1bT5mW9cR2yH6pL4dS7fG0jA"})


def test_whoever_says_where_a_command_leads_is_refused_where_it_leads_elsewhere() -> None:
    plan = Plan().unlimited()
    assert plan.refused("start", percent=50) == "another-share"
    plan.do("start", percent=10)
    for name in ("hold", "pause"):
        assert plan.refused(name, percent=50) == "another-share"
        plan.do(name, percent=10)
    assert plan.refused("resume", percent=0) == "another-share"
    plan.do("resume", percent=10)
    assert plan.refused("promote", 24, percent=100) == "another-share"
    plan.do("promote", percent=50)
    assert plan.refused("skip", percent=10, reason="hurry") == "another-share"
    plan.do("skip", percent=100, reason="hurry")
    plan.do("promote", 72, percent=100)
    assert plan.state.rollout.standing is Standing.FINISHED


def test_a_roll_back_to_where_it_stands_is_done_already() -> None:
    plan = Plan()
    for undone in ("planned", "rolled back"):
        before = plan.state
        assert plan.do("roll_back", reason=undone) == before
        plan.do("start")
        plan.do("skip", reason="little traffic")
        held = plan.do("roll_back", percent=10, reason="errors")
        assert plan.do("roll_back", percent=10, reason="somebody else saw them, too") == held
        plan.do("resume")
        # What goes on from there is not back.
        assert plan.refused("roll_back", percent=10, reason="errors") == "no-earlier-share"
        plan.do("roll_back", reason="errors")


def test_a_roll_back_asks_nothing_but_the_share() -> None:
    plan = Plan()
    assert plan.refused("roll_back", percent=10, reason="errors") == "no-earlier-share"
    plan.do("start")
    plan.do("skip", reason="little traffic")
    plan.do("pause", reason="an outage")
    assert plan.refused("roll_back", percent=50, reason="errors") == "no-earlier-share"
    back = plan.do("roll_back", percent=10, reason="errors")
    assert (weight(back), back.rollout.standing) == (10, Standing.HELD)
    # The stage begins anew, and its clock when it goes on.
    plan.do("resume", 30)
    assert plan.refused("promote", 23) == "stage-not-passed"
    nothing = plan.do("roll_back", reason="errors again")
    assert (weight(nothing), nothing.rollout.standing) == (0, Standing.ROLLED_BACK)
    assert weight(plan.do("start")) == 10


def test_a_drill_moves_no_traffic_and_is_counted() -> None:
    plan = Plan()
    plan.do("start")
    drilled = plan.do("rehearse", reason="before the weekend")
    assert (weight(drilled), drilled.rollout.drills) == (10, 1)


def test_stages_rise_to_all_and_those_entered_stay() -> None:
    plan = Plan().unlimited()
    stage = {"percent": "25", "hold_hours": 1}
    assert plan.refused("plan_stages", stages=[stage]) == "last-is-not-all"
    assert plan.refused("plan_stages", stages=[stage, stage, {"percent": 100}]) == "shares-do-not-rise"
    plan.do("plan_stages", stages=[stage, {"percent": 100}])
    assert weight(plan.do("start")) == 25
    assert plan.refused("plan_stages", stages=[{"percent": 30}, {"percent": 100}]) == "stage-entered"
    plan.do("plan_stages", stages=[stage, {"percent": "50.5"}, {"percent": 100}])
    assert weight(plan.do("promote", 1)) == 50.5


def test_a_clock_that_goes_back_makes_no_hold_shorter_or_longer() -> None:
    plan = Plan()
    plan.do("start")
    plan.do("hold", 10, reason="wait")
    plan.now -= 5 * HOUR
    resumed = plan.do("resume")
    assert resumed.last_at == BEGUN + 10 * HOUR
    assert resumed.rollout.held_for(plan.now) == 5 * HOUR
    assert resumed.rollout.held_for(BEGUN + 24 * HOUR) == 24 * HOUR


ACTS = st.sampled_from(["start", "promote", "skip", "hold", "pause", "resume", "roll_back", "rehearse"])
STEPS = st.lists(st.tuples(ACTS, st.floats(-5, 60), st.sampled_from([0, 10, 50, 99])), max_size=40)


@given(STEPS)
def test_what_has_happened_says_all_and_the_ladder_is_never_skipped_without_a_reason(
    steps: list[tuple[str, float, int]],
) -> None:
    plan = Plan()
    for name, hours, percent in steps:
        before = plan.state
        said: dict[str, Any] = {"reason": "because"} if name != "promote" else {}
        if name in {"roll_back", "rehearse"}:
            said["percent"] = percent
        try:
            after = plan.do(name, hours, **said)
        except Refused:
            continue
        held = before.rollout.held_for(max(plan.now, before.last_at))
        check(name, percent, before, after, held)
    assert replayed(plan.told) == plan.state


def check(name: str, percent: int, before: State, after: State, held: dt.timedelta) -> None:
    """What must be true of any command that was not refused."""
    shares = [0.0, *(float(stage.percent) for stage in before.rollout.stages)]
    if name == "roll_back":
        assert weight(after) == percent
        assert percent < weight(before) or after == before
    elif name in {"promote", "skip", "start"}:
        assert weight(after) == shares[min(shares.index(weight(before)) + 1, len(shares) - 1)]
    else:
        assert weight(after) == weight(before)
    if name == "promote":
        stage = before.rollout.stage
        assert stage is not None
        assert held >= stage.hold_hours * HOUR
