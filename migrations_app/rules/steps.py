"""The steps of a plan: who does what by when, how far it is, and what shows it. Pure.

    todo ⇄ doing ⇄ blocked (with a reason) → done, or skipped (with a reason); from anywhere back to todo

A step waits for those that it comes after. An automatic one is ticked when the product sees it happen
(`automatic.py`). What may be done to steps is in `stepping.py`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from migrations_app.rules.happening import Happening


class Phase(StrEnum):
    """The phases of a move, in their order."""

    PREPARE = "prepare"
    KEYS = "keys"
    CANARY = "canary"
    CUT_OVER = "cut_over"
    VERIFY = "verify"


class Doing(StrEnum):
    """How far a step is."""

    TODO = "todo"
    DOING = "doing"
    BLOCKED = "blocked"
    DONE = "done"
    SKIPPED = "skipped"


class EvidenceKind(StrEnum):
    """What evidence is made of."""

    LINK = "link"
    NOTE = "note"
    NUMBER = "number"
    FILE = "file"


_PLACES: Final[Mapping[Phase, int]] = {phase: place for place, phase in enumerate(Phase)}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows that a step was done. `text` is the note, or what the link, the number or the file is called."""

    id: str
    kind: EvidenceKind
    text: str
    by: str
    at: dt.datetime
    url: str = ""
    number: Decimal | None = None
    unit: str = ""
    # A file's id, its bytes, and their hash.
    file: str = ""
    size: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """Something said about a step."""

    text: str
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `day` is the working day after the plan's first on which it is due, where a template says so."""

    id: str
    phase: Phase
    title: str
    details: str = ""
    owner: str = ""
    due: dt.date | None = None
    day: int | None = None
    automatic: str = ""
    after: tuple[str, ...] = ()
    doing: Doing = Doing.TODO
    reason: str = ""
    # Who brought it to where it stands ("" for the product itself), and when.
    by: str = ""
    at: dt.datetime | None = None
    evidence: tuple[Evidence, ...] = ()
    comments: tuple[Comment, ...] = ()

    @property
    def settled(self) -> bool:
        """Whether nothing is left to do."""
        return self.doing in {Doing.DONE, Doing.SKIPPED}

    def late(self, today: dt.date) -> bool:
        """Whether its day has gone by and something is left to do."""
        return self.due is not None and self.due < today and not self.settled


@dataclass(frozen=True)
class Steps:
    """All of them, in the order of their phases. The counts make ids, which are never used again."""

    each: tuple[Step, ...] = ()
    added: int = 0
    shown: int = 0

    def of(self, phase: Phase) -> tuple[Step, ...]:
        """Those of a phase."""
        return tuple(step for step in self.each if step.phase is phase)

    @property
    def move_traffic(self) -> bool:
        """Whether any is of a phase in which traffic moves."""
        return any(step.phase in {Phase.CANARY, Phase.CUT_OVER} for step in self.each)

    @cached_property
    def _by_id(self) -> Mapping[str, Step]:
        return {step.id: step for step in self.each}

    @cached_property
    def _open(self) -> Mapping[str, Step]:
        return {step.id: step for step in self.each if not step.settled}

    def found(self, step_id: str) -> Step | None:
        """The step of this id."""
        return self._by_id.get(step_id)

    def waits_for(self, step: Step, done: Collection[str] = frozenset()) -> tuple[Step, ...]:
        """Steps that come before this one and are not settled, those aside that are `done` with it."""
        return tuple(self._open[one] for one in step.after if one in self._open and one not in done)


def evolved(now: Steps, told: Happening) -> Steps:
    """The steps after what has happened; raises nothing for whatever was once decided."""
    verb = told.kind.partition(".")[2]
    if verb in _MOVES:
        return _moved(now, told, _MOVES[verb])
    return _EVOLVE[verb](now, told)


def _in_order(each: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(sorted(each, key=lambda step: _PLACES[step.phase]))


def _added(now: Steps, told: Happening) -> Steps:
    new = tuple(_made(said) for said in told.data["steps"])
    return replace(now, each=_in_order(now.each + new), added=now.added + len(new))


def _made(said: Mapping[str, Any]) -> Step:
    return replace(Step(said["id"], Phase(said["phase"]), said["title"]), **_read(said))


def _read(said: Mapping[str, Any]) -> dict[str, Any]:
    """What a happening says about a step, as a Step has it."""
    found = {name: said[name] for name in ("title", "details", "owner", "day", "automatic") if name in said}
    if "phase" in said:
        found["phase"] = Phase(said["phase"])
    if "due" in said:
        found["due"] = dt.date.fromisoformat(said["due"]) if said["due"] else None
    if "after" in said:
        found["after"] = tuple(said["after"])
    return found


def _each(now: Steps, ids: Collection[str], change: Callable[[Step], Step]) -> Steps:
    wanted = frozenset(ids)
    each = tuple(change(step) if step.id in wanted else step for step in now.each)
    return replace(now, each=each)


def _changed(now: Steps, told: Happening) -> Steps:
    changes = told.data["changes"]
    changed = _each(now, changes, lambda step: replace(step, **_read(changes[step.id])))
    return replace(changed, each=_in_order(changed.each))


def _moved(now: Steps, told: Happening, to: Doing) -> Steps:
    reason = str(told.data.get("reason", ""))
    return _each(now, told.data["ids"], lambda step: replace(step, doing=to, reason=reason, by=told.who, at=told.at))


def _removed(now: Steps, told: Happening) -> Steps:
    gone = set(told.data["ids"])
    left = (step for step in now.each if step.id not in gone)
    return replace(now, each=tuple(replace(step, after=_without(step.after, gone)) for step in left))


def _without(ids: tuple[str, ...], gone: Collection[str]) -> tuple[str, ...]:
    return tuple(one for one in ids if one not in gone)


def _commented(now: Steps, told: Happening) -> Steps:
    comment = Comment(told.data["text"], told.who, told.at)
    return _each(now, [told.data["id"]], lambda step: replace(step, comments=(*step.comments, comment)))


def _shown(now: Steps, told: Happening) -> Steps:
    said = dict(told.data["evidence"])
    number = Decimal(said.pop("number")) if said.get("number") is not None else None
    said.pop("number", None)
    one = Evidence(**{**said, "kind": EvidenceKind(said["kind"])}, number=number, by=told.who, at=told.at)
    more = _each(now, [told.data["id"]], lambda step: replace(step, evidence=(*step.evidence, one)))
    return replace(more, shown=now.shown + 1)


def _withdrawn(now: Steps, told: Happening) -> Steps:
    gone = told.data["evidence"]
    return _each(
        now,
        [told.data["id"]],
        lambda step: replace(step, evidence=tuple(one for one in step.evidence if one.id != gone)),
    )


_MOVES: Final[Mapping[str, Doing]] = {
    "reopened": Doing.TODO,
    "begun": Doing.DOING,
    "blocked": Doing.BLOCKED,
    "done": Doing.DONE,
    "skipped": Doing.SKIPPED,
}
# How a move to a state is called.
MOVED: Final[Mapping[Doing, str]] = {to: f"steps.{verb}" for verb, to in _MOVES.items()}
_EVOLVE: Final[Mapping[str, Callable[[Steps, Happening], Steps]]] = {
    "added": _added,
    "changed": _changed,
    "removed": _removed,
    "commented": _commented,
    "shown": _shown,
    "withdrawn": _withdrawn,
}
