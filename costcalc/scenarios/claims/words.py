"""Findings on a claim as sentences with their arithmetic, in the active language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from costcalc.catalog.labels import Words
from costcalc.digits import write_number
from costcalc.engine import (
    BillImplies,
    Claim,
    DayAsMonth,
    FigureOff,
    FlatPrice,
    Found,
    NotListPrice,
    PercentIsRate,
    PercentOff,
    TokenPrices,
    check,
    dollars,
    gaps,
    round_half_up,
    scaled,
)
from costcalc.formatting import Formatter

# Why something in a pasted text was not read.
UNREAD: Final[Mapping[str, Words]] = {
    "unknown": gettext_lazy("no word says what it is"),
    "twice": gettext_lazy("another number of the same kind came first"),
    "two_ways": gettext_lazy("it can be read in two ways"),
    "range": gettext_lazy("a range: which of the two is promised?"),
    "day": gettext_lazy("of a day: type what it comes to in a month"),
    "no_period": gettext_lazy("no word says whether it is a day, a month or a million tokens"),
    "no_unit": gettext_lazy("no word says for how many tokens it is"),
    "no_currency": gettext_lazy("no word says its currency"),
    "no_rate": gettext_lazy("no exchange rate is known for its currency"),
    "no_model": gettext_lazy("the catalogue has no model of this name"),
    "which_model": gettext_lazy("no word says which of the models it is for"),
    "column": gettext_lazy("the name of its column says neither price nor saving"),
    "more": gettext_lazy("a claim holds six models"),
    "total": gettext_lazy("a total: input and output are needed apart"),
    "arithmetic": gettext_lazy("part of a sum that is written out"),
    "bounds": gettext_lazy("out of bounds"),
}
_WIDE: Final = Context(prec=60)


@dataclass(frozen=True)
class Told:
    """Findings of one kind: what is wrong, and a sentence with the arithmetic for each place where it is."""

    code: str
    lead: str
    sentences: tuple[str, ...]
    grave: bool = False


class ClaimWords:
    """Says what was found on one claim."""

    def __init__(self, claim: Claim, write: Formatter) -> None:
        self.claim = claim
        self.write = write

    def all(self) -> list[Told]:
        """Every kind that was found, in the order of the engine."""
        found = check(self.claim)
        told = []
        for kind, (lead, say, grave) in self._kinds.items():
            sentences = tuple(dict.fromkeys(say(one) for one in found if isinstance(one, kind)))
            if sentences:
                told.append(Told(kind.__name__, lead, sentences, grave))
        return told

    def one(self, found: Found) -> Told:
        """A single finding."""
        lead, say, grave = self._kinds[type(found)]
        return Told(type(found).__name__, lead, (say(found),), grave)

    @cached_property
    def _kinds(self) -> Mapping[type[Any], tuple[str, Callable[[Any], str], bool]]:
        return {
            DayAsMonth: (_("A day is sold as a month."), self._day, True),
            FigureOff: (_("A sum does not follow from its own numbers."), self._figure, True),
            NotListPrice: (_("The price that it compares with is not the list price."), self._baseline, True),
            FlatPrice: (_("One price is quoted for input and output."), self._flat, False),
            PercentOff: (_("A percentage misses its own numbers."), self._percent, False),
            PercentIsRate: (_("The headline equals a top-up rate."), self._rate, False),
            BillImplies: (_("The bill fits no price of the claim."), self._bill, False),
        }

    def missing(self) -> list[str]:
        """What was not stated, and what therefore was not checked."""
        words = {
            "prices": _("No price is stated, so there is nothing to compare with the list."),
            "offer": _("No offered price is stated, so no saving follows."),
            "list": _("A model is not named or has no list price, so its prices are not compared with the list."),
            "tokens": _("No volume of tokens is stated, so monthly figures and bills are not checked."),
            "mix": _("Input and output per request are not stated, so prices are not blended."),
        }
        return [words[gap] for gap in gaps(self.claim)]

    def price(self, price: Fraction | None) -> str:
        """A price per MTok: exact where it is short, else with the four decimals that a pocket calculator needs."""
        return self.write.per_mtok(None if price is None else _short(price))

    def number(self, price: Fraction | None) -> str:
        """The same without its currency, for a column that says it."""
        return self.write.unknown if price is None else write_number(_short(price), self.write.language, least=2)

    def bare(self, prices: TokenPrices) -> str:
        """`60.00`, or `2.00 / 8.00` for input and output."""
        if prices.is_flat:
            return self.number(prices.input)
        return f"{self.number(prices.input)} / {self.number(prices.output)}"

    def prices(self, prices: TokenPrices) -> str:
        """`$60.00`, or `$2.00 in, $8.00 out`."""
        if prices.is_flat:
            return self.price(prices.input)
        words = {"input": self.price(prices.input), "output": self.price(prices.output)}
        return _("%(input)s in, %(output)s out") % words

    def times(self, factor: Fraction) -> str:
        """`15.0×`."""
        text = self.write.number(_rounded(factor, 1))
        point = "," if self.write.language == "vi" else "."
        return f"{text if point in text else f'{text}{point}0'}×"

    def percent(self, share: Fraction) -> str:
        """`83.3%`."""
        return self.write.percent(_decimal(share))

    def mtok(self, tokens: Fraction) -> str:
        """`2,250 MTok`."""
        return self.write.tokens(_decimal(tokens))

    def _day(self, found: DayAsMonth) -> str:
        words = {
            "stated": self.write.short_money(found.stated),
            "days": self.write.number(_rounded(self.claim.traffic.days, 2)),
            "month": self.write.short_money(dollars(found.month)),
            "sum": self._product(found.figure),
        }
        if found.times > 1:
            return _("%(stated)s a year is twelve days; twelve months are %(month)s.") % words
        if found.figure == "saving":
            return _("%(stated)s is saved in one day; in a month of %(days)s days it is %(month)s.") % words
        return _("%(stated)s is one day: %(sum)s. A month of %(days)s days is %(month)s.") % words

    def _product(self, figure: str) -> str:
        """`75 MTok × $60.00`, of the first model's side."""
        first, day = self.claim.first, self.claim.traffic.a_day
        if first is None or day is None:
            return ""
        base = first.baseline if first.baseline.is_known else first.listed
        prices = base if figure == "before" else first.offer
        return f"{self.mtok(day)} × {self.price(prices.blended(self.claim.traffic.input_share))}"

    def _figure(self, found: FigureOff) -> str:
        labels = {
            "before": _("before"),
            "after": _("after"),
            "saving": _("the saving of a month"),
            "year": _("the saving of a year"),
        }
        words = {
            "label": labels[found.figure.rpartition(".")[2]],
            "stated": self.write.short_money(found.stated),
            "computed": self.write.money(dollars(found.computed)),
        }
        if found.from_prices:
            return _("%(stated)s (%(label)s): its price for its own tokens gives %(computed)s.") % words
        return _("%(stated)s (%(label)s): its own sums give %(computed)s.") % words

    def _baseline(self, found: NotListPrice) -> str:
        words = {
            "model": found.model,
            "quoted": self.prices(found.quoted),
            "listed": self.prices(found.listed),
            "blended": self.price(found.blended),
            "sum": self._blend(found.listed),
            "factor": "" if found.factor is None else self.times(found.factor),
            "output": "" if found.to_output is None else self.times(found.to_output),
        }
        if found.factor is None:
            said = _("%(model)s: it says %(quoted)s per MTok; the list says %(listed)s.") % words
        else:
            said = (
                _("%(model)s: %(quoted)s ÷ %(blended)s = %(factor)s, with %(blended)s = %(sum)s, from %(listed)s.")
                % words
            )
        if found.to_output is None:
            return said
        return said + " " + _("Against the output price alone: %(output)s.") % words

    def _blend(self, listed: TokenPrices) -> str:
        """`(1,000 × $2.00 + 500 × $8.00) ÷ 1,500`."""
        went_in, came_out = self.claim.traffic.input_tokens, self.claim.traffic.output_tokens
        if went_in is None or came_out is None:
            return ""
        number = self.write.number
        first = f"{number(went_in)} × {self.price(listed.input)}"
        second = f"{number(came_out)} × {self.price(listed.output)}"
        return f"({first} + {second}) ÷ {number(went_in + came_out)}"

    def _flat(self, found: FlatPrice) -> str:
        words = {
            "model": found.model,
            "price": self.price(found.price),
            "listed": self.prices(found.listed),
            "input": self.price(found.listed.input),
            "blended": self.price(found.blended),
        }
        if found.is_output:
            said = _("%(model)s: %(price)s is the list’s output price; input lists at %(input)s.") % words
        else:
            said = _("%(model)s: %(price)s; the list says %(listed)s.") % words
        if found.blended is None or not found.blended:
            return said
        words["percent"] = self.write.signed_percent(_decimal(found.price / found.blended - 1))
        return said + " " + _("For this mix the list comes to %(blended)s: %(percent)s with the offer.") % words

    def _percent(self, found: PercentOff) -> str:
        is_price = found.place == "prices"
        money: Callable[[Fraction], str] = self.price if is_price else lambda one: self.write.short_money(_decimal(one))
        stated = f"{self.write.number(found.stated)}%"
        bounds = {"least": _("at least %(stated)s"), "most": _("up to %(stated)s"), "": "%(stated)s"}
        places = {"figures": _("the monthly figures"), "bills": _("the bills")}
        words = {
            "place": found.model if is_price else places[found.place],
            "stated": bounds[found.bound] % {"stated": stated},
            "sum": f"1 − {money(found.after)} ÷ {money(found.before)} = {self.percent(found.computed)}",
        }
        return _("It says %(stated)s; %(place)s: %(sum)s.") % words

    def _rate(self, found: PercentIsRate) -> str:
        words = {
            "sum": f"1 − 1 ÷ {self.write.number(_rounded(1 / found.credit, 2))}",
            "percent": self.percent(1 - found.credit),
        }
        lead = _("%(sum)s = %(percent)s is what follows where a credit that lists at a dollar is bought at that rate.")
        return lead % words + " " + _("The claim does not say which it means.")

    def _bill(self, found: BillImplies) -> str:
        words = {
            "bill": self.write.short_money(found.bill),
            "tokens": self.mtok(found.tokens),
            "implied": self.write.money(_rounded(found.implied, 2)),
        }
        return _("%(bill)s ÷ %(tokens)s = %(implied)s per MTok.") % words


def _short(price: Fraction) -> Decimal:
    exact = _decimal(price)
    return exact if Fraction(exact) == price and -_exponent(exact) <= 4 else _rounded(price, 4)


def _decimal(value: Fraction) -> Decimal:
    return _WIDE.divide(Decimal(value.numerator), Decimal(value.denominator))


def _exponent(number: Decimal) -> int:
    exponent = number.normalize(_WIDE).as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _rounded(value: Fraction, places: int) -> Decimal:
    """Half up, exact from the fraction."""
    return scaled(round_half_up(value * 10**places), places)
