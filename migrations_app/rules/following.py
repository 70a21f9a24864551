"""What the product does by itself after something has happened: steps that tick themselves, phases reopened. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Final

from costcalc.digits import canonical
from migrations_app.rules import key_effects
from migrations_app.rules.canary_commands import NONE
from migrations_app.rules.gates import reached
from migrations_app.rules.happening import ITSELF, Happening, Moment
from migrations_app.rules.rollout import ALL, Rollout
from migrations_app.rules.state import State
from migrations_app.rules.steps import MOVED, Doing, Phase, Step

# Kinds of happenings that are themselves what a step waits for.
SEEN: Final[Mapping[str, str]] = {
    "canary.started": "canary-started",
    "canary.rehearsed": "drill-done",
    "canary.rolled_back": "rolled-back",
}
# What the canary's way back undoes.
_AFTER_CANARY: Final = (Phase.CANARY, Phase.CUT_OVER, Phase.VERIFY)
# Changes of steps that leave a sign-off as it is: nothing of what was signed is other than it was.
_HARMLESS: Final = frozenset({"steps.commented", "steps.shown"})


def consequences(before: State, after: State, told: Happening, moment: Moment) -> list[Happening]:
    """What follows from one happening."""
    itself = Moment(moment.at, ITSELF)
    return [
        *_ticked(before, after, told, itself),
        *_unticked(after, told, itself),
        *_reopened(before, told, itself),
        *key_effects.proofs(before.keys, told, itself),
    ]


def seen(before: State, after: State, told: Happening) -> frozenset[str]:
    """What automatic steps may wait for, of what has happened now."""
    found = {SEEN[told.kind]} if told.kind in SEEN else set()
    if told.kind == "canary.promoted" and before.rollout.stage:
        share = canonical(before.rollout.stage.percent)
        found |= {f"stage-held:{share}", f"gate-passed:{share}"}
    if told.kind in {"canary.started", "canary.promoted", "canary.skipped"}:
        found |= _entered(after.rollout)
    if told.kind.startswith("key."):
        found |= key_effects.seen(before.keys, after.keys, told)
    return frozenset(found)


def _entered(rollout: Rollout) -> set[str]:
    cut_over = {"cut-over"} if rollout.weight == ALL else set()
    return cut_over | {f"stage-started:{canonical(rollout.weight)}"}


def _ticked(before: State, after: State, told: Happening, moment: Moment) -> Iterator[Happening]:
    happened = seen(before, after, told)
    now = [step for step in after.steps.each if step.automatic in happened and not step.settled]
    yield from (_tick(step, moment) for step in now)
    yield from (_tick(step, moment) for step in waiting(after, reached(after, moment.at)) if step not in now)


def ticked_by_time(state: State, moment: Moment) -> list[Happening]:
    """Steps that wait for what the present stage has come to."""
    itself = Moment(moment.at, ITSELF)
    return [_tick(step, itself) for step in waiting(state, reached(state, moment.at))]


def waiting(state: State, what: Collection[str]) -> list[Step]:
    """Open steps that wait for one of these, but for those that somebody has put back since the stage was entered."""
    entered = state.rollout.entered_at
    return [
        step
        for step in state.steps.each
        if step.automatic in what and not step.settled and not _put_back(step, entered)
    ]


def _put_back(step: Step, entered: dt.datetime | None) -> bool:
    by_hand = step.doing is Doing.TODO and step.by != ITSELF
    return bool(by_hand and step.at and entered and step.at >= entered)


def _tick(step: Step, moment: Moment) -> Happening:
    return moment.happening(MOVED[Doing.DONE], ids=[step.id], automatic=step.automatic)


def _unticked(after: State, told: Happening, moment: Moment) -> Iterator[Happening]:
    """What a roll-back takes back: the stages that are to be held anew."""
    if told.kind != "canary.rolled_back":
        return
    undone = [step.id for step in after.steps.each if _is_undone(step, after.rollout.weight)]
    if undone:
        yield moment.happening(MOVED[Doing.TODO], ids=undone, automatic="rolled-back")


def _is_undone(step: Step, weight: Decimal) -> bool:
    if step.doing is not Doing.DONE or step.by != ITSELF:
        return False
    what, _, share = step.automatic.partition(":")
    if what in {"stage-held", "gate-passed"}:
        return Decimal(share) >= weight
    if what == "stage-started":
        return Decimal(share) > weight
    return what == "cut-over" or (what == "canary-started" and weight == NONE)


def _reopened(before: State, told: Happening, moment: Moment) -> Iterator[Happening]:
    for phase in _touched(before, told):
        if phase in before.phases.signed:
            yield moment.happening("phases.reopened", phase=phase, because=told.kind)


def _touched(before: State, told: Happening) -> list[Phase]:
    """The phases that are no longer what was signed off."""
    if told.kind == "canary.rolled_back":
        return list(_AFTER_CANARY)
    if told.kind.startswith("key."):
        return [Phase.KEYS] if key_effects.undoes(before.keys, told) else []
    if not told.kind.startswith("steps.") or told.kind in _HARMLESS:
        return []
    data = told.data
    new = {*(one["phase"] for one in data.get("steps", ())), *_moved_to(data.get("changes", {}))}
    ids = {*data.get("ids", ()), *data.get("changes", ()), *([data["id"]] if "id" in data else [])}
    old = {step.phase for step in before.steps.each if step.id in ids}
    return [phase for phase in Phase if phase in old or phase in new]


def _moved_to(changes: Mapping[str, Mapping[str, str]]) -> set[str]:
    return {change["phase"] for change in changes.values() if "phase" in change}
