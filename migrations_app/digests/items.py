"""What of a plan somebody is told in their digest: what is theirs to do, and by when. Pure.

Who can act (an editor or an owner) is told what the team has to do; everybody, their own steps. What is coming
up without being due, such as the next stage, is told beside it and is no reason for a digest of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from costcalc.digits import canonical
from migrations_app.rules import dates, gates, phases
from migrations_app.rules.dates import Named
from migrations_app.rules.happening import Moment, Refused
from migrations_app.rules.overlap import begins_on, has_canary
from migrations_app.rules.phases import SignOff
from migrations_app.rules.rollout import Standing
from migrations_app.rules.state import State
from migrations_app.rules.steps import Phase

# Today and the six days after it.
WEEK: Final = 7
# What keeps a stage from being passed that only somebody's figures take away.
_UNREAD: Final = frozenset({"no-figures", "limit-unknown"})
# Planned, and due to nobody.
FORESEEN: Final = frozenset({"stage", "cut-over", "window"})


class When(StrEnum):
    """Where in a digest something stands."""

    LATE = "late"
    TODAY = "today"
    SOON = "soon"
    WAITS = "waits"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom it is for: their public id, whether they can act on the plan, and where they are."""

    id: str
    acts: bool
    zone: dt.tzinfo

    def day(self, on: dt.date | dt.datetime) -> dt.date:
        """The day that it is for them."""
        return on.astimezone(self.zone).date() if isinstance(on, dt.datetime) else on


@dataclass(frozen=True, slots=True)
class Item:
    """One line. `kind` is that of a `Named`, or what waits: `promote`, `figures`, `sign-off`, `proof`."""

    when: When
    kind: str
    on: dt.date | None = None
    named: Named | None = None
    parts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def counts(self) -> bool:
        """Whether somebody has something to do."""
        return self.when is not When.AHEAD


def items(state: State, reader: Reader, now: dt.datetime) -> list[Item]:
    """Everything that a reader is told of a plan, the most urgent first."""
    if state.about.archived:
        return []
    found = [*_dated(state, reader, now), *(_waiting(state, reader, now) if reader.acts else ())]
    order = list(When)
    return sorted(found, key=lambda item: (order.index(item.when), item.on or dt.date.max))


def _dated(state: State, reader: Reader, now: dt.datetime) -> Iterator[Item]:
    today = reader.day(now)
    for named in dates.of(state, now):
        on = reader.day(named.on)
        when = _when(named, on, today)
        if when and not named.done and _concerns(state, named, reader, today):
            yield Item(when, named.kind, on, named)


def _when(named: Named, on: dt.date, today: dt.date) -> When | None:
    ahead = (on - today).days
    if ahead >= WEEK:
        return None
    if not named.due:
        return When.AHEAD if ahead >= 0 else None
    if ahead < 0:
        return When.LATE
    return When.SOON if ahead else When.TODAY


def _concerns(state: State, named: Named, reader: Reader, today: dt.date) -> bool:
    if named.kind == "sign-off":
        # Told to those who may sign, as what waits.
        return False
    if named.kind == "start" or (named.kind == "window" and state.rollout.finished_at):
        return True
    if named.kind in FORESEEN:
        return _is_foreseen(state, today)
    if named.kind == "step" and named.owner:
        return named.owner == reader.id
    # A step that is nobody's becomes everybody's once its day has gone by.
    return reader.acts and (named.kind != "step" or reader.day(named.on) < today)


def _is_foreseen(state: State, today: dt.date) -> bool:
    """Whether its stages have days: those of a canary that may begin any day, or stands still, move on with each."""
    if state.rollout.standing is not Standing.PLANNED:
        return state.rollout.standing is Standing.RUNNING
    begins = begins_on(state)
    return has_canary(state) and begins is not None and begins >= today


def _waiting(state: State, reader: Reader, now: dt.datetime) -> Iterator[Item]:
    """What has no day, and goes on only once somebody does something."""
    canary = state.rollout
    yield from _of_stage(state, now)
    for phase in Phase:
        if _may_sign(state, phase, Moment(now, reader.id)):
            yield Item(When.WAITS, "sign-off", parts={"phase": phase})
    if canary.weight and canary.standing is not Standing.FINISHED:
        for need, age in state.safety.doubtful(now).items():
            yield Item(When.WAITS, "proof", parts={"need": need, "age": age})


def _of_stage(state: State, now: dt.datetime) -> Iterator[Item]:
    stage = state.rollout.stage
    if stage is None or state.rollout.standing is not Standing.RUNNING:
        return
    missing, percent = {each.code for each in gates.obstacles(state, now)}, canonical(stage.percent)
    if missing and missing <= _UNREAD:
        yield Item(When.WAITS, "figures", parts={"percent": percent})
    if not missing and not stage.automatic:
        yield Item(When.WAITS, "promote", parts={"percent": percent})


def _may_sign(state: State, phase: Phase, moment: Moment) -> bool:
    asked = SignOff(command="sign_off", phase=phase, revision=state.revision)
    try:
        phases.sign_off(state.phases, state.steps, state.rollout.standing, asked, moment)
    except Refused:
        return False
    return True
