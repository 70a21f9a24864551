"""What a vendor states, and what follows from it: prices, traffic, monthly figures, percentages, bills.

A claim holds only what was stated; everything else is None, and what would need it is not checked. Money is
in US dollars, prices are per million tokens, percentages are as typed (85 for 85 %).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from costcalc.engine.pricing import PriceSheet
from costcalc.engine.savings import to_cents

MILLION = 10**6
MONTHS = 12
Bound = Literal["", "least", "most"]


@dataclass(frozen=True, slots=True)
class TokenPrices:
    """US dollars per million tokens, input and output; None is unknown."""

    input: Fraction | None = None
    output: Fraction | None = None

    @property
    def is_known(self) -> bool:
        """Whether both are known."""
        return self.input is not None and self.output is not None

    @property
    def is_flat(self) -> bool:
        """Whether input and output have one price."""
        return self.input is not None and self.input == self.output

    def blended(self, input_share: Fraction | None) -> Fraction | None:
        """The price of a million tokens of which this share is input; None where it takes an unknown."""
        if self.input is None or self.output is None:
            return None
        if self.is_flat:
            return self.input
        return None if input_share is None else self.input * input_share + self.output * (1 - input_share)


UNPRICED = TokenPrices()


def quoted(price: Decimal | None, output: Decimal | None = None) -> TokenPrices:
    """A stated price: one for both directions, or another one for output."""
    if price is None:
        return TokenPrices(None, None if output is None else Fraction(output))
    return TokenPrices(Fraction(price), Fraction(price if output is None else output))


def listed(sheet: PriceSheet, day: dt.date, input_tokens: Decimal | None) -> TokenPrices:
    """What a price sheet asks on a UTC day for a request of this size, weighted by the hours of the day."""
    weighted = sheet.rates_on(day)
    found = []
    for unit in ("input_mtok", "output_mtok"):
        rates = [(share, rates.get(unit)) for share, rates in weighted]
        known = [(share, rate.price(input_tokens or 0)) for share, rate in rates if rate is not None]
        whole = bool(known) and len(known) == len(rates)
        found.append(sum((share * Fraction(price) for share, price in known), Fraction(0)) if whole else None)
    return TokenPrices(*found)


@dataclass(frozen=True, slots=True)
class ClaimedTraffic:
    """What the claim says is sent: requests with their tokens, or (`mtok`) millions of tokens, a day or a month."""

    requests: Decimal | None = None
    input_tokens: Decimal | None = None
    output_tokens: Decimal | None = None
    mtok: Decimal | None = None
    per: Literal["day", "month"] = "day"
    days: Fraction = Fraction(30)

    @property
    def input_share(self) -> Fraction | None:
        """The share of input in all tokens."""
        if self.input_tokens is None or self.output_tokens is None:
            return None
        tokens = Fraction(self.input_tokens) + Fraction(self.output_tokens)
        return Fraction(self.input_tokens) / tokens if tokens else None

    @property
    def tokens(self) -> Fraction | None:
        """All tokens, in the claim's own period."""
        if self.mtok is not None:
            return Fraction(self.mtok) * MILLION
        if self.requests is None or self.input_tokens is None or self.output_tokens is None:
            return None
        return Fraction(self.requests) * (Fraction(self.input_tokens) + Fraction(self.output_tokens))

    @property
    def a_month(self) -> Fraction | None:
        """Tokens in a month."""
        return None if self.tokens is None else self.tokens * (self.days if self.per == "day" else 1)

    @property
    def a_day(self) -> Fraction | None:
        """Tokens in a day."""
        return None if self.tokens is None else self.tokens / (1 if self.per == "day" else self.days)

    def cents(self, prices: TokenPrices, tokens: Fraction | None) -> int | None:
        """What so many tokens cost, each direction rounded once to cents; None where something is unknown."""
        if tokens is None or not prices.is_known:
            return None
        assert prices.input is not None
        assert prices.output is not None
        if self.input_share is None:
            return to_cents(tokens * prices.input / MILLION) if prices.is_flat else None
        went_in = tokens * self.input_share
        return to_cents(went_in * prices.input / MILLION) + to_cents((tokens - went_in) * prices.output / MILLION)

    def month(self, prices: TokenPrices) -> int | None:
        """What a month costs at these prices, in cents."""
        return self.cents(prices, self.a_month)

    def day(self, prices: TokenPrices) -> int | None:
        """What a day costs at these prices, in cents."""
        return self.cents(prices, self.a_day)


@dataclass(frozen=True, slots=True)
class ClaimedPrice:
    """One model of the claim: what the vendor says it costs elsewhere and here, and the real list price."""

    name: str
    listed: TokenPrices = UNPRICED
    baseline: TokenPrices = UNPRICED
    offer: TokenPrices = UNPRICED
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two stated sums and what is said of them: before, after, the saving, its percentage, the saving of a year."""

    before: Decimal | None = None
    after: Decimal | None = None
    saving: Decimal | None = None
    year: Decimal | None = None
    percent: Decimal | None = None

    @property
    def saved(self) -> Fraction | None:
        """The share that the two sums save."""
        if self.before is None or self.after is None or not self.before:
            return None
        return 1 - Fraction(self.after) / Fraction(self.before)


@dataclass(frozen=True, slots=True)
class Claim:
    """Everything that was stated. `figures` are a month's costs of the first model, `bills` are what was paid.

    `percent` is the headline, with `bound` for “at least” and “up to”. `credit` is what a credit that is listed at
    a dollar costs in dollars, where credits are sold.
    """

    prices: tuple[ClaimedPrice, ...] = ()
    traffic: ClaimedTraffic = ClaimedTraffic()
    figures: Pair = Pair()
    bills: Pair = Pair()
    percent: Decimal | None = None
    bound: Bound = ""
    credit: Fraction | None = None

    @property
    def first(self) -> ClaimedPrice | None:
        """The model that the monthly figures are about."""
        return self.prices[0] if self.prices else None


def saved(before: Fraction | None, after: Fraction | None) -> Fraction | None:
    """The share that is saved by going from one price to another."""
    return None if not before or after is None else 1 - after / before
