"""A scenario: what is asked of which models, at the prices of which day; and its computation.

An unsaved scenario, built from an address, computes exactly like a saved one; the saved one has its prices pinned.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from costcalc.catalog.entries import EMPTY, Entry, PriceRow
from costcalc.catalog.index import Catalogue
from costcalc.engine import (
    CALLS,
    UNSHIFTED,
    USD,
    Bundle,
    Case,
    DayCount,
    Estimate,
    ExchangeRates,
    Moment,
    Move,
    Outlook,
    PriceSheet,
    Range,
    Rate,
    Return,
    Shift,
    Shutdown,
    SideName,
    Step,
    Swing,
    Terms,
    Uncertain,
    Variant,
    Workload,
    bundles,
    estimate,
    returns,
    round_half_up,
    scaled,
    seed_of,
    sheet_in_dollars,
    simulate,
    tornado,
    traffic_together,
)

SIDES = ("from", "to")
# The same draws for all scenarios: what tells two of them apart is then never the dice.
SEED = seed_of("costcalc")


@dataclass(frozen=True)
class TypedPrices:
    """Prices that somebody typed in place of a model; a unit that is not there is unknown."""

    name: str
    rates: Mapping[str, Rate]
    variants: tuple[Variant, ...] = ()
    currency: str = USD
    per_dollar: Fraction = Fraction(1)

    @cached_property
    def sheet(self) -> PriceSheet:
        """The prices in US dollars as the engine reads them: the same on every day."""
        return sheet_in_dollars(PriceSheet((Step(self.rates),), self.variants), self.per_dollar)

    def at_rate(self, currency: str, per_dollar: Fraction) -> TypedPrices:
        """The same prices, typed in a currency of which one US dollar buys so many units."""
        return self if currency == USD else replace(self, currency=currency, per_dollar=per_dollar)


Choice = Entry | TypedPrices
# By workload and side (`from`, `to`): the price that holds whatever the catalogue says today; None for none.
Pins = Mapping[tuple[int, str], PriceRow | None]


@dataclass(frozen=True)
class Asked:
    """One workload, the two sides that are compared for it, and how it looks on the other side."""

    workload: Workload
    baseline: Choice
    candidate: Choice
    shift: Shift = UNSHIFTED
    successors: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Wanted:
    """What is asked of the return: its terms, the uncertain inputs by their names, how traffic moves together."""

    terms: Terms = field(default_factory=Terms)
    ranges: Mapping[str, Range] = field(default_factory=dict)
    together: Decimal = Decimal(0)
    # Units of the costs' currency that one US dollar buys.
    per_dollar: Fraction = Fraction(1)


@dataclass(frozen=True)
class Offer:
    """One side of one workload on a day: who sells, and the price in force (None where typed, or none)."""

    choice: Choice
    price: PriceRow | None
    sheet: PriceSheet

    @property
    def entry(self) -> Entry | None:
        """The catalogue's model, unless the prices were typed."""
        return self.choice if isinstance(self.choice, Entry) else None

    @property
    def seller(self) -> str:
        """Whose prices these are, in a few words; empty for typed prices without a name."""
        return self.choice.provider_name if isinstance(self.choice, Entry) else self.choice.name


@dataclass(frozen=True)
class Scenario:
    """Workloads, the day count (`30`, `365/12`, `calendar` or any number of days) and the day of the prices."""

    asked: tuple[Asked, ...]
    days: str
    at: Moment
    pins: Pins = field(default_factory=dict)
    wanted: Wanted = field(default_factory=Wanted)
    # Shutdown days as they were known when the scenario was saved, by workload and side; of others the catalogue's.
    ends: Mapping[tuple[int, str], dt.date | None] = field(default_factory=dict)
    # Every exchange rate that holds for it, and the currencies other than the dollar in which its money was typed.
    rates: ExchangeRates = field(default_factory=ExchangeRates)
    currencies: frozenset[str] = frozenset()

    @property
    def day(self) -> dt.date:
        """The UTC day of the prices."""
        return self.at.date() if isinstance(self.at, dt.datetime) else self.at

    @property
    def day_count(self) -> DayCount:
        """How days become months."""
        return DayCount(None if self.days == "calendar" else Fraction(self.days), self.day.replace(day=1))

    def computed(self) -> Result:
        """The answer at the pinned prices, and where none is pinned at those of the scenario's day; computed once."""
        return self._result

    @cached_property
    def _result(self) -> Result:
        offers = tuple(
            (self._offer(index, "from", asked.baseline), self._offer(index, "to", asked.candidate))
            for index, asked in enumerate(self.asked)
        )
        moves = [
            Move(asked.workload, before.sheet, after.sheet, asked.shift)
            for asked, (before, after) in zip(self.asked, offers, strict=True)
        ]
        return Result(self, offers, tuple(moves), estimate(moves, self.day_count, self.at))

    def _offer(self, index: int, side: str, choice: Choice) -> Offer:
        if isinstance(choice, TypedPrices) or (index, side) not in self.pins:
            return offer_on(choice, self.day)
        row = self.pins[index, side]
        return Offer(choice, row, EMPTY if row is None else row.sheet)

    def shutdowns(self) -> Iterator[Shutdown]:
        """When the models in use end, and what takes over."""
        for index, asked in enumerate(self.asked):
            for side, choice, successor in zip(SIDES, (asked.baseline, asked.candidate), asked.successors, strict=True):
                known = choice.shutdown_on if isinstance(choice, Entry) else None
                day = self.ends.get((index, side), known)
                if day is not None and isinstance(choice, Entry):
                    yield Shutdown(choice.key, day, successor)


@dataclass(frozen=True)
class Result:
    """A computed scenario: both offers of each workload, and the engine's estimate."""

    scenario: Scenario
    offers: tuple[tuple[Offer, Offer], ...]
    moves: tuple[Move, ...]
    estimate: Estimate

    @cached_property
    def case(self) -> Case:
        """The question of the return."""
        scenario = self.scenario
        terms = replace(scenario.wanted.terms, shutdowns=tuple(scenario.shutdowns()))
        return Case(self.moves, scenario.day_count, scenario.at, terms)

    @cached_property
    def returned(self) -> Return:
        """What the move returns on the scenario's terms."""
        return returns(self.case)

    @cached_property
    def outlook(self) -> Outlook | None:
        """How sure that is; None where nothing is uncertain."""
        wanted = self.scenario.wanted
        if not wanted.ranges:
            return None
        together = traffic_together(self.case, wanted.together)
        return simulate(self.case, Uncertain(tuple(wanted.ranges.values()), (together,)), SEED)

    @cached_property
    def swings(self) -> tuple[Swing, ...]:
        """What each uncertain input alone does, the widest swing first."""
        return tornado(self.case, self.scenario.wanted.ranges.values())

    @cached_property
    def bundles(self) -> tuple[tuple[Bundle, Return], ...]:
        """Best, base and worst, each with what it returns."""
        found = bundles(self.case, self.swings)
        return tuple((each, self.returned if each.case is self.case else returns(each.case)) for each in found)

    def tokens(self) -> Fraction:
        """Input and output tokens of month 1 at the baseline."""
        days = self.scenario.day_count
        sides = [move.workload for move in self.moves]
        return sum((Fraction(w.input_tokens + w.output_tokens) * w.requests_in(1, days) for w in sides), Fraction(0))

    def tokens_cost(self, side: SideName) -> Fraction:
        """What tokens and request fees of month 1 cost on one side, in US dollars, not rounded; of what is known."""
        total, requests = Fraction(0), self.requests(side)
        for line in self.estimate.lines:
            charge = line.candidate if side == "candidate" else line.baseline
            if charge is not None and line.unit not in CALLS:
                total += charge.per_request * requests[line.workload]
        return total

    def requests(self, side: SideName) -> list[Fraction]:
        """Requests of month 1 on one side, by workload."""
        sides = [move.moved if side == "candidate" else move.workload for move in self.moves]
        return [workload.requests_in(1, self.scenario.day_count) for workload in sides]

    def effective(self, side: SideName) -> Decimal | None:
        """Dollars per million tokens of the baseline's traffic, to four decimals; None where a price is unknown.

        Tool calls are left out: they are no tokens. Both sides go by the baseline's tokens, so that they compare.
        """
        tokens = self.tokens()
        if not tokens or any(gap.side == side and gap.unit not in CALLS for gap in self.estimate.unknown):
            return None
        return scaled(round_half_up(self.tokens_cost(side) * 10_000 * 1_000_000 / tokens), 4)


def offer_on(choice: Choice, day: dt.date) -> Offer:
    """A side's price in force on a UTC day."""
    if isinstance(choice, TypedPrices):
        return Offer(choice, None, choice.sheet)
    return Offer(choice, choice.price_on(day), choice.sheet_on(day))


def listed(catalogue: Catalogue, entry: Entry) -> Entry | None:
    """The list price's model that a quote stands for."""
    return catalogue.by_key.get(entry.listed_as)
