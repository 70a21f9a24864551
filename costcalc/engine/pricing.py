"""A model's prices and the exact cost of one request.

The reference is `ModelInfo.calc_price(usage, provider)` of genai-prices: wherever every unit in use
is priced, the cost here is the same to the last decimal. Where a unit has no price, calc_price says
0; here it is *unknown*, by name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from fractions import Fraction

from costcalc.engine.errors import NoSuchVariant, PricingError, UsageError
from costcalc.engine.units import (
    REGISTRY,
    REQUESTS,
    UNIT_NAMES,
    billed_as,
    innermost_first,
    is_part_of,
    unit_counted_as,
    unit_named,
)

Number = int | Decimal
Hours = tuple[dt.time, dt.time]
# calc_price computes in Python's default context; audio hours (per 3,600 s) do not divide evenly,
# so the last decimal is only the same with the same 28 digits.
REFERENCE_CONTEXT = Context(prec=28, rounding=ROUND_HALF_EVEN)
# Counts are subtracted from each other before anything is rounded.
COUNTING_CONTEXT = Context(prec=1000, rounding=ROUND_HALF_EVEN)
DAY = Fraction(24 * 60 * 60 * 1_000_000)


@dataclass(frozen=True, slots=True)
class Tier:
    """The price of the whole request once its input tokens are more than `above`."""

    above: int
    price: Decimal


@dataclass(frozen=True, slots=True)
class Rate:
    """US dollars per unit (per million tokens for `…_mtok`), with tiers by input tokens, lowest first."""

    base: Decimal
    tiers: tuple[Tier, ...] = ()

    def __post_init__(self) -> None:
        prices = (self.base, *(tier.price for tier in self.tiers))
        if any(not price.is_finite() or price < 0 for price in prices):
            raise PricingError("a price is a finite number of dollars, 0 or more")
        if list(self.tiers) != sorted(self.tiers, key=lambda tier: tier.above):
            raise PricingError("tiers go from the lowest threshold to the highest")

    def tier(self, input_tokens: Number | Fraction) -> Tier | None:
        """The tier that a request with this many input tokens falls in; None below the first."""
        return next((tier for tier in reversed(self.tiers) if input_tokens > tier.above), None)

    def price(self, input_tokens: Number | Fraction) -> Decimal:
        """US dollars per unit for a request with this many input tokens."""
        tier = self.tier(input_tokens)
        return self.base if tier is None else tier.price


Rates = Mapping[str, Rate]


@dataclass(frozen=True, slots=True)
class When:
    """When a step or a variant is in force: from a day, up to (not including) a day, in some hours of the UTC day."""

    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    hours: Hours | None = None

    def holds(self, moment: dt.datetime) -> bool:
        """Whether it is in force at this moment (aware, or UTC)."""
        moment = _utc(moment)
        return self._day_holds(moment.date()) and self._hour_holds(moment.time())

    def _day_holds(self, day: dt.date) -> bool:
        return (self.starts_on is None or day >= self.starts_on) and (self.ends_on is None or day < self.ends_on)

    def _hour_holds(self, time: dt.time) -> bool:
        if self.hours is None:
            return True
        start, end = self.hours
        return start <= time < end if start <= end else time >= start or time < end


ALWAYS = When()


@dataclass(frozen=True, slots=True)
class Step:
    """One whole set of standard prices; of the steps in force the last one counts."""

    rates: Rates
    when: When = ALWAYS


@dataclass(frozen=True, slots=True)
class Variant:
    """Prices under a context ({"processing": "batch"}): it overrides single units, the others stay standard."""

    context: Mapping[str, str]
    rates: Rates
    when: When = ALWAYS


@dataclass(frozen=True, slots=True)
class Minimum:
    """A least quantity that is billed when any of these usage names is reported (10 s of audio, say)."""

    usage_names: tuple[str, ...]
    least: int


@dataclass(frozen=True)
class PriceSheet:
    """Everything one source says about the price of one model: steps in time, variants, tiers."""

    steps: tuple[Step, ...]
    variants: tuple[Variant, ...] = ()
    minimums: tuple[Minimum, ...] = ()
    _names: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = frozenset(name for part in self.parts for name in part.rates)
        for name in names:
            unit_named(name)
        object.__setattr__(self, "_names", names)

    @property
    def parts(self) -> tuple[Step | Variant, ...]:
        """Steps and variants together."""
        return (*self.steps, *self.variants)

    @property
    def units(self) -> tuple[str, ...]:
        """Every unit that has a price at some time, in the registry's order."""
        return tuple(name for name in UNIT_NAMES if name in self._names)

    def rates_at(self, moment: dt.datetime, context: Mapping[str, str] | None = None) -> Rates:
        """The prices in force at a moment (aware, or UTC). Raises NoSuchVariant where the context has no price."""
        standard = self._standard(moment)
        if not context:
            return standard
        chosen = [v for v in self.variants if v.when.holds(moment) and v.context.items() <= context.items()]
        if {item for variant in chosen for item in variant.context.items()} != set(context.items()):
            raise NoSuchVariant(dict(context))
        merged = dict(standard)
        for variant in reversed(chosen):
            merged.update(variant.rates)
        return merged

    def rates_on(self, day: dt.date, context: Mapping[str, str] | None = None) -> tuple[tuple[Fraction, Rates], ...]:
        """The prices of a UTC day, each with the share of the day's hours in which it holds (shares add to 1)."""
        weighted: list[tuple[Fraction, Rates]] = []
        for share, start in self._stretches(day):
            rates = self.rates_at(start, context)
            same = next((i for i, (_, other) in enumerate(weighted) if other == rates), None)
            if same is None:
                weighted.append((share, rates))
            else:
                weighted[same] = (weighted[same][0] + share, rates)
        return tuple(weighted)

    def changes_after(self, day: dt.date) -> tuple[dt.date, ...]:
        """The days after this one on which a standard price changes, in order."""
        days = {d for step in self.steps for d in (step.when.starts_on, step.when.ends_on) if d and d > day}
        return tuple(sorted(days))

    def _standard(self, moment: dt.datetime) -> Rates:
        holding = (step.rates for step in reversed(self.steps) if step.when.holds(moment))
        return next(holding, self.steps[0].rates if self.steps else {})

    def _stretches(self, day: dt.date) -> Iterable[tuple[Fraction, dt.datetime]]:
        hours = [part.when.hours for part in self.parts if part.when.hours]
        if not hours:
            yield Fraction(1), dt.datetime.combine(day, dt.time(), dt.UTC)
            return
        times = sorted({dt.time(), *(time for pair in hours for time in pair)})
        starts = [dt.datetime.combine(day, time, dt.UTC) for time in times]
        ends = [*starts[1:], dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(days=1)]
        for start, end in zip(starts, ends, strict=True):
            yield Fraction((end - start) // dt.timedelta(microseconds=1)) / DAY, start


@dataclass(frozen=True, slots=True)
class CostLine:
    """What one priced unit costs in one request: quantity × price ÷ per, in US dollars."""

    unit: str
    quantity: Number
    price: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class RequestCost:
    """The cost of one request in US dollars; `unknown` names the units in use that have no price."""

    lines: tuple[CostLine, ...]
    total: Decimal
    unknown: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether every unit in use is priced, so that the total is the whole cost."""
        return not self.unknown


def price_request(rates: Rates, usage: Mapping[str, Number], minimums: tuple[Minimum, ...] = ()) -> RequestCost:
    """The exact cost of one request.

    `usage` counts by usage name (`input_tokens`), the wholes including their parts, as providers report
    them. Raises UnknownUnit for a misspelt name and UsageError for counts that contradict each other.
    Source of the rule: genai-prices, `ModelPrice.calc_price`.
    """
    counts = _with_minimums(_checked(usage), minimums)
    with localcontext(COUNTING_CONTEXT):
        quantities = _quantities(frozenset(rates) - {REQUESTS}, counts)
        unknown = _unpriced(counts, rates)
    if REQUESTS in rates:
        quantities[REQUESTS] = 1
    tiered = any(rate.tiers for rate in rates.values())
    input_tokens = _count("input_mtok", counts) if tiered else 0
    with localcontext(REFERENCE_CONTEXT):
        lines = tuple(_line(name, rate, quantities[name], input_tokens) for name, rate in rates.items())
        total = sum((line.amount for line in lines), Decimal(0))
    return RequestCost(lines, total, unknown)


def _line(name: str, rate: Rate, quantity: Number, input_tokens: Number) -> CostLine:
    price = rate.price(input_tokens)
    return CostLine(name, quantity, price, price * quantity / unit_named(name).per)


def _checked(usage: Mapping[str, Number]) -> dict[str, Number]:
    """Counts by price name; a count of 0 is kept, for it says that nothing implies one."""
    counts: dict[str, Number] = {}
    for usage_name, count in usage.items():
        name = unit_counted_as(usage_name).price_key
        if (isinstance(count, Decimal) and not count.is_finite()) or count < 0:
            raise UsageError(f"{usage_name} must be a finite number, 0 or more")
        if name != REQUESTS:
            counts[name] = count
    return counts


def _with_minimums(counts: dict[str, Number], minimums: tuple[Minimum, ...]) -> dict[str, Number]:
    for minimum in minimums:
        names = [REGISTRY.units[usage_name].price_key for usage_name in minimum.usage_names]
        reported = next((counts[name] for name in names if counts.get(name)), 0)
        if reported:
            counts |= dict.fromkeys(names, max(reported, minimum.least))
    return counts


def _quantities(priced: frozenset[str], counts: Mapping[str, Number]) -> dict[str, Number]:
    """How much of each priced unit is billed as such: its count less the counts of its priced parts."""
    billed: dict[str, Number] = {}
    for name, parts in innermost_first(priced):
        billed[name] = _count(name, counts) - sum(billed[part] for part in parts)
        if billed[name] < 0:
            raise UsageError(f"the parts of {unit_named(name).usage_key} are more than the whole")
    return billed


def _count(name: str, counts: Mapping[str, Number]) -> Number:
    """The count of a unit; a whole or an overlap that other counts imply must be given, not guessed."""
    if name in counts:
        return counts[name]
    parts = any(count and is_part_of(other, name) for other, count in counts.items())
    if parts or _is_overlap(name, counts):
        raise UsageError(f"{unit_named(name).usage_key} must be given with the counts that imply it")
    return 0


def _is_overlap(name: str, counts: Mapping[str, Number]) -> bool:
    """Whether two counts cross exactly in this unit (cached tokens and audio tokens: cached audio tokens)."""
    wanted = unit_named(name).dimensions
    units = [unit_named(other) for other, count in counts.items() if count]
    return any(
        one.is_compatible_with(two) and {**one.dimensions, **two.dimensions} == wanted
        for index, one in enumerate(units)
        for two in units[index + 1 :]
    )


def _unpriced(counts: Mapping[str, Number], rates: Rates) -> tuple[str, ...]:
    """Units in use that pay no price: neither their own nor a whole's."""
    without = frozenset(name for name in counts if billed_as(name, rates) is None)
    exclusive: dict[str, Number] = {}
    for name, parts in innermost_first(without):
        exclusive[name] = counts[name] - sum(exclusive[part] for part in parts)
    return tuple(name for name in UNIT_NAMES if exclusive.get(name, 0) > 0)


def _utc(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment


@dataclass(frozen=True, slots=True)
class MeanRate:
    """A unit's price weighted by the hours of the day, exact; with tiers, lowest threshold first."""

    base: Fraction
    tiers: tuple[tuple[int, Fraction], ...] = ()


def averaged(weighted: Iterable[tuple[Fraction, Rates]]) -> dict[str, MeanRate]:
    """Each unit's mean price over the shares of a day; a unit that is unpriced at some hour is left out."""
    parts = list(weighted)
    names = [name for name in UNIT_NAMES if parts and all(name in rates for _, rates in parts)]
    return {name: _mean(name, parts) for name in names}


def _mean(name: str, parts: list[tuple[Fraction, Rates]]) -> MeanRate:
    thresholds = sorted({tier.above for _, rates in parts for tier in rates[name].tiers})

    def at(tokens: int) -> Fraction:
        return sum((share * Fraction(rates[name].price(tokens)) for share, rates in parts), Fraction(0))

    return MeanRate(at(0), tuple((above, at(above + 1)) for above in thresholds))
