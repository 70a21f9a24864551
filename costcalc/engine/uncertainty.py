"""How sure a return is: what its uncertain inputs make of it, together and one at a time.

Each input may carry low / base / high, read as P10 / P50 / P90. Monte Carlo: seeded (same scenario, same result),
10,000 draws, P10 / P50 / P90 of NPV and first-year saving, probability of loss. Tornado: one input at a time from
its P10 to its P90, ranked by swing. Source: the domain's “Uncertainty”.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import Literal

import numpy as np

from costcalc.engine.draws import Floats, Together, drawn
from costcalc.engine.ranges import Range, base_of, checked, with_values
from costcalc.engine.returns import Case
from costcalc.engine.savings import round_half_up
from costcalc.engine.simulation import Simulation

DRAWS = 10_000
CHANCES = (Fraction(1, 10), Fraction(1, 2), Fraction(9, 10))


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Which inputs of a case are uncertain, and which of them move together."""

    ranges: tuple[Range, ...]
    together: tuple[Together, ...] = ()


@dataclass(frozen=True, slots=True)
class Spread:
    """P10, P50 and P90 of an amount, in cents."""

    p10_cents: int
    p50_cents: int
    p90_cents: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What many draws come to; `loss` is the share of them with an NPV below 0, `cumulative` the cash up to each
    month from 0 on.
    """

    draws: int
    npv: Spread
    first_year: Spread
    loss: Decimal
    cumulative: tuple[Spread, ...]


@dataclass(frozen=True, slots=True)
class Swing:
    """What one input alone does to the NPV, from its low to its high, in cents."""

    range: Range
    base: Decimal
    low_cents: int
    high_cents: int

    @property
    def cents(self) -> int:
        """How far apart its two ends are."""
        return abs(self.high_cents - self.low_cents)


BundleName = Literal["best", "base", "worst"]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A named set of values of all the uncertain inputs, and the case with them: for `returns`."""

    name: BundleName
    values: tuple[tuple[str, Decimal], ...]
    case: Case


def simulate(case: Case, uncertain: Uncertain, seed: int, draws: int = DRAWS) -> Outlook:
    """What many seeded draws of the uncertain inputs make of the return. Raises TermsError for a wrong range."""
    ranges = checked(case, uncertain.ranges)
    columns = drawn(case, ranges, uncertain.together, seed, draws)
    found = Simulation(case, columns).flows(columns or {"": np.zeros(draws)})
    return Outlook(
        draws,
        _spread(_cents(found.present)),
        _spread(found.first_year),
        Decimal(int(np.count_nonzero(_cents(found.present) < 0))) / draws,
        tuple(_spread(row) for row in found.cumulative),
    )


def tornado(case: Case, ranges: Iterable[Range]) -> tuple[Swing, ...]:
    """What each input alone does to the NPV, the widest swing first. Raises TermsError for a wrong range."""
    found = checked(case, ranges)
    columns = {}
    for place, each in enumerate(found):
        column = np.full(2 * len(found), float(base_of(case, each.path)))
        column[2 * place :][:2] = float(each.low), float(each.high)
        columns.update(dict.fromkeys(each.paths, column))
    cents = [int(value) for value in _cents(Simulation(case, columns).flows(columns).present)] if found else []
    swings = [
        Swing(each, base_of(case, each.path), *ends)
        for each, ends in zip(found, zip(cents[::2], cents[1::2], strict=True), strict=True)
    ]
    return tuple(sorted(swings, key=lambda swing: (-swing.cents, swing.range.path)))


def bundles(case: Case, swings: Sequence[Swing]) -> tuple[Bundle, Bundle, Bundle]:
    """Best, base and worst: every uncertain input at the end that is better or worse for the NPV on its own.

    `swings` are the case's own, as `tornado` gives them.
    """
    rises = {swing.range: swing.high_cents > swing.low_cents for swing in swings}
    best = {path: each.high if up else each.low for each, up in rises.items() for path in each.paths}
    worst = {path: each.low if up else each.high for each, up in rises.items() for path in each.paths}
    base = {path: swing.base for swing in swings for path in swing.range.paths}
    return (
        Bundle("best", tuple(sorted(best.items())), with_values(case, best)),
        Bundle("base", tuple(sorted(base.items())), case),
        Bundle("worst", tuple(sorted(worst.items())), with_values(case, worst)),
    )


def traffic_together(case: Case, correlation: Decimal) -> Together:
    """The volumes of all workloads, which the same customers drive, and their growth."""
    names = (("requests", "monthly_growth") for _ in case.moves)
    paths = chain.from_iterable((f"moves.{index}.workload.{name}" for name in pair) for index, pair in enumerate(names))
    return Together(tuple(paths), correlation)


def _cents(amounts: Floats) -> Floats:
    """Whole cents, a half away from zero, as the exact engine rounds them."""
    found: Floats = np.copysign(np.floor(np.abs(amounts) + 0.5), amounts)
    return found


def _spread(amounts: Floats) -> Spread:
    """The three quantiles of whole cents, between two draws on the straight line from one to the other."""
    ordered = np.sort(amounts)
    return Spread(*(_quantile(ordered, chance) for chance in CHANCES))


def _quantile(ordered: Floats, chance: Fraction) -> int:
    whole, part = divmod(chance * (len(ordered) - 1), 1)
    low, high = (Fraction(float(ordered[min(int(whole) + step, len(ordered) - 1)])) for step in (0, 1))
    value = low + part * (high - low)
    return round_half_up(value)
