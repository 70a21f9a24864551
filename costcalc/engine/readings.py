"""An ambiguous offer, computed under each of its readings for the same traffic.

* flat: the quoted price holds for input and output alike;
* output: it is the output price, and input is at list;
* credits: list prices are in credits, and a credit is bought at a top-up rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from costcalc.engine.claims import ClaimedPrice, ClaimedTraffic, TokenPrices
from costcalc.engine.errors import PricingError
from costcalc.engine.savings import to_cents

ReadingName = Literal["flat", "output", "credits"]


@dataclass(frozen=True, slots=True)
class CreditTerms:
    """How credits are bought: `price` units of a currency for one credit, `per_dollar` of them for a US dollar.

    `fee` and `spread` are shares on top: of the payment, and of the exchange. `least` is the smallest top-up and
    `free` what comes with the account, both in credits; credits end `expires` days after they were bought.
    """

    price: Decimal
    per_dollar: Fraction
    fee: Decimal = Decimal(0)
    spread: Decimal = Decimal(0)
    least: Decimal = Decimal(0)
    free: Decimal = Decimal(0)
    expires: Decimal | None = None

    def __post_init__(self) -> None:
        if self.per_dollar <= 0 or (self.expires is not None and self.expires <= 0):
            raise PricingError("an exchange rate and the life of a credit are more than 0")

    @property
    def dollars(self) -> Fraction:
        """What one credit costs in US dollars, fee and spread included."""
        return Fraction(self.price) / self.per_dollar * (1 + Fraction(self.spread)) * (1 + Fraction(self.fee))

    def bought(self, needed: Fraction, days: Fraction) -> Fraction:
        """Credits bought in a month for the use of `needed`: more where the smallest top-up expires before it is used.

        A top-up of `least` is used up after least ÷ needed months, or lost after `expires` days, whichever is first.
        """
        if not needed or self.expires is None:
            return needed
        return max(needed, Fraction(self.least) * days / Fraction(self.expires))

    def first(self, needed: Fraction) -> Fraction:
        """Credits bought in the first month, after the free ones: at least the smallest top-up."""
        missing = needed - Fraction(self.free)
        return max(missing, Fraction(self.least)) if missing > 0 else Fraction(0)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a month costs under one reading, in cents; `first` is what is paid in the first month, where it differs."""

    name: ReadingName
    month: int | None
    first: int | None = None

    def saved(self, baseline: int | None) -> Fraction | None:
        """The share saved against a baseline in cents; less than 0 where it costs more."""
        if not baseline or self.month is None:
            return None
        return 1 - Fraction(self.month, baseline)


def readings(price: ClaimedPrice, traffic: ClaimedTraffic, terms: CreditTerms | None) -> tuple[Reading, ...]:
    """Every reading of one model's offer; a reading that takes an unknown price is None, never left out.

    An offer with two prices is not ambiguous between the first two: what it says is the first, the second is None.
    """
    flat = Reading("flat", traffic.month(price.offer))
    as_output = TokenPrices(price.listed.input, price.offer.output) if price.offer.is_flat else TokenPrices()
    output = Reading("output", traffic.month(as_output))
    return (flat, output, _credits(traffic.month(price.listed), traffic, terms))


def _credits(listed: int | None, traffic: ClaimedTraffic, terms: CreditTerms | None) -> Reading:
    if listed is None or terms is None:
        return Reading("credits", None)
    needed = Fraction(listed, 100)
    month = to_cents(terms.bought(needed, traffic.days) * terms.dollars)
    return Reading("credits", month, to_cents(terms.first(needed) * terms.dollars))
