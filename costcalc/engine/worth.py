"""What a series of payments is worth: present value, payback, return on what was spent.

    NPV     = Σ cash(m) / (1 + r_m)^m,  r_m = (1 + annual rate)^(1/12) − 1, end of month
    payback = earliest moment (linear within a month) from which cumulative cash stays ≥ 0 to the horizon, given that
              it ends > 0; “nothing to pay back” when it never falls below 0; else “not within the horizon”
    ROI     = (Σ cash(1..n) − one-off) / one-off;  undefined when nothing is spent

Source: the domain's “Return”. A twelfth root does not end: it has fifty digits here, and cents are rounded once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from itertools import accumulate
from typing import Literal

from costcalc.engine.savings import dollars, round_half_up

DIGITS = Context(prec=50)
YEAR = 12


def discounts(annual_rate: Decimal, count: int) -> list[Fraction]:
    """What a dollar at the end of month 0, 1, … is worth today."""
    with localcontext(DIGITS):
        a_month = (1 + annual_rate) ** (Decimal(-1) / YEAR)
        return [Fraction(factor) for factor in accumulate([a_month] * (count - 1), _times, initial=Decimal(1))][:count]


def _times(one: Decimal, two: Decimal) -> Decimal:
    return one * two


def discounted(flow: Sequence[int], annual_rate: Decimal) -> list[Fraction]:
    """Each payment's present value, in cents, not rounded."""
    return [cash * factor for cash, factor in zip(flow, discounts(annual_rate, len(flow)), strict=True)]


def present_cents(flow: Sequence[int], annual_rate: Decimal) -> int:
    """The net present value of payments at the ends of months 0, 1, …, rounded once to cents."""
    return round_half_up(sum(discounted(flow, annual_rate), Fraction(0)))


def roi_percent(flow: Sequence[int], one_off_cents: int) -> Decimal | None:
    """What months 1 to n bring over the one-off cost, as a percentage of it with two decimals; None without one."""
    if not one_off_cents:
        return None
    return dollars(round_half_up(Fraction((sum(flow[1:]) - one_off_cents) * 10_000, one_off_cents)))


@dataclass(frozen=True, slots=True)
class Payback:
    """When what was spent is back: after so many `months`, exact; None where nothing was spent or it never is."""

    state: Literal["paid_back", "nothing_to_pay_back", "not_within_the_horizon"]
    months: Fraction | None = None

    @property
    def rounded(self) -> Decimal | None:
        """The months to two decimals, half up."""
        return None if self.months is None else dollars(round_half_up(self.months * 100))


def payback(flow: Sequence[int | Fraction], moments: Sequence[Fraction]) -> Payback:
    """When the sum of payments, each earned evenly between one of the moments and the next, is back for good."""
    sums = list(accumulate(map(Fraction, flow)))
    below = [place for place, balance in enumerate(sums) if balance < 0]
    if not below:
        return Payback("nothing_to_pay_back")
    if sums[-1] <= 0:
        return Payback("not_within_the_horizon")
    last = below[-1]
    part = -sums[last] / (sums[last + 1] - sums[last])
    return Payback("paid_back", moments[last] + part * (moments[last + 1] - moments[last]))
