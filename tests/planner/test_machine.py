"""Plans through whatever people do to them in any order, with pauses, roll-backs, stale pages and clocks that jump.

What has happened is all that is stored: it must give the state again, as JSON and as a file that is taken in, too.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils import translation
from hypothesis import note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from pydantic import ValidationError

from costcalc.accounts.audit import canonical
from migrations_app import refusal_words
from migrations_app.log_words import ACTS
from migrations_app.rules import dates, documents, overlap, timely
from migrations_app.rules.commands import Guarded
from migrations_app.rules.deciding import decided
from migrations_app.rules.happening import ITSELF, Happening, Moment, Refused
from migrations_app.rules.keys import Key, Progress
from migrations_app.rules.keys import Standing as KeyStanding
from migrations_app.rules.redoing import AGAIN
from migrations_app.rules.rollout import Standing
from migrations_app.rules.state import MADE, evolved, replayed
from migrations_app.rules.steps import Phase
from tests.planner.ladder import Ladder, after, lines
from tests.planner.test_rollout import BEGUN, HOUR
from tests.planner.wishes import KINDS, PEOPLE, command_of, wish

FORECAST = {"baseline_month": "100.00", "candidate_month": "40.00", "requests_month": 300000}
LONG = dt.timedelta(days=900)
SEARCH = settings(max_examples=40, stateful_step_count=50, derandomize=False)
people = st.sampled_from(PEOPLE)
# Clocks are set right, and wrong.
jumps = st.sampled_from([-900.0, -30.0, -0.1, 0.1, 1.0, 24.0, 72.0, 900.0])
# How many revisions ago the page was made that a command is sent from.
behind = st.sampled_from([0, 0, 0, 0, 0, 1, 3])

# What people usually do next.
MAY = {
    Standing.PLANNED: ("start", "start", "start"),
    Standing.RUNNING: ("pause", "hold", "skip"),
    Standing.HELD: ("resume", "pause", "skip"),
    Standing.PAUSED: ("resume", "hold", "resume"),
    Standing.ROLLED_BACK: ("start", "start", "start"),
    Standing.FINISHED: ("archive", "start", "rehearse"),
}


def as_stored(told: Happening) -> Happening:
    """As it comes back from the database."""
    return replace(told, data=json.loads(canonical(dict(told.data))))


def named(*words: str) -> st.SearchStrategy[str]:
    """Commands whose classes are called so."""
    found = [name for name, kind in KINDS.items() if any(word in kind.__name__ for word in words)]
    return st.sampled_from(found)


class Moves(RuleBasedStateMachine):
    """One plan, and everybody who has to do with it."""

    accepted: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    happened: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.told = [Happening(MADE, BEGUN, "alice", {"name": "To Gemini"})]
        self.state = replayed(self.told)
        self.ladder = Ladder()
        self.now = BEGUN

    def do(self, name: str, who: str, stale: int = 0, /, **said: Any) -> bool:
        """Send it, from a page that is so many revisions old; whether it was done."""
        try:
            command = command_of(name, said, max(self.state.revision - stale, 1))
        except ValidationError:
            return False
        if isinstance(command, Guarded) and command.revision != self.state.revision:
            return False
        try:
            told = decided(self.state, command, Moment(self.now, who))
        except Refused as refused:
            note(f"{name} {said}: {refused.code}")
            self.refused[refused.code] += 1
            check_words(refused)
            return False
        note(f"{name} {said}: {[each.kind for each in told]}")
        self.accepted[name] += 1
        self.take(told)
        if name == "roll_back":
            assert self.state.rollout.weight == Decimal(str(said["percent"]))
        return True

    def take(self, told: list[Happening]) -> None:
        """It has happened."""
        before = self.ladder.weight
        for place, one in enumerate(told):
            assert one.at >= self.told[-1].at
            self.happened[one.kind] += 1
            self.ladder.follow(one)
            if one.who == ITSELF and one.kind == "steps.done":
                self.check_tick(one, before, told[:place])
            self.told.append(one)
            self.state = evolved(self.state, one)
            assert self.state.rollout.weight == self.ladder.weight

    def check_tick(self, told: Happening, before: Decimal, batch: list[Happening]) -> None:
        what = told.data["automatic"]
        for step_id in told.data["ids"]:
            step = self.state.steps.found(step_id)
            assert step is not None
            assert step.automatic == what
        assert self.ladder.ticks(what, told.at, before, batch)

    @initialize(data=st.data(), moves=st.booleans(), steps=st.integers(0, 6), keys=st.integers(0, 2))
    def a_plan_is_laid_out(self, data: st.DataObject, moves: bool, steps: int, keys: int) -> None:
        if moves:
            said = {"name": "To Gemini", "candidate": "google/gemini", "forecast": FORECAST}
            self.told = [Happening(MADE, BEGUN, "alice", said)]
            self.state = replayed(self.told)
        for name in [*["add_step"] * steps, *["add_key"] * keys]:
            self.send(data, name, "alice")

    def send(self, data: st.DataObject, name: str, who: str, stale: int = 0) -> None:
        self.do(name, who, stale, **data.draw(wish(name, self.state, self.now), name))

    @rule(data=st.data(), name=st.sampled_from(list(KINDS)), who=people, stale=behind)
    def anybody_does_anything(self, data: st.DataObject, name: str, who: str, stale: int) -> None:
        self.send(data, name, who, stale)

    @rule(data=st.data(), name=named("Step", "Evidence", "File", "Reschedule"), who=people, stale=behind)
    def somebody_works_at_the_steps(self, data: st.DataObject, name: str, who: str, stale: int) -> None:
        self.send(data, name, who, stale)

    @rule(data=st.data(), name=named("Key", "Tried", "Window"), who=people, stale=behind)
    def somebody_works_at_the_keys(self, data: st.DataObject, name: str, who: str, stale: int) -> None:
        self.send(data, name, who, stale)

    @rule(data=st.data(), name=named("Review", "Phase", "Sign", "Reading", "Limits", "Stages"), who=people)
    def somebody_judges(self, data: st.DataObject, name: str, who: str) -> None:
        self.send(data, name, who)

    @rule(data=st.data(), name=named("RollBack", "Rehearse", "Vouch", "RecordTest"), who=people)
    def somebody_sees_to_the_way_back(self, data: st.DataObject, name: str, who: str) -> None:
        self.send(data, name, who)

    @precondition(lambda self: self.state.about.archived)
    @rule(who=people)
    def it_is_taken_out_of_the_archive(self, who: str) -> None:
        self.do("restore", who)

    @rule(hours=jumps)
    def the_clock_jumps(self, hours: float) -> None:
        self.now += HOUR * hours

    @rule(which=st.integers(0, 2), who=people)
    def somebody_leads_the_canary(self, which: int, who: str) -> None:
        self.do(MAY[self.state.rollout.standing][which], who, reason="because")

    @precondition(lambda self: self.state.rollout.weight > 0)
    @rule(which=st.integers(0, 9), who=people, stale=behind)
    def it_is_rolled_back(self, which: int, who: str, stale: int) -> None:
        shares = self.state.rollout.earlier()
        assert self.do("roll_back", who, stale, percent=shares[which % len(shares)], reason="errors")

    @rule(who=people, errors=st.sampled_from([0, 0, 90]))
    def a_stage_is_passed_as_it_should_be(self, who: str, errors: int) -> None:
        self.do("start", who)
        self.do("resume", who)
        self.now = max(self.now, self.state.last_at)
        self.now += self.state.rollout.hold_left(self.now)
        self.do("take_reading", who, **figures(self.state.rollout.weight, errors))
        self.do("promote", who)

    @rule(who=people)
    def a_key_takes_the_place_of_another(self, who: str) -> None:
        if not self.of(KeyStanding.PENDING):
            for key in self.of(KeyStanding.CURRENT):
                self.do("create_key", who, provider="acme", environment="test", replaces=key.id)
        for key in self.of(KeyStanding.PENDING):
            self.do("set_key", who, key=key.id, place="Vault")
            self.do("tried", who, key=key.id, outcome="works", endpoint="acme", model="m", known="print")
            assert self.state.about.archived or self.state.keys.key(key.id).progress is Progress.TESTED
            self.do("finish_key", who, key=key.id)

    @rule(who=people)
    def a_key_that_nothing_needs_is_revoked(self, who: str) -> None:
        for key in self.of(KeyStanding.PREVIOUS):
            self.now = max(self.now, self.state.last_at)
            last = overlap.kept_until(self.state, key, self.now)
            self.now = max(self.now, dt.datetime.combine(last, dt.time(), dt.UTC) + 24 * HOUR)
            on = self.now.date() - dt.timedelta(3)
            self.do("key_used", who, key=key.id, used_on=str(on), source="the console")
            self.do("revoke_key", who, key=key.id)

    def of(self, standing: KeyStanding) -> list[Key]:
        return [key for key in self.state.keys.rows if key.standing is standing]

    @rule(data=st.data(), name=st.sampled_from(["keep_key", "reinstate_key", "drop_key", "create_key"]), who=people)
    def a_key_gets_another_place(self, data: st.DataObject, name: str, who: str) -> None:
        wanted = {"keep_key": KeyStanding.PREVIOUS, "reinstate_key": KeyStanding.PREVIOUS}
        standing = wanted.get(name, KeyStanding.PENDING if name == "drop_key" else KeyStanding.CURRENT)
        for key in self.of(standing)[:1]:
            said = data.draw(wish(name, self.state, self.now), name)
            self.do(name, who, **{**said, "replaces" if name == "create_key" else "key": key.id})

    @rule(data=st.data(), who=people)
    def the_review_is_held_and_taken_back(self, data: st.DataObject, who: str) -> None:
        self.do("review_figures", who, figures=[{"metric": "cost", "before": "10", "after": "0"}])
        self.send(data, "review_conclude", who)
        self.do("review_reopen", who, reason="a week was missing")

    @rule(data=st.data(), who=people)
    def evidence_is_shown_and_withdrawn(self, data: st.DataObject, who: str) -> None:
        for step in self.state.steps.each[:1]:
            said = data.draw(wish("show_step", self.state, self.now), "show_step")
            if self.do("show_step", who, **{**said, "step": step.id}):
                self.do("withdraw_evidence", who, step=step.id, evidence="e1", reason="of another contract")

    @rule(phase=st.sampled_from(Phase), who=people, by=people, opened=st.booleans())
    def a_phase_is_brought_to_its_end(self, phase: Phase, who: str, by: str, opened: bool) -> None:
        open_steps = [step.id for step in self.state.steps.of(phase) if not step.settled]
        if open_steps:
            self.do("move_steps", who, steps=open_steps, to="skipped", reason="because")
        self.do("sign_off", by, phase=phase)
        if opened:
            self.do("reopen_phase", by, phase=phase, reason="because")

    @rule()
    def time_goes_by(self) -> None:
        """What is due by itself happens, until nothing is; who looks at the plan again when it says is never late."""
        for _round in range(100):
            told = timely.due(self.state, Moment(self.now))
            if not told:
                break
            at = timely.next_at(self.state)
            assert at is not None
            assert at <= max(self.now, self.state.last_at)
            assert not self.state.about.archived
            self.take(told)
        else:
            raise AssertionError("It goes on by itself for ever.")

    @precondition(lambda self: not self.state.about.archived)
    @rule()
    def the_plan_is_waited_for(self) -> None:
        """When it says that something may be due, something is."""
        self.time_goes_by()
        at = timely.next_at(self.state)
        if at is not None:
            self.now = at
            assert timely.due(self.state, Moment(at))

    @rule()
    def a_file_of_it_is_taken_in(self) -> None:
        self.check_file()

    def check_file(self) -> None:
        document = documents.written("To Gemini", self.told, self.now)
        said = json.loads(canonical({**document, "events": list(document["events"])}))
        taken = documents.checked(said, max(self.now, self.state.last_at))
        assert taken == [as_stored(told) for told in self.told]
        assert replayed(taken) == self.state

    @invariant()
    def a_roll_back_is_never_gated(self) -> None:
        weight = self.ladder.weight
        shares = {Decimal(0), *(Decimal(stage["percent"]) for stage in self.ladder.stages)}
        for share in sorted(share for share in shares if share < weight):
            for name in ("roll_back", "rehearse"):
                command = command_of(name, {"percent": share, "reason": "errors"}, self.state.revision)
                if name == "roll_back" or not self.state.about.archived:
                    told = decided(self.state, command, Moment(self.now, "carol"))
                    assert after(self.state, told).rollout.weight == (share if name == "roll_back" else weight)

    @invariant()
    def a_plan_that_is_paused_stays_as_it_is(self) -> None:
        now = self.state.rollout
        if now.standing is Standing.PAUSED:
            assert now.hold_left(self.now + LONG) == now.hold_left(self.now)
            later = timely.due(self.state, Moment(self.now + LONG))
            assert after(self.state, later).rollout.weight == now.weight

    @invariant()
    def sign_offs_are_of_others_and_of_what_is_settled(self) -> None:
        for phase, signed in self.state.phases.signed.items():
            assert all(step.settled and step.by != signed.by for step in self.state.steps.of(phase))

    @invariant()
    def each_day_stands_in_the_calendar_once(self) -> None:
        for now in (self.now, self.now + LONG):
            found = dates.of(self.state, now)
            assert len({one.key for one in found}) == len(found)
            assert all(one.until is None or one.until >= one.on for one in found if isinstance(one.on, dt.datetime))

    @invariant()
    def of_keys_that_replace_each_other_one_is_in_use(self) -> None:
        for line in lines(self.state):
            current = [key for key in line if self.state.keys.key(key).standing is KeyStanding.CURRENT]
            pending = [key for key in line if self.state.keys.key(key).standing is KeyStanding.PENDING]
            assert len(current) <= 1
            assert len(pending) <= 1
            if current and not pending and not self.state.about.archived:
                said = {"provider": "acme", "environment": "test", "replaces": current[0]}
                assert decided(self.state, command_of("create_key", said, self.state.revision), Moment(self.now, "bob"))

    def teardown(self) -> None:
        assert replayed(self.told) == self.state
        assert replayed(map(as_stored, self.told)) == self.state
        self.check_file()


def figures(percent: Decimal, errors: int) -> dict[str, Any]:
    """What keeps every limit at a share, unless there are errors: so many in a thousand requests."""
    of = {"candidate": int(percent * 10_000), "baseline": int((100 - percent) * 10_000)}
    common = {"ttft_p95_ms": "700", "latency_p95_ms": "700", "cost": "0"}
    found = {side: {**common, "requests": requests, "errors": 0} for side, requests in of.items()}
    found["candidate"]["errors"] = of["candidate"] * errors // 1000
    return found


def check_words(refused: Refused) -> None:
    """Raises KeyError for a code without words."""
    said = set()
    for language in ("en", "vi"):
        with translation.override(language):
            said.add(words := refusal_words.in_words(refused))
            assert words.strip()
            assert "%(" not in words
    assert len(said) == 2, refused.code


def test_whatever_anybody_does_in_whatever_order() -> None:
    for seen in (Moves.accepted, Moves.refused, Moves.happened):
        seen.clear()
    # Several short searches, each from a place of its own, come further about than a long one.
    for place in range(6):
        run_state_machine_as_test(seed(place)(Moves), settings=SEARCH)
    # The way here leads through everything that there is.
    assert Moves.accepted.keys() == KINDS.keys()
    assert Moves.happened.keys() == AGAIN.keys() - {"plan.imported"}
    assert Moves.happened.keys() <= ACTS.keys()
