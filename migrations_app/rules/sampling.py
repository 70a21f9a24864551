"""What a stage of the canary can detect, before it starts: samples, margins and hours. Pure.

Rates are shares (0.01 is 1 %), differences are differences of rates, traffic is requests an hour on both sides
together. A *rise* is how much worse the target's rate has to be for a test to see it with the power said here.

Fixed sample: one look, one-sided 5 %, power 80 %, variance of the base rate on both sides.
Sequential: valid however often it is looked at. The asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha,
Kennedy and Ramdas, “Time-uniform central limit theory and asymptotic confidence sequences” (2021, arXiv 2103.06476):
the normal mixture, 95 % on two sides, tightest at the planned sample; and the same power on top.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from migrations_app.rules.canary_commands import Stage
from migrations_app.rules.rollout import ALL

# Standard normal quantiles at 95 % and 80 %.
Z_LEVEL: Final = 1.6448536269514722
Z_POWER: Final = 0.8416212335729143
LEVEL: Final = 0.05
# The mixture's tuning, ρ²t at the planned sample: -2 ln α + ln(1 - 2 ln α); equation 24 of the paper.
TUNED: Final = -2 * math.log(LEVEL) + math.log(1 - 2 * math.log(LEVEL))
FIXED: Final = Z_LEVEL + Z_POWER
DAY: Final = 24
# Shares that a first stage may have, and the longest that a suggestion lets it be held.
SHARES: Final = tuple(map(Decimal, (1, 2, 5, 10, 20, 50)))
PATIENCE: Final = 7 * DAY


def boundary(part: float = 1.0) -> float:
    """Half the width of the confidence sequence, in standard errors, when `part` of the planned sample is there."""
    tuned = TUNED * part
    return math.sqrt(2 * (tuned + 1) / tuned * math.log(math.sqrt(tuned + 1) / LEVEL))


SEQUENTIAL: Final = boundary() + Z_POWER


@dataclass(frozen=True, slots=True)
class Sight:
    """What a stage sees of one rate by its least hold: rises, None where one of the sides has no requests.

    `fixed_hours` and `sequential_hours` are what it takes to see the margin, None where that never comes;
    `fixed_sample` and `sequential_sample` are the target's requests by then.
    """

    target: float
    baseline: float
    fixed: float | None
    sequential: float | None
    fixed_hours: float | None
    sequential_hours: float | None
    fixed_sample: int | None
    sequential_sample: int | None


def rise(base: float, target: float, baseline: float, width: float) -> float | None:
    """The least rise that is seen with so many requests on each side, at a width in standard errors."""
    if target <= 0 or baseline <= 0:
        return None
    return width * math.sqrt(base * (1 - base) * (1 / target + 1 / baseline))


def hours_to_see(base: float, margin: float, share: Decimal, traffic: float, width: float) -> float | None:
    """Hours until a rise of `margin` is seen at this share; None where one side has no traffic."""
    part = float(share / ALL)
    if not 0 < part < 1 or traffic <= 0 or margin <= 0:
        return None
    variance = base * (1 - base) * (1 / part + 1 / (1 - part))
    return variance * (width / margin) ** 2 / traffic


def sight(stage: Stage, traffic: float, base: float, margin: float) -> Sight:
    """What a stage sees."""
    requests, part = traffic * stage.hold_hours, float(stage.percent / ALL)
    target, baseline = requests * part, requests * (1 - part)
    once, ever = (hours_to_see(base, margin, stage.percent, traffic, width) for width in (FIXED, SEQUENTIAL))
    return Sight(
        target,
        baseline,
        rise(base, target, baseline, FIXED),
        rise(base, target, baseline, SEQUENTIAL),
        once,
        ever,
        None if once is None else sample_after(once, traffic, stage.percent),
        None if ever is None else sample_after(ever, traffic, stage.percent),
    )


def sample_after(hours: float, traffic: float, share: Decimal) -> int:
    """Requests on the target after so many hours."""
    return math.ceil(hours * traffic * float(share / ALL))


def suggested(
    traffic: float, margins: Iterable[tuple[float, float]], least: Decimal = SHARES[0], last_hold: int = 72
) -> tuple[Stage, ...]:
    """Stages that see every margin (with its base rate) by the sequential test, held for whole days; () if none can.

    The smallest first share, of `least` per cent or more, that gets there within a week; then half, then everything.
    """
    asked, shares = list(margins), sorted({least, *SHARES})
    first = next((found for share in shares if share >= least and (found := _able(share, traffic, asked))), None)
    if first is None:
        return ()
    half = _able(Decimal(50), traffic, asked) if first.percent < 50 else None
    last = Stage(percent=ALL, hold_hours=last_hold)
    return (first, half, last) if half else (first, last)


def _able(share: Decimal, traffic: float, asked: list[tuple[float, float]]) -> Stage | None:
    """A stage at this share that sees every margin within a week; its sample is what it then has seen."""
    each = [hours_to_see(base, margin, share, traffic, SEQUENTIAL) for base, margin in asked]
    needed = [hours for hours in each if hours is not None]
    if not needed or len(needed) < len(each) or max(needed) > PATIENCE:
        return None
    days = max(math.ceil(max(needed) / DAY), 1)
    return Stage(percent=share, hold_hours=days * DAY, sample=sample_after(max(needed), traffic, share))
