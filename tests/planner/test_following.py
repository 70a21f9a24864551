"""What follows by itself: steps that keys and gates tick, what time ticks, and what opens a phase again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from costcalc.accounts.audit import AuditEntry
from migrations_app import rounds
from migrations_app.plans import Plan as Stored
from migrations_app.rules import documents, timely
from migrations_app.rules.deciding import decided
from migrations_app.rules.happening import ITSELF, Moment, Refused
from migrations_app.rules.key_commands import AddKey, CreateKey, Tried
from migrations_app.rules.keys import Print
from migrations_app.rules.readings import SetLimits
from migrations_app.rules.safety import Age, Need
from migrations_app.rules.state import evolved, replayed
from migrations_app.rules.stepping import AddStep
from migrations_app.rules.steps import Phase
from tests.factories import Cast
from tests.planner.looked import a_plan, does, started
from tests.planner.test_rollout import HOUR
from tests.planner.test_rounds import after
from tests.planner.test_steps import Team

NEW = {"provider": "Google", "environment": "production"}
KEYS = ["key-created", "key-set", "key-tested", "key-finished", "key-revoked"]


class Keyed(Team):
    """A team with keys, whose time goes by."""

    def tried(self, key: str, outcome: str = "works") -> None:
        told = Tried(key=key, outcome=outcome, endpoint="sample", model="plain", known="print")
        for happening in decided(self.state, told, Moment(self.now, "alice")):
            self.told.append(happening)
            self.state = evolved(self.state, happening)

    def wait(self, hours: float) -> list[str]:
        """What the product does while so much time goes by."""
        self.now += HOUR * hours
        done = []
        while told := timely.due(self.state, Moment(self.now)):
            for happening in told:
                self.told.append(happening)
                self.state = evolved(self.state, happening)
                done.append(happening.kind)
        return done

    def rotating(self) -> None:
        """The old key k1, and k2 that is to take its place."""
        self.do("add_key", provider="DeepSeek", environment="production")
        self.do("create_key", replaces="k1", **NEW)

    def signed(self) -> None:
        """The phase of the keys, done and signed off."""
        self.move(self.add("Settle until when the old key stays alive", "keys"), "done")
        self.by("bob", "sign_off", phase="keys")


def test_what_happens_to_keys_ticks_the_steps_that_wait_for_it() -> None:
    plan = Keyed()
    ids = {name: plan.add(name, "keys", automatic=name) for name in KEYS}

    def done() -> list[str]:
        return [name for name in KEYS if plan.step(ids[name]).settled]

    plan.rotating()
    plan.tried("k1")
    assert done() == KEYS[:1]
    plan.tried("k2")
    assert done() == KEYS[:1]
    plan.do("set_key", key="k2", place="vault/llm")
    plan.tried("k2", "refused")
    assert done() == KEYS[:2]
    plan.tried("k2")
    assert done() == KEYS[:3]
    plan.do("finish_key", key="k2")
    assert done() == KEYS[:4]
    plan.do("leaked_key", key="k1", reason="in a log")
    assert done() == KEYS
    assert {plan.step(one).by for one in ids.values()} == {ITSELF}


def test_changes_of_keys_open_their_phase_again_and_tests_and_uses_do_not() -> None:
    plan = Keyed()
    plan.rotating()
    plan.do("set_key", key="k2", place="vault/llm")
    plan.signed()
    plan.tried("k2")
    plan.do("key_used", key="k1", used_on="2026-11-02", source="the console")
    plan.do("describe_key", key="k1", note="of the batch jobs")
    plan.do("finish_key", key="k2")
    assert Phase.KEYS in plan.state.phases.signed
    plan.do("rollback_window", days=40)
    assert plan.state.phases.reopened[Phase.KEYS].because == "key.window"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("add_key", NEW),
        ("create_key", NEW),
        ("set_key", {"key": "k2", "place": "elsewhere"}),
        ("drop_key", {"key": "k2", "reason": "not needed"}),
        ("leaked_key", {"key": "k1", "reason": "in a log"}),
        ("describe_key", {"key": "k1", "expires_on": "2027-01-01"}),
    ],
)
def test_each_change_of_keys_opens_their_phase_again(name: str, said: dict[str, Any]) -> None:
    plan = Keyed()
    plan.rotating()
    plan.signed()
    plan.do(name, **said)
    assert Phase.KEYS in plan.state.phases.reopened


def test_a_key_that_is_refused_opens_the_phase_again() -> None:
    plan = Keyed()
    plan.rotating()
    plan.signed()
    plan.tried("k1", "unreachable")
    assert Phase.KEYS in plan.state.phases.signed
    plan.tried("k1", "refused")
    assert plan.state.phases.reopened[Phase.KEYS].because == "key.tested"


def test_the_old_key_tested_among_the_keys_shows_that_it_is_alive() -> None:
    plan = Keyed()
    plan.rotating()
    plan.do("set_key", key="k2", place="vault/llm")
    plan.tried("k2")
    assert plan.state.safety.ages(plan.now)[Need.OLD_KEY] is Age.MISSING
    plan.tried("k1")
    proof = plan.state.safety.of(Need.OLD_KEY)
    assert proof is not None
    assert (proof.holds, proof.tested, proof.at) == (True, True, plan.now)
    assert plan.state.safety.ages(plan.now)[Need.OLD_QUOTA] is Age.FRESH
    plan.do("finish_key", key="k2")
    plan.tried("k1", "refused")
    assert plan.state.safety.ages(plan.now)[Need.OLD_KEY] is Age.BROKEN
    assert replayed(plan.told) == plan.state


READING = {"baseline": {"requests": 45_000, "errors": 450}, "candidate": {"requests": 5_000, "errors": 50}}


def test_a_gate_ticks_when_its_figures_pass_and_not_before() -> None:
    plan = Keyed()
    gate = plan.add("The limits of 10 % are kept", "canary", automatic="gate-passed:10")
    held = plan.add("Hold 10 %", "canary", automatic="stage-held:10")
    plan.do("set_limits", limits=[{"metric": "error_rate", "kind": "points", "margin": "0.5"}])
    plan.do("start")
    plan.do("take_reading", 1, baseline=READING["baseline"], candidate={"requests": 5_000, "errors": 500})
    assert not plan.step(gate).settled
    assert plan.wait(30) == []
    plan.now -= 29 * HOUR
    plan.do("take_reading", **READING)
    assert (plan.step(gate).settled, plan.step(held).settled) == (True, False)


def test_a_hold_ticks_its_step_when_it_is_over_though_nobody_clicks() -> None:
    plan = Keyed().unlimited()
    held = plan.add("Hold 10 %", "canary", automatic="stage-held:10")
    plan.do("start")
    assert timely.next_at(plan.state) == plan.now + 24 * HOUR
    assert plan.wait(23.9) == []
    assert plan.wait(0.1) == ["steps.done"]
    assert (plan.step(held).settled, plan.step(held).by) == (True, ITSELF)
    assert (plan.wait(100), timely.next_at(plan.state)) == ([], None)
    assert replayed(plan.told) == plan.state
    written = documents.written("", plan.told, plan.now)
    assert documents.checked({**written, "events": list(written["events"])}, plan.now + HOUR) == plan.told


def test_a_document_cannot_say_that_a_hold_was_over_before_it_was() -> None:
    plan = Keyed().unlimited()
    plan.add("Hold 10 %", "canary", automatic="stage-held:10")
    plan.do("start")
    plan.wait(24)
    written = documents.written("", plan.told, plan.now)
    events = list(written["events"])
    events[-1] = {**events[-1], "at": (plan.now - 2 * HOUR).isoformat()}
    with pytest.raises(Refused, match="file-event-cannot"):
        documents.checked({**written, "events": events}, plan.now + HOUR)


def test_a_stage_that_stands_still_is_not_looked_at_and_what_somebody_put_back_is_left_alone() -> None:
    plan = Keyed().unlimited()
    held = plan.add("Hold 10 %", "canary", automatic="stage-held:10")
    plan.do("start")
    plan.do("pause", 2, reason="an outage")
    assert (timely.next_at(plan.state), plan.wait(100)) == (None, [])
    plan.do("resume")
    assert plan.wait(22) == ["steps.done"]
    plan.move(held, "todo")
    assert (plan.step(held).settled, plan.wait(5), timely.next_at(plan.state)) == (False, [], None)


def test_an_archived_plan_is_left_alone() -> None:
    plan = Keyed()
    plan.add("Hold 10 %", "canary", automatic="stage-held:10")
    plan.do("start")
    plan.do("archive")
    assert (plan.wait(100), timely.next_at(plan.state)) == ([], None)


def test_the_rounds_tick_it(cast: Cast) -> None:
    plan = a_plan(cast)
    does(cast, plan, AddStep(command="add_step", revision=1, phase=Phase.CANARY, title="A", automatic="stage-held:10"))
    does(cast, plan, SetLimits(command="set_limits", revision=2, limits=()))
    started(cast, plan)
    assert rounds.go(after(23)) == []
    assert rounds.go(after(25)) == [f"{plan.public_id}: steps.done"]
    assert Stored.objects.get().next_at is None


def test_the_audit_log_has_no_print_to_try_keys_against(cast: Cast) -> None:
    plan = a_plan(cast)
    known = Print(last="w7Lk", salt="ab" * 16, digest="cd" * 32)
    added = AddKey(command="add_key", revision=1, provider="A", environment="B", print=known)
    does(cast, plan, added)
    other = known.model_copy(update={"digest": "ef" * 32})
    created = CreateKey(command="create_key", revision=2, provider="A", environment="B", print=other)
    does(cast, plan, created)
    noted = AuditEntry.objects.filter(action__in=["key.added", "key.created"])
    assert [json.loads(entry.after)["print"] for entry in noted] == [{"last": "w7Lk"}] * 2
    assert Stored.objects.get().state.keys.key("k1").print == known
