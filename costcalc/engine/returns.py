"""What a move returns: its cash by month, what that is worth, when it is paid back, where it would break even.

    NPV       = Σ cash(m) / (1 + r_m)^m,  r_m = (1 + annual rate)^(1/12) − 1, end of month
    ROI       = (Σ cash(1..n) − one-off) / one-off;  undefined when nothing is spent
    IRR       = rate with NPV = 0, annualised; "none" or "several" said so
    break-even price / volume = where the horizon's NPV is 0

Source: the domain's “Return”. The horizon ends at a shutdown without a successor: whole months before it, then that
month by its share of days. All of it is exact to the cent; there are no floats here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from costcalc.engine.cash import Cash, Month, cash_of
from costcalc.engine.irr import RatesOfReturn, rates_of_return
from costcalc.engine.savings import Moment, Move, Unpriced, dollars, estimate, round_half_up, scaled
from costcalc.engine.terms import Terms
from costcalc.engine.timeline import horizon
from costcalc.engine.traffic import DayCount
from costcalc.engine.worth import Payback, discounted, discounts, payback, present_cents, roi_percent


@dataclass(frozen=True, slots=True)
class Case:
    """The question: workloads with their prices, how days become months, the moment of the prices, the terms."""

    moves: tuple[Move, ...]
    days: DayCount
    at: Moment
    terms: Terms


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Where the horizon's NPV is 0, everything else unchanged; None where no such figure of 0 or more exists.

    `price` is a factor on every price of the candidate, `volume` one on all requests, both exact; `price_per_mtok`
    is the candidate's mean price at that factor, in US dollars per million of the baseline's tokens in month 1;
    `requests` are those of month 1 at that factor. `one_off_cents` below 0: it does not pay even for free.
    """

    price: Fraction | None
    volume: Fraction | None
    one_off_cents: int
    price_per_mtok: Decimal | None
    requests: Fraction | None


@dataclass(frozen=True, slots=True)
class Warned:
    """What a reader must be told beside the figures, with the day it is about."""

    code: Literal["horizon_ends_at_shutdown", "payback_after_shutdown"]
    day: dt.date


@dataclass(frozen=True, slots=True)
class Return:
    """The answer. Of what is priced: where `unknown` is not empty, no figure of it may be shown as the whole."""

    cash: Cash
    npv_cents: int
    irr: RatesOfReturn
    roi_percent: Decimal | None
    payback: Payback
    discounted_payback: Payback
    break_even: BreakEven
    warnings: tuple[Warned, ...]
    unknown: tuple[Unpriced, ...]

    @property
    def complete(self) -> bool:
        """Whether every unit in use is priced on both sides."""
        return not self.unknown

    @property
    def npv(self) -> Decimal:
        """Net present value in US dollars."""
        return dollars(self.npv_cents)

    @property
    def first_year(self) -> Decimal:
        """What the first twelve months bring in US dollars, without what was spent before."""
        return dollars(self.cash.first_year_cents)


def returns(case: Case) -> Return:
    """What moving these workloads returns on these terms. Raises TermsError and TrafficError for what cannot be."""
    terms, rate = case.terms, case.terms.annual_discount_rate
    cash = cash_of(case.moves, case.days, case.at, terms)
    flow = cash.flow
    back = payback(flow, cash.moments)
    return Return(
        cash=cash,
        npv_cents=present_cents(flow, rate),
        irr=rates_of_return(flow),
        roi_percent=roi_percent(flow, cash.one_off_cents),
        payback=back,
        discounted_payback=payback(discounted(flow, rate), cash.moments),
        break_even=_break_even(case, cash),
        warnings=tuple(_warnings(case, back)),
        unknown=estimate(case.moves, case.days, case.at).unknown,
    )


def _warnings(case: Case, back: Payback) -> list[Warned]:
    """A shutdown that cuts the horizon, and one that comes before what was spent is back."""
    day, start = case.terms.ends_on, case.days.start
    if day is None or horizon(case.terms, start) == case.terms.horizon_months:
        return []
    found = [Warned("horizon_ends_at_shutdown", day)]
    if back.state == "not_within_the_horizon":
        whole = cash_of(case.moves, case.days, case.at, replace(case.terms, shutdowns=()))
        if payback(whole.flow, whole.moments).state == "paid_back":
            found.append(Warned("payback_after_shutdown", day))
    return found


def _break_even(case: Case, cash: Cash) -> BreakEven:
    """NPV is linear in the candidate's prices and in the volume: each is divided out, not searched for."""
    weights = discounts(case.terms.annual_discount_rate, len(cash.months) + 1)[1:]

    def present(part: Callable[[Month], Fraction | int]) -> Fraction:
        return sum((part(month) * weight for month, weight in zip(cash.months, weights, strict=True)), Fraction(0))

    npv = present(lambda month: month.cash_cents) - cash.one_off_cents - cash.reserve_cents
    paid = present(lambda month: month.share * month.candidate_cents + month.cold_candidate_cents)
    tokens = present(lambda month: month.token_cents - month.cold_cents)
    price, volume = _factor(npv, paid), _factor(npv, -tokens)
    return BreakEven(
        price,
        volume,
        round_half_up(npv) + cash.one_off_cents,
        None if price is None else _per_mtok(case, cash, price),
        None if volume is None else volume * _requests(case),
    )


def _factor(npv: Fraction, paid: Fraction) -> Fraction | None:
    """By how much to multiply what costs `paid` so that nothing of the NPV is left."""
    if not paid:
        return None
    factor = 1 + npv / paid
    return factor if factor >= 0 else None


def _requests(case: Case) -> Fraction:
    return sum((move.workload.requests_in(1, case.days) for move in case.moves), Fraction(0))


def _per_mtok(case: Case, cash: Cash, factor: Fraction) -> Decimal | None:
    """The candidate's mean price at a factor, to four decimals; None without tokens or months."""
    sides = [move.workload for move in case.moves]
    tokens = sum((Fraction(w.input_tokens + w.output_tokens) * w.requests_in(1, case.days) for w in sides), Fraction(0))
    if not (tokens and cash.months):
        return None
    first = cash.months[0]
    cents = first.candidate_cents / first.length * factor
    return scaled(round_half_up(cents * 10_000 * 10_000 / tokens), 4)
