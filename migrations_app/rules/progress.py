"""How far each phase is, and what is late: what the rail and the lists show. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from migrations_app.rules.phases import Reopened, Signed
from migrations_app.rules.rollout import Standing
from migrations_app.rules.state import State
from migrations_app.rules.steps import Phase, Step


class Where(StrEnum):
    """Where a phase is."""

    SIGNED = "signed"
    DONE = "done"
    NOW = "now"
    # Gone by, with steps still open.
    BEHIND = "behind"
    LATER = "later"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Progress:
    """One phase. `due` is the last day of its open steps."""

    phase: Phase
    where: Where
    settled: int
    total: int
    due: dt.date | None
    signed: Signed | None
    reopened: Reopened | None


def progress(state: State) -> tuple[Progress, ...]:
    """Every phase, in order."""
    current = current_phase(state)
    return tuple(_of(state, phase, current) for phase in Phase)


def current_phase(state: State) -> Phase | None:
    """The phase that the plan is in: the canary while it runs, else the first that is not finished; None at the end."""
    if state.rollout.standing in {Standing.RUNNING, Standing.HELD, Standing.PAUSED}:
        return Phase.CANARY
    return next((phase for phase in Phase if not _is_empty(state, phase) and not _is_done(state, phase)), None)


def before_the_canary(state: State) -> tuple[Progress, ...]:
    """The phases before the canary that have open steps."""
    phases = (_of(state, phase, None) for phase in (Phase.PREPARE, Phase.KEYS))
    return tuple(one for one in phases if one.settled < one.total)


def late(state: State, today: dt.date) -> tuple[Step, ...]:
    """Open steps whose day has gone by, the oldest first."""
    found = (step for step in state.steps.each if step.late(today))
    return tuple(sorted(found, key=lambda step: step.due or today))


def _of(state: State, phase: Phase, current: Phase | None) -> Progress:
    steps = state.steps.of(phase)
    days = [step.due for step in steps if step.due and not step.settled]
    return Progress(
        phase,
        _where(state, phase, current),
        sum(step.settled for step in steps),
        len(steps),
        max(days, default=None),
        state.phases.signed.get(phase),
        state.phases.reopened.get(phase),
    )


def _where(state: State, phase: Phase, current: Phase | None) -> Where:
    if phase in state.phases.signed:
        return Where.SIGNED
    if phase is current:
        return Where.NOW
    if _is_empty(state, phase):
        return Where.EMPTY
    if _is_done(state, phase):
        return Where.DONE
    return Where.BEHIND if current and _before(phase, current) else Where.LATER


def _before(phase: Phase, other: Phase) -> bool:
    order = list(Phase)
    return order.index(phase) < order.index(other)


def _is_empty(state: State, phase: Phase) -> bool:
    """Whether there is nothing to do: no steps, and no canary where a plan goes by its steps alone."""
    if state.steps.of(phase):
        return False
    return phase is not Phase.CANARY or (bool(state.steps.each) and state.rollout.standing is Standing.PLANNED)


def _is_done(state: State, phase: Phase) -> bool:
    finished = phase is not Phase.CANARY or state.rollout.standing is Standing.FINISHED
    return phase in state.phases.signed or (finished and all(step.settled for step in state.steps.of(phase)))
