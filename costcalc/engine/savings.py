"""What a move saves: every line of the ledger, the month, the year, and what could not be priced.

    cost per request = Σ over units: tokens of the unit × price per token (tier chosen per request, variant by share)

Each line (workload × unit × month) is rounded once to cents, half up; totals, differences and years
are sums of rounded lines.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal

from costcalc.engine.errors import NoSuchVariant
from costcalc.engine.pricing import PriceSheet, Rate
from costcalc.engine.table import Weighted
from costcalc.engine.traffic import CONTEXTS, UNSHIFTED, DayCount, Shift, Workload, shifted
from costcalc.engine.units import REQUESTS, UNIT_NAMES, billed_as, per

Moment = dt.date | dt.datetime
SideName = Literal["baseline", "candidate"]
YEAR = 12


@dataclass(frozen=True, slots=True)
class Part:
    """A share of a line's quantity that pays one price; `price` is None where there is none.

    `share` is of the quantity (variant × tier × hours of the day), `price` in US dollars per `per(unit)`.
    """

    share: Fraction
    price: Decimal | None
    billed_as: str | None
    variant: str = "standard"
    tier_above: int | None = None
    hours: Fraction = Fraction(1)


@dataclass(frozen=True)
class Charge:
    """One side of a line: what one request uses of a unit and pays for it; money in US dollars, unrounded."""

    unit: str
    quantity: Fraction
    parts: tuple[Part, ...]

    @cached_property
    def per_request(self) -> Fraction:
        """The known cost per request."""
        paid = sum((part.share * Fraction(part.price) for part in self.parts if part.price is not None), Fraction(0))
        return self.quantity * paid / per(self.unit)

    @property
    def unknown(self) -> tuple[Part, ...]:
        """The parts without a price."""
        return tuple(part for part in self.parts if part.price is None)

    def cents(self, requests: Fraction) -> int:
        """The known cost of so many requests, rounded once to cents, half up."""
        return _cents(self.per_request, requests)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the ledger for month 1: the two sides of one unit of one workload, in cents."""

    workload: int
    unit: str
    baseline: Charge | None
    candidate: Charge | None
    baseline_volume: Fraction
    candidate_volume: Fraction
    baseline_cents: int
    candidate_cents: int

    @property
    def difference_cents(self) -> int:
        """Candidate − baseline, as a ledger shows it."""
        return self.candidate_cents - self.baseline_cents


@dataclass(frozen=True, slots=True)
class Totals:
    """Two sides of a month or a year in cents; of what is known."""

    baseline_cents: int
    candidate_cents: int

    @property
    def savings_cents(self) -> int:
        """Baseline − candidate: positive where the move saves."""
        return self.baseline_cents - self.candidate_cents

    @property
    def savings_percent(self) -> Decimal | None:
        """The saving as a percentage of the baseline, half up to two decimals; None at a baseline of 0."""
        if not self.baseline_cents:
            return None
        return dollars(round_half_up(Fraction(self.savings_cents * 10_000, self.baseline_cents)))


@dataclass(frozen=True, slots=True)
class Unpriced:
    """A share of a unit in use that has no price on one side."""

    side: SideName
    workload: int
    unit: str
    variant: str
    share: Fraction


@dataclass(frozen=True)
class Move:
    """One workload with the prices on both sides of it."""

    workload: Workload
    baseline: PriceSheet
    candidate: PriceSheet
    shift: Shift = UNSHIFTED

    @cached_property
    def moved(self) -> Workload:
        """The workload as the candidate sees it."""
        return shifted(self.workload, self.shift)


@dataclass(frozen=True, slots=True)
class Estimate:
    """The answer: lines of month 1, totals by month, and the units that could not be priced."""

    lines: tuple[Line, ...]
    months: tuple[Totals, ...]
    unknown: tuple[Unpriced, ...]

    @property
    def complete(self) -> bool:
        """Whether every unit in use is priced on both sides."""
        return not self.unknown

    @property
    def monthly(self) -> Totals:
        """The first month."""
        return self.months[0]

    @property
    def annual(self) -> Totals:
        """The run-rate of twelve months, growth included; not clipped at a shutdown."""
        return total(self.months)

    def of_workload(self, index: int) -> Totals:
        """Month 1 of one workload."""
        return total(Totals(line.baseline_cents, line.candidate_cents) for line in self.lines if line.workload == index)


def estimate(moves: Sequence[Move], days: DayCount, at: Moment) -> Estimate:
    """What moving these workloads changes, at the prices of `at` (a UTC day or moment), for twelve months."""
    lines: list[Line] = []
    months = [Totals(0, 0)] * YEAR
    for index, move in enumerate(moves):
        moved = move.moved
        before = {c.unit: c for c in charges(move.workload, move.baseline, at)}
        after = {c.unit: c for c in charges(moved, move.candidate, at)}
        volumes = _volumes(move, days)
        lines += _lines(index, volumes[0], before, after)
        months = [total(pair) for pair in zip(months, _months(volumes, before, after), strict=True)]
    return Estimate(tuple(lines), tuple(months), tuple(_unpriced(lines)))


def charges(workload: Workload, sheet: PriceSheet, at: Moment) -> tuple[Charge, ...]:
    """What one request of the workload uses and pays at these prices, unit by unit.

    A request fee is charged only where there is one; a request without a fee is not unknown.
    """
    rates = {name: rates_of(sheet, at, name) for name in workload.variant_shares()}
    found = []
    for unit, quantity in workload.quantities().items():
        parts = tuple(_parts(unit, workload, rates))
        if unit != REQUESTS or any(part.price for part in parts):
            found.append(Charge(unit, quantity, parts))
    return tuple(found)


def total(totals: Iterable[Totals]) -> Totals:
    """The sum of rounded totals."""
    pairs = list(totals)
    return Totals(sum(pair.baseline_cents for pair in pairs), sum(pair.candidate_cents for pair in pairs))


def round_half_up(value: Fraction) -> int:
    """The nearest whole number; a half goes away from zero."""
    rounded = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return rounded if value >= 0 else -rounded


def to_cents(value: Fraction) -> int:
    """US dollars as whole cents, half up."""
    return round_half_up(value * 100)


def dollars(cents: int) -> Decimal:
    """Whole cents as US dollars, exact, with two decimals."""
    return scaled(cents, 2)


def scaled(units: int, places: int) -> Decimal:
    """A whole number of the last decimal as a decimal number: scaled(1250, 2) is 12.50; exact at any size."""
    digits = Decimal(units).as_tuple()
    return Decimal((digits.sign, digits.digits, -places))


def prices_at(sheet: PriceSheet, at: Moment, variant: str) -> Weighted:
    """A sheet's prices for a day (weighted by the hours) or for a moment. Raises NoSuchVariant."""
    if isinstance(at, dt.datetime):
        return ((Fraction(1), sheet.rates_at(at, CONTEXTS[variant])),)
    return sheet.rates_on(at, CONTEXTS[variant])


def rates_of(sheet: PriceSheet, at: Moment, variant: str) -> Weighted:
    """The prices of a variant with their share of the hours; without any where the sheet has no such variant."""
    try:
        return prices_at(sheet, at, variant)
    except NoSuchVariant:
        return ((Fraction(1), {}),)


def _parts(unit: str, workload: Workload, rates: dict[str, Weighted]) -> Iterable[Part]:
    for variant, share in workload.variant_shares().items():
        for hours, prices in rates[variant]:
            paid_as = billed_as(unit, prices)
            if paid_as is None:
                free = unit == REQUESTS
                yield Part(share * hours, Decimal(0) if free else None, None, variant, None, hours)
                continue
            for tier_share, above, price in _tiers(prices[paid_as], workload):
                yield Part(share * hours * tier_share, price, paid_as, variant, above, hours)


def _tiers(rate: Rate, workload: Workload) -> Iterable[tuple[Fraction, int | None, Decimal]]:
    """The prices that the requests pay, by share: one tier, or the base and the tier above the threshold."""
    own = rate.tier(workload.input_tokens)
    if not rate.tiers or workload.over_tier_share is None:
        yield Fraction(1), own.above if own else None, rate.price(workload.input_tokens)
        return
    over, tier = Fraction(workload.over_tier_share), own or rate.tiers[0]
    if over < 1:
        yield 1 - over, None, rate.base
    if over:
        yield over, tier.above, tier.price


def _lines(
    index: int, volumes: tuple[Fraction, Fraction], before: dict[str, Charge], after: dict[str, Charge]
) -> Iterable[Line]:
    old, new = volumes
    for unit in (name for name in UNIT_NAMES if name in before or name in after):
        was, will = before.get(unit), after.get(unit)
        yield Line(
            index,
            unit,
            was,
            will,
            was.quantity * old if was else Fraction(0),
            will.quantity * new if will else Fraction(0),
            was.cents(old) if was else 0,
            will.cents(new) if will else 0,
        )


def _volumes(move: Move, days: DayCount) -> list[tuple[Fraction, Fraction]]:
    """Requests of each month on both sides, which only retries tell apart."""
    before = move.workload.requests_until(YEAR, days)
    same = move.moved.retry_share == move.workload.retry_share
    return list(zip(before, before if same else move.moved.requests_until(YEAR, days), strict=True))


def _months(
    volumes: list[tuple[Fraction, Fraction]], before: dict[str, Charge], after: dict[str, Charge]
) -> Iterable[Totals]:
    costs = [[charge.per_request for charge in side.values()] for side in (before, after)]
    last: tuple[Fraction, Fraction] | None = None
    month = Totals(0, 0)
    for pair in volumes:
        if pair != last:
            sums = [sum(_cents(cost, requests) for cost in side) for side, requests in zip(costs, pair, strict=True)]
            month, last = Totals(*sums), pair
        yield month


def _cents(cost: Fraction, requests: Fraction) -> int:
    """US dollars a request × requests as whole cents, half up; neither is negative, and no fraction is reduced."""
    top = 200 * cost.numerator * requests.numerator
    bottom = cost.denominator * requests.denominator
    return (top + bottom) // (2 * bottom)


def _unpriced(lines: Iterable[Line]) -> Iterable[Unpriced]:
    for line in lines:
        sides: tuple[tuple[SideName, Charge | None], ...] = (("baseline", line.baseline), ("candidate", line.candidate))
        for side, charge in sides:
            missing: dict[str, Fraction] = {}
            for part in charge.unknown if charge else ():
                missing[part.variant] = missing.get(part.variant, Fraction(0)) + part.share
            for variant, share in missing.items():
                yield Unpriced(side, line.workload, line.unit, variant, share)
