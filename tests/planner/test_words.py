"""Every command there is, in any order, by stale tabs and with clocks that jump: what must be true all the same."""

from __future__ import annotations

import ast
import datetime as dt
import inspect
import pkgutil
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import migrations_app
from migrations_app import log_words, refusal_words, timely
from migrations_app.commands import Command, Guarded
from migrations_app.deciding import DECIDE, AnyCommand, decided
from migrations_app.happening import Happening, Moment, Refused
from migrations_app.redoing import AGAIN
from migrations_app.review import Verdict
from migrations_app.rollout import Standing
from migrations_app.state import MADE, PARTS, State, evolved, replayed
from tests.planner.test_rollout import BEGUN, COMMANDS, HOUR

KEY = {"provider": "Google", "environment": "production"}
STAGES = [{"percent": 10, "hold_hours": 1, "automatic": True}, {"percent": 40, "hold_hours": 0}, {"percent": 100}]
SIDE = {"requests": 900, "errors": 9}
steps, keys = st.sampled_from(["s1", "s2", "s3"]), st.sampled_from(["k1", "k2", "k3"])
days = st.sampled_from(["2026-11-01", "2026-11-04", "2026-12-30", "2027-03-01"])
shares = st.sampled_from([0, 10, 40, 50, 99])
phases = st.sampled_from(["prepare", "keys", "canary", "cut_over", "verify"])
because = st.just("because")
automatic = st.sampled_from(["", "cut-over", "stage-held:10", "gate-passed:10", "key-tested", "key-created"])
SAID: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "start": {},
    "promote": {},
    "skip": {"reason": because},
    "hold": {"reason": because},
    "pause": {"reason": because},
    "resume": {},
    "roll_back": {"reason": because, "percent": shares},
    "rehearse": {"reason": because, "percent": shares},
    "plan_stages": {"stages": st.sampled_from([STAGES, STAGES[1:], [STAGES[0], STAGES[0]]])},
    "set_limits": {
        "limits": st.sampled_from([[], [{"metric": "error_rate", "kind": "points", "margin": "0.5"}]]),
    },
    "take_reading": {
        "baseline": st.just(SIDE),
        "candidate": st.sampled_from([{}, SIDE, {"requests": 100, "errors": 90}]),
    },
    "vouch": {
        "need": st.sampled_from(["old_key", "old_quota", "old_code"]),
        "holds": st.booleans(),
        "statement": because,
        "on": st.none() | days,
    },
    "rename": {"name": st.sampled_from(["A", "B"])},
    "archive": {},
    "restore": {},
    "review_conclude": {"verdict": st.sampled_from(list(Verdict)), "learnt": because},
    "review_date": {"due_on": days},
    "review_figures": {"figures": st.just([])},
    "review_reopen": {"reason": because},
    "sign_off": {"phase": phases},
    "reopen_phase": {"phase": phases, "reason": because},
    "add_step": {"phase": phases, "title": st.just("A"), "automatic": automatic},
    "edit_step": {"step": steps, "phase": phases, "title": st.just("B"), "after": steps},
    "set_steps": {"steps": steps, "phase": phases},
    "move_steps": {
        "steps": steps,
        "to": st.sampled_from(["todo", "doing", "blocked", "done", "skipped"]),
        "reason": because,
    },
    "remove_steps": {"steps": steps, "reason": because},
    "comment_step": {"step": steps, "text": because},
    "show_step": {"step": steps, "kind": st.just("note"), "text": because},
    "withdraw_evidence": {"step": steps, "evidence": st.just("e1"), "reason": because},
    "reschedule": {"start_on": days},
    "add_key": {name: st.just(each) for name, each in KEY.items()},
    "create_key": {**{name: st.just(each) for name, each in KEY.items()}, "replaces": st.just("") | keys},
    "describe_key": {"key": keys, "expires_on": st.none() | days},
    "drop_key": {"key": keys, "reason": because},
    "finish_key": {"key": keys, "until": st.none() | days},
    "keep_key": {"key": keys, "until": days},
    "key_used": {"key": keys, "used_on": days, "source": because},
    "leaked_key": {"key": keys, "reason": because},
    "reinstate_key": {"key": keys, "reason": because},
    "revoke_key": {"key": keys},
    "rollback_window": {"days": st.integers(0, 40)},
    "set_key": {"key": keys, "place": because},
}
# What only the product itself says.
OWN: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "record_test": {"outcome": st.sampled_from(["works", "refused"]), "endpoint": because, "model": because},
    "tried": {
        "key": keys,
        "outcome": st.sampled_from(["works", "refused", "over-quota"]),
        "endpoint": because,
        "model": because,
        "known": st.just("print"),
    },
    "show_file": {
        "step": steps,
        "text": because,
        "file": st.just("f1"),
        "size": st.just(1),
        "sha256": st.just("a" * 64),
    },
}


def kinds() -> dict[str, type[Command]]:
    """Every command of the union, by its name."""
    union = get_args(AnyCommand)[0]
    return {get_args(kind.model_fields["command"].annotation)[0]: kind for kind in get_args(union)}


def own_kinds() -> dict[str, type[Command]]:
    """The commands that no address takes."""
    rest = set(DECIDE) - set(kinds().values())
    names = {"RecordTest": "record_test", "Tried": "tried", "ShowFile": "show_file"}
    return {names[kind.__name__]: kind for kind in rest}


def one(name: str, fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    return st.tuples(st.just(name), st.fixed_dictionaries(fields))


USUAL = ["start", "promote", "skip", "roll_back", "add_step", "create_key", "add_key", "take_reading", "pause"]
ANY = st.one_of(*(one(name, fields) for name, fields in {**SAID, **OWN}.items()))
OFTEN = st.one_of(*(one(name, SAID[name]) for name in USUAL))
# Of each: what is said, by whom, after how long (or before), and how many revisions ago their page was made.
ACT = st.tuples(
    OFTEN | ANY,
    st.sampled_from(["alice", "bob"]),
    st.sampled_from([-30.0, -0.1, 0.0, 0.1, 1.0, 24.0, 60.0, 900.0]),
    st.sampled_from([0, 0, 0, 0, 1, 3]),
)


class Told:
    """A plan as it is carried out: who decided on an older revision does nothing, unless it holds however it stands."""

    def __init__(self) -> None:
        self.told = [Happening(MADE, BEGUN, "alice", {"name": "To Gemini"})]
        self.state = replayed(self.told)
        self.now = BEGUN

    def command(self, name: str, said: dict[str, Any], behind: int) -> Command:
        seen = max(self.state.revision - behind, 1)
        if name in OWN:
            kind = own_kinds()[name]
            named = {"command": name} if "command" in kind.model_fields else {}
            return kind.model_validate({**named, **said})
        return COMMANDS.validate_python({"command": name, "revision": seen, **said})

    def do(self, command: Command, who: str) -> list[Happening]:
        if isinstance(command, Guarded) and command.revision != self.state.revision:
            return []
        try:
            told = decided(self.state, command, Moment(self.now, who))
        except Refused as refused:
            # Raises KeyError for a code without words.
            refusal_words.in_words(refused)
            return []
        self.take(told)
        return told

    def rounds(self) -> list[Happening]:
        done: list[Happening] = []
        while told := timely.due(self.state, Moment(self.now)):
            self.take(told)
            done += told
            assert len(done) < 100
        return done

    def take(self, told: list[Happening]) -> None:
        self.told += told
        for happening in told:
            self.state = evolved(self.state, happening)


def test_each_command_is_among_those_that_are_tried() -> None:
    assert SAID.keys() == kinds().keys()
    assert OWN.keys() == own_kinds().keys()
    plan = Told()
    for name, fields in {**SAID, **OWN}.items():
        plan.command(name, {field: Example.of(each) for field, each in fields.items()}, 0)


class Example:
    """One value of a strategy, without Hypothesis' warning that this is no way to test."""

    @staticmethod
    def of(strategy: st.SearchStrategy[Any]) -> Any:
        found: list[Any] = []

        @settings(max_examples=1, database=None)
        @given(strategy)
        def keep(value: Any) -> None:
            found.append(value)

        keep()
        return found[0]


@settings(deadline=None)
@given(st.lists(ACT, max_size=30))
def test_whatever_anybody_does_in_whatever_order(
    acts: list[tuple[tuple[str, dict[str, Any]], str, float, int]],
) -> None:
    plan = Told()
    for (name, said), who, hours, behind in acts:
        plan.now += HOUR * hours
        before, at = plan.state, max(plan.now, plan.state.last_at)
        command = plan.command(name, said, behind)
        told = plan.do(command, who)
        check_ladder(before, told, at)
        if told and name == "roll_back":
            assert float(plan.state.rollout.weight) == float(said["percent"])
        if name == "roll_back" and not told:
            assert said["percent"] not in {float(share) for share in before.rollout.earlier()}
        check_ladder(plan.state, plan.rounds(), max(plan.now, plan.state.last_at))
        check_state(plan.state)
    assert replayed(plan.told) == plan.state
    assert all(later.at >= earlier.at for earlier, later in zip(plan.told, plan.told[1:], strict=False))
    assert {each.kind for each in plan.told} <= log_words.ACTS.keys()


def check_ladder(state: State, told: list[Happening], at: dt.datetime) -> None:
    """No stage is passed before its hold, or out of its turn, but with a reason."""
    for happening in told:
        before, state = state, evolved(state, happening)
        old, new = before.rollout, state.rollout
        if happening.kind == "canary.promoted":
            assert old.standing is Standing.RUNNING
            assert old.hold_left(at) == dt.timedelta()
        if happening.kind == "canary.skipped":
            assert happening.data["reason"]
        if new.weight > old.weight:
            assert happening.kind in {"canary.started", "canary.promoted", "canary.skipped"}
            assert new.place == (0 if old.place is None else old.place + 1)


def check_state(state: State) -> None:
    """What is true of any plan."""
    now = state.rollout
    assert now.weight == (now.stages[now.place].percent if now.place is not None else 0)
    for phase, signed in state.phases.signed.items():
        assert all(step.settled and step.by != signed.by for step in state.steps.of(phase))
    assert all(heir.replaces != heir.id for heir in state.keys.rows)


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Every module of plans."""
    for found in pkgutil.walk_packages(migrations_app.__path__, "migrations_app."):
        if ".migrations." not in found.name and not found.ispkg:
            path = inspect.getsourcefile(import_module(found.name))
            assert path
            yield found.name, ast.parse(Path(path).read_text())


def first_texts(tree: ast.Module, names: set[str], place: int = 0) -> Iterator[str]:
    """The text that functions of these names are called with, at a place."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and len(node.args) > place:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            said = node.args[place]
            if name in names and isinstance(said, ast.Constant) and isinstance(said.value, str):
                yield said.value


def test_each_refusal_has_words_and_each_word_a_refusal() -> None:
    trees = dict(sources())
    raised = {code for tree in trees.values() for code in first_texts(tree, {"Refused"})}
    raised |= {code for tree in trees.values() for code in first_texts(tree, {"_must"}, 1)}
    raised |= {"hold-not-over"}
    assert raised == refusal_words.WORDS.keys()


def test_refusals_are_unique() -> None:
    tables = [
        node.value
        for _name, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") in {"WORDS", "REFUSALS"}
    ]
    keys = [key for table in tables if isinstance(table, ast.Dict) for key in table.keys]
    written = [key.value for key in keys if isinstance(key, ast.Constant) and key.value in refusal_words.WORDS]
    assert set(written) == refusal_words.WORDS.keys()
    assert [code for code, count in Counter(written).items() if count > 1] == []


def test_each_kind_has_words() -> None:
    made = {kind for _name, tree in sources() for kind in first_texts(tree, {"happening", "Happening"})}
    assert made <= log_words.ACTS.keys()
    assert {kind.partition(".")[0] for kind in AGAIN} == PARTS.keys()
    assert AGAIN.keys() <= log_words.ACTS.keys()


@pytest.mark.parametrize("name", ["Tried", "RecordTest", "ShowFile"])
def test_nobody_sends_what_only_the_product_says(name: str) -> None:
    assert name not in {kind.__name__ for kind in kinds().values()}
