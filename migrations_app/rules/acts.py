"""What can be done to the canary as it stands, in the order in which it is offered. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from migrations_app.rules.rollout import Rollout, Standing

# By how the canary stands: what is offered, what one mostly does first. A roll-back has a place of its own.
_OFFERED: Final[Mapping[Standing, tuple[str, ...]]] = {
    Standing.PLANNED: ("start",),
    Standing.RUNNING: ("promote", "hold", "pause", "skip", "rehearse"),
    Standing.HELD: ("resume", "pause", "skip", "rehearse"),
    Standing.PAUSED: ("resume", "hold", "skip", "rehearse"),
    Standing.ROLLED_BACK: ("start",),
    Standing.FINISHED: ("rehearse",),
}
REASONED: Final = frozenset({"skip", "hold", "pause", "roll_back", "rehearse"})
# Of these, what is done without one all the same.
_EITHER_WAY: Final = frozenset({"hold", "pause"})
TO_A_SHARE: Final = frozenset({"roll_back", "rehearse"})


@dataclass(frozen=True, slots=True)
class Act:
    """One command that may be given: `share` is where it leads, `shares` are those it can be told."""

    command: str
    share: Decimal | None = None
    shares: tuple[Decimal, ...] = ()

    @property
    def reasoned(self) -> bool:
        """Whether it is asked why."""
        return self.command in REASONED

    @property
    def needs_reason(self) -> bool:
        """Whether it is nothing without one."""
        return self.reasoned and self.command not in _EITHER_WAY


def offered(now: Rollout) -> list[Act]:
    """Everything but the roll-back."""
    return [_act(now, command) for command in _OFFERED[now.standing]]


def roll_back(now: Rollout) -> Act:
    """The way back, which is always there; with no shares where nothing is on the target."""
    return _act(now, "roll_back")


def _act(now: Rollout, command: str) -> Act:
    if command in TO_A_SHARE:
        shares = now.earlier()
        return Act(command, shares[0] if shares else None, shares)
    return Act(command, _leads_to(now, command))


def _leads_to(now: Rollout, command: str) -> Decimal | None:
    """The share after it; None after the last stage."""
    if command == "start":
        return now.stages[0].percent
    if command not in {"promote", "skip"} or now.place is None:
        return now.weight
    onward = now.place + 1
    return now.stages[onward].percent if onward < len(now.stages) else None
