"""The phases' sign-offs: who has looked at a phase and found it finished, and what opened it again. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from migrations_app.rules.commands import Guarded, Line, Reason
from migrations_app.rules.happening import Happening, Moment, Refused
from migrations_app.rules.rollout import Standing
from migrations_app.rules.steps import Phase, Steps

# Where the canary must stand before a phase is signed off.
_CANARY_BEFORE: Final[Mapping[Phase, frozenset[Standing]]] = {Phase.CANARY: frozenset({Standing.FINISHED})}


@dataclass(frozen=True, slots=True)
class Signed:
    """A sign-off."""

    by: str
    at: dt.datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reopened:
    """Why a phase that was signed off no longer is; `because` is a happening's kind where the product did it."""

    by: str
    at: dt.datetime
    reason: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class Phases:
    """Which phases are signed off, and which were once."""

    signed: Mapping[Phase, Signed] = field(default_factory=dict)
    reopened: Mapping[Phase, Reopened] = field(default_factory=dict)


class SignOff(Guarded):
    """A phase is finished, says somebody who did none of its steps."""

    command: Literal["sign_off"]
    phase: Phase
    note: Line = ""


class ReopenPhase(Guarded):
    """A phase is not finished after all."""

    command: Literal["reopen_phase"]
    phase: Phase
    reason: Reason


def sign_off(now: Phases, steps: Steps, standing: Standing, command: SignOff, moment: Moment) -> Happening:
    """Decide that a phase is finished. Raises Refused."""
    if command.phase in now.signed:
        raise Refused("signed-off")
    open_steps = [step.title for step in steps.of(command.phase) if not step.settled]
    if open_steps:
        raise Refused("phase-open", titles=open_steps)
    if not steps.of(command.phase) and command.phase is not Phase.CANARY:
        raise Refused("phase-empty")
    if standing not in _CANARY_BEFORE.get(command.phase, {standing}):
        raise Refused("canary-not-finished")
    if moment.who in doers(steps, command.phase):
        raise Refused("own-work")
    return moment.happening("phases.signed_off", phase=command.phase, note=command.note)


def doers(steps: Steps, phase: Phase) -> set[str]:
    """The people who did (or left out) the steps of a phase."""
    return {step.by for step in steps.of(phase) if step.settled and step.by}


def reopen(now: Phases, command: ReopenPhase, moment: Moment) -> Happening:
    """Decide that a phase is not finished. Raises Refused."""
    if command.phase not in now.signed:
        raise Refused("not-signed-off")
    return moment.happening("phases.reopened", phase=command.phase, reason=command.reason)


def evolved(now: Phases, told: Happening) -> Phases:
    """The phases after what has happened."""
    data: Mapping[str, Any] = told.data
    phase = Phase(data["phase"])
    if told.kind == "phases.signed_off":
        left = {one: why for one, why in now.reopened.items() if one is not phase}
        return Phases({**now.signed, phase: Signed(told.who, told.at, data["note"])}, left)
    why = Reopened(told.who, told.at, data.get("reason", ""), data.get("because", ""))
    signed = {one: each for one, each in now.signed.items() if one is not phase}
    return replace(now, signed=signed, reopened={**now.reopened, phase: why})
