"""The cash of a move, month by month, in whole cents.

    token saving(m)   = baseline cost(m) − target cost(m)
    other saving(m)   = people (incidents × hours × rate), infrastructure, support …, before − after
    realised share(m) = share of month m's traffic on the target, from the canary stages and their dates
    cash(0)           = − one-off cost (engineering hours × rate, tests, fees) − rollback reserve (probability × cost)
    cash(m)           = (token + other saving)(m) × realised share(m) − overlap cost(m)
                        − cold-cache cost(m) while traffic is split

Source: the domain's “Return”. Each line (workload × unit × month, one cost of a month) is rounded once to cents,
half up; what a month realises of the token saving and of the other saving is once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import accumulate

from costcalc.engine.pricing import PriceSheet
from costcalc.engine.savings import Charge, Moment, Move, charges, to_cents
from costcalc.engine.terms import Terms, Toil
from costcalc.engine.timeline import Span, Window, apart, horizon, levels, mean, overlapping, stages, windows
from costcalc.engine.traffic import EXACT, DayCount, Workload


@dataclass(frozen=True, slots=True)
class Month:
    """A month's cash. Costs before and after are of all the traffic; what is realised goes by `share` of it.

    `length` is the share of the month's days that lie before the horizon's end; all amounts are of these days.
    """

    number: int
    length: Fraction
    share: Fraction
    baseline_cents: int
    candidate_cents: int
    before_cents: int
    after_cents: int
    overlap_cents: int
    cold_baseline_cents: int
    cold_candidate_cents: int

    @property
    def token_cents(self) -> int:
        """The token saving that is realised."""
        return to_cents(self.share * (self.baseline_cents - self.candidate_cents) / 100)

    @property
    def other_cents(self) -> int:
        """The saving of people, infrastructure and other running costs that is realised."""
        return to_cents(self.share * (self.before_cents - self.after_cents) / 100)

    @property
    def cold_cents(self) -> int:
        """What misses of both caches cost while traffic is split."""
        return self.cold_baseline_cents + self.cold_candidate_cents

    @property
    def cash_cents(self) -> int:
        """What the month brings: positive where the move saves."""
        return self.token_cents + self.other_cents - self.overlap_cents - self.cold_cents


@dataclass(frozen=True, slots=True)
class Cash:
    """The months of a horizon, and what is spent and set aside before the first."""

    one_off_cents: int
    reserve_cents: int
    months: tuple[Month, ...]

    @property
    def flow(self) -> tuple[int, ...]:
        """cash(0), cash(1), … in cents."""
        return (-self.one_off_cents - self.reserve_cents, *(month.cash_cents for month in self.months))

    @property
    def cumulative(self) -> tuple[int, ...]:
        """The sum up to each month, in cents."""
        return tuple(accumulate(self.flow))

    @property
    def first_year_cents(self) -> int:
        """What months 1 to 12 bring, or as many of them as the horizon has; without what was spent before."""
        return sum(month.cash_cents for month in self.months[:12])

    @property
    def moments(self) -> tuple[Fraction, ...]:
        """When each month of the flow ends, in months: 0, 1, 2, …; the last may be a part of one."""
        return (Fraction(0), *(month.number - 1 + month.length for month in self.months))


def cash_of(moves: Sequence[Move], days: DayCount, at: Moment, terms: Terms) -> Cash:
    """The cash of moving these workloads, at the prices of `at` and their dated changes; of what is priced."""
    found = windows(horizon(terms, days.start))
    spans = stages(terms.ramp, days.start)
    sides = [_Traffic(index, move, days, at, terms, found) for index, move in enumerate(moves)]
    months = (_month(place, window, spans, sides, terms) for place, window in enumerate(found))
    reserve = Fraction(terms.reserve.probability) * Fraction(terms.reserve.cost)
    return Cash(one_off_cents(terms), to_cents(reserve), tuple(months))


def one_off_cents(terms: Terms) -> int:
    """What is paid once, each line rounded to cents."""
    return sum(to_cents(Fraction(line.quantity) * Fraction(line.price)) for line in terms.one_off)


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a workload: requests by month, price level by month, and what a request pays."""

    volumes: list[Fraction]
    levels: list[Fraction]
    charges: tuple[Charge, ...]
    cold: Fraction

    def cents(self, place: int, length: Fraction) -> int:
        paid = self.volumes[place] * self.levels[place] * length
        return sum(charge.cents(paid) for charge in self.charges)

    def cold_dollars(self, place: int, length: Fraction) -> Fraction:
        return self.cold * self.volumes[place] * self.levels[place] * length


class _Traffic:
    """A workload over the months of a horizon, on both sides."""

    def __init__(
        self, index: int, move: Move, days: DayCount, at: Moment, terms: Terms, found: Sequence[Window]
    ) -> None:
        share = terms.cold_cache_share

        def side(workload: Workload, sheet: PriceSheet, changed: list[Span]) -> _Side:
            volumes = workload.requests_until(len(found), days)
            paid = charges(workload, sheet, at)
            cold = _cold(workload, sheet, at, share, paid)
            return _Side(volumes, [mean(changed, window) for window in found], paid, cold)

        self.baseline = side(move.workload, move.baseline, levels(terms, days.start, "baseline", index))
        self.candidate = side(move.moved, move.candidate, levels(terms, days.start, "candidate", index))


def _cold(workload: Workload, sheet: PriceSheet, at: Moment, share: Decimal, paid: Sequence[Charge]) -> Fraction:
    """What a request pays more, in US dollars, where this share of its cache reads misses."""
    if not (share and workload.cache_read_share):
        return Fraction(0)
    with localcontext(EXACT):
        colder = replace(workload, cache_read_share=workload.cache_read_share * (1 - share))
    return _per_request(charges(colder, sheet, at)) - _per_request(paid)


def _per_request(paid: Sequence[Charge]) -> Fraction:
    return sum((charge.per_request for charge in paid), Fraction(0))


def _month(place: int, window: Window, spans: list[Span], sides: list[_Traffic], terms: Terms) -> Month:
    length = window.length
    stays, moves = apart(spans, window)
    cold_before = sum((side.baseline.cold_dollars(place, length) for side in sides), Fraction(0))
    cold_after = sum((side.candidate.cold_dollars(place, length) for side in sides), Fraction(0))
    return Month(
        number=window.number,
        length=length,
        share=mean(spans, window),
        baseline_cents=sum(side.baseline.cents(place, length) for side in sides),
        candidate_cents=sum(side.candidate.cents(place, length) for side in sides),
        before_cents=_running([line.before for line in terms.running], terms.people.before, length),
        after_cents=_running([line.after for line in terms.running], terms.people.after, length),
        overlap_cents=to_cents(Fraction(terms.overlap.monthly) * length * overlapping(terms.overlap, spans, window)),
        cold_baseline_cents=to_cents(stays * cold_before),
        cold_candidate_cents=to_cents(moves * cold_after),
    )


def _running(lines: Sequence[Decimal], toil: Toil, length: Fraction) -> int:
    """Costs a month and the work of people, each rounded once to cents."""
    work = Fraction(toil.incidents) * Fraction(toil.hours) * Fraction(toil.rate)
    return sum(to_cents(amount * length) for amount in (*map(Fraction, lines), work))
