"""Money in other currencies: dated rates, each with its source. Conversion is exact; a missing rate is unknown.

Every rate is against the US dollar, in which prices are kept; between two others it goes through it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Context, Decimal, localcontext
from fractions import Fraction

from costcalc.engine.errors import PricingError
from costcalc.engine.pricing import PriceSheet, Rate, Rates, Tier

USD = "USD"
# A price in dollars seldom ends; a cent is far from its fiftieth digit.
DIGITS = Context(prec=50)


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """How many units of `currency` (ISO 4217) one US dollar buys, from a day on, and who says so."""

    currency: str
    per_dollar: Fraction
    on: dt.date
    source: str
    url: str = ""

    def __post_init__(self) -> None:
        if self.per_dollar <= 0:
            raise PricingError("an exchange rate is more than 0")
        if self.currency == USD and self.per_dollar != 1:
            raise PricingError("one US dollar is one US dollar")


@dataclass(frozen=True, slots=True)
class ExchangeRates:
    """Rates of several currencies and days; of one currency the newest by a day is in force."""

    rows: tuple[ExchangeRate, ...] = ()

    def rate(self, currency: str, on: dt.date) -> ExchangeRate | None:
        """The rate in force on a day; None where there is none by then. The dollar's own is always 1."""
        if currency == USD:
            return ExchangeRate(USD, Fraction(1), on, "")
        known = [row for row in self.rows if row.currency == currency and row.on <= on]
        # Of two rows of one day the later one is a correction of the earlier.
        return max(reversed(known), key=lambda row: row.on, default=None)

    def converted(self, amount: Decimal | Fraction | int, source: str, target: str, on: dt.date) -> Fraction | None:
        """The amount in the target currency, exactly; None where a rate is missing."""
        if source == target:
            return Fraction(amount)
        before, after = self.rate(source, on), self.rate(target, on)
        if before is None or after is None:
            return None
        return Fraction(amount) / before.per_dollar * after.per_dollar

    def with_rows(self, rows: Iterable[ExchangeRate]) -> ExchangeRates:
        """These rates and others; of one currency and day the others hold."""
        return ExchangeRates((*self.rows, *rows))

    @property
    def currencies(self) -> tuple[str, ...]:
        """Every currency that has a rate at some time, with the dollar."""
        return tuple(sorted({USD, *(row.currency for row in self.rows)}))


def in_dollars(amount: Decimal, per_dollar: Fraction) -> Decimal:
    """An amount in US dollars, to fifty digits; `per_dollar`: units of its currency that one US dollar buys."""
    if per_dollar == 1:
        return amount
    with localcontext(DIGITS):
        return amount * per_dollar.denominator / per_dollar.numerator


def sheet_in_dollars(sheet: PriceSheet, per_dollar: Fraction) -> PriceSheet:
    """Prices in another currency, of which so many units are a dollar, in US dollars."""
    steps = tuple(replace(step, rates=rates_in_dollars(step.rates, per_dollar)) for step in sheet.steps)
    variants = tuple(replace(part, rates=rates_in_dollars(part.rates, per_dollar)) for part in sheet.variants)
    return replace(sheet, steps=steps, variants=variants)


def rates_in_dollars(rates: Rates, per_dollar: Fraction) -> dict[str, Rate]:
    """The same for prices by unit, with their tiers."""
    return {unit: _rate_in_dollars(rate, per_dollar) for unit, rate in rates.items()}


def _rate_in_dollars(rate: Rate, per_dollar: Fraction) -> Rate:
    tiers = tuple(Tier(tier.above, in_dollars(tier.price, per_dollar)) for tier in rate.tiers)
    return Rate(in_dollars(rate.base, per_dollar), tiers)
