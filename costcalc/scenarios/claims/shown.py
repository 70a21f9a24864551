"""What the page of a claim shows: the verdict, the findings, and the tables to the cent, every string ready."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Final

from django.utils.translation import gettext as _

from costcalc.catalog.labels import own_words
from costcalc.engine import (
    USD,
    ClaimedPrice,
    Reading,
    TokenPrices,
    dollars,
    readings,
    saved,
)
from costcalc.formatting import Formatter
from costcalc.scenarios.claims.case import ClaimCase
from costcalc.scenarios.claims.words import ClaimWords, Told
from costcalc.scenarios.sheet import Verdict

NOTHING: Final = "—"


@dataclass(frozen=True)
class Side:
    """One reading of the first model's offer: what it means, its arithmetic, a month of it, and against the list."""

    name: str
    formula: str
    month: str
    first: str
    against: str
    direction: str


class ClaimShown:
    """One claim, computed for a day and written in one language."""

    def __init__(self, case: ClaimCase, write: Formatter, shown: Formatter) -> None:
        self.case = case
        # Findings and formulas are in the claim's own dollars; what it comes to, in the reader's currency.
        self.write = write
        self.shown = shown
        self.claim, self.traffic, self.terms = case.claim, case.claim.traffic, case.terms

    @cached_property
    def words(self) -> ClaimWords:
        """Writes the findings."""
        return ClaimWords(self.claim, self.write)

    @cached_property
    def findings(self) -> list[Told]:
        """Every finding, as sentences."""
        return self.words.all()

    @property
    def verdict(self) -> Verdict:
        """What the move would do for the claim's own traffic, read as it is quoted; by list price where it is known."""
        month = self.case.months
        base = month["list"] if month["list"] is not None else month["before"]
        if base is None or month["after"] is None:
            return self._doubt()
        is_listed = month["list"] is not None
        lead = _("Against the list price, for its own traffic, moving") if is_listed else _("By its own prices, moving")
        difference = base - month["after"]
        words = {"sum": self.shown.short_money(dollars(abs(difference)))}
        if difference == 0:
            return Verdict(lead, _("changes nothing"), "nothing")
        if difference > 0:
            kind = "saves" if is_listed else "doubt"
            return Verdict(lead, _("saves %(sum)s a month") % words, kind)
        return Verdict(lead, _("costs %(sum)s more a month") % words, "costs")

    def _doubt(self) -> Verdict:
        count = len(self.findings)
        if count:
            return Verdict(_("What can be checked without a price and a volume:"), _("it does not add up"), "doubt")
        return Verdict(_("So far"), _("nothing to compute"), "nothing")

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The sums behind the verdict, in whole dollars; what is unknown is left out."""
        month = self.case.months
        in_credits = next((one.month for one in self.case.readings if one.name == "credits"), None)
        before, after = month["before"], month["after"]
        saving = None if before is None or after is None else before - after
        found = (
            (_("At the price it compares with"), before),
            (_("At the price it offers"), after),
            (_("So it would save a month"), saving),
            (_("So it would save a year"), None if saving is None else saving * 12),
            (_("At list price"), month["list"]),
            (_("If it means credits"), in_credits),
        )
        return [(label, self.shown.short_money(dollars(cents))) for label, cents in found if cents is not None]

    @property
    def readings(self) -> list[Side]:
        """The readings of the first model's offer side by side."""
        base, first = self.case.months["list"], self.claim.first
        if first is None or all(one.month is None for one in self.case.readings):
            return []
        names = {
            "flat": _("One price, both directions") if first.offer.is_flat else _("As quoted"),
            "output": _("Output price, input at list"),
            "credits": _("List price in credits"),
        }
        sums = {"flat": self._product(first.offer), "output": self._product(self._as_output), "credits": self._bought}
        shown = [one for one in self.case.readings if one.name != "output" or first.offer.is_flat]
        return [self._side(names[one.name], sums[one.name], one, base) for one in shown]

    def _side(self, name: str, formula: str, one: Reading, base: int | None) -> Side:
        if one.month is None or base is None:
            against, direction = NOTHING, ""
        else:
            against = self.write.cents_difference(one.month - base)
            direction = "plus" if one.month > base else "minus" if one.month < base else ""
        first = self.write.cents(one.first) if one.first is not None and one.first != one.month else ""
        if one.month is None:
            formula = _("no top-up rate is stated") if one.name == "credits" and self.terms is None else ""
        return Side(name, formula, self._cents(one.month), first, against, direction)

    @property
    def _as_output(self) -> TokenPrices:
        first = self.claim.first or ClaimedPrice("")
        return TokenPrices(first.listed.input, first.offer.output)

    def _product(self, prices: TokenPrices) -> str:
        """`1,500 MTok × $2.00 + 750 MTok × $8.00`; one product where one price holds."""
        tokens, share = self.traffic.a_month, self.traffic.input_share
        if tokens is None:
            return ""
        if prices.is_flat or share is None:
            return f"{self.words.mtok(tokens)} × {self.words.price(prices.input)}"
        sides = ((tokens * share, prices.input), (tokens * (1 - share), prices.output))
        return " + ".join(f"{self.words.mtok(count)} × {self.words.price(price)}" for count, price in sides)

    @property
    def _bought(self) -> str:
        """`$9,000.00 × 1 CNY ÷ 7.1`."""
        terms = self.terms
        if terms is None or self.case.months["list"] is None:
            return ""
        number = self.write.number
        rate = number(Decimal(terms.per_dollar.numerator) / terms.per_dollar.denominator, 4)
        text = f"{self._cents(self.case.months['list'])} × {number(terms.price)} {self.case.currency} ÷ {rate}"
        extras = [1 + extra for extra in (terms.spread, terms.fee) if extra]
        return text + "".join(f" × {number(extra)}" for extra in extras)

    @property
    def all_readings(self) -> list[tuple[str, ...]]:
        """Every model with a month at list and under each reading, where there are several models."""
        if len(self.claim.prices) < 2 or self.traffic.a_month is None:
            return []
        rows = [(price, self._of(price)) for price in self.claim.prices]
        return [
            (price.name, self._cents(self.traffic.month(price.listed)), *map(self._cents, months))
            for price, months in rows
            if any(month is not None for month in months)
        ]

    def _of(self, price: ClaimedPrice) -> list[int | None]:
        return [one.month for one in readings(price, self.traffic, self.terms)]

    @property
    def stated(self) -> list[tuple[str, str, str, str]]:
        """What it says of the first model's months, with a day and a month of its own traffic at its own prices."""
        first = self.claim.first
        if first is None or self.traffic.tokens is None:
            return []
        base = first.baseline if first.baseline.is_known else first.listed
        days = self._sums(self.traffic.day(base), self.traffic.day(first.offer))
        months = self._sums(self.traffic.month(base), self.traffic.month(first.offer))
        pair = self.claim.figures
        said = (pair.before, pair.after, pair.saving, pair.year)
        labels = (_("Before"), _("After"), _("Saving"), _("Saving, twelve times"))
        rows = zip(labels, said, days, months, strict=True)
        return [
            (label, NOTHING if one is None else self.write.money(one), self._cents(day), self._cents(month))
            for label, one, day, month in rows
            if one is not None or month is not None
        ]

    @staticmethod
    def _sums(before: int | None, after: int | None) -> tuple[int | None, ...]:
        saving = None if before is None or after is None else before - after
        return before, after, saving, None if saving is None else saving * 12

    @property
    def table(self) -> Iterator[tuple[str, ...]]:
        """The claim's prices beside the list: quoted, list, blended, factors, offered, percentages."""
        share = self.traffic.input_share
        for price in self.claim.prices:
            quote, blended = price.baseline.blended(share), price.listed.blended(share)
            own = saved(quote, price.offer.blended(share))
            yield (
                price.name,
                self.words.bare(price.baseline) if price.baseline.is_known else NOTHING,
                self.words.bare(price.listed),
                NOTHING if blended is None else self.words.number(blended),
                self._ratio(quote, blended),
                self._ratio(price.baseline.output, price.listed.output),
                self.words.bare(price.offer) if price.offer.is_known else NOTHING,
                NOTHING if price.percent is None else f"{self.write.number(price.percent)}%",
                NOTHING if own is None else self.words.percent(own),
            )

    def _ratio(self, above: Fraction | None, below: Fraction | None) -> str:
        return NOTHING if above is None or not below else self.words.times(above / below)

    @property
    def grounds(self) -> list[str]:
        """What the figures stand on: traffic, days, the day of the list prices, the exchange rate and its source."""
        lines = []
        if self.traffic.a_month is not None:
            days = self.write.number(Decimal(self.traffic.days.numerator) / self.traffic.days.denominator, 2)
            words = {"tokens": self.words.mtok(self.traffic.a_month), "days": days}
            lines.append(_("%(tokens)s a month of %(days)s days.") % words)
        lines.append(
            _("List prices of %(day)s, where no other day is said.") % {"day": self.write.day(self.case.today)}
        )
        if self.terms is not None and self.case.currency != USD:
            lines.append(self._exchange())
        return lines

    def _exchange(self) -> str:
        """Which exchange rate was used, and whose it is."""
        row, per_dollar = self.case.rate, self.terms.per_dollar if self.terms is not None else Fraction(1)
        rate = self.write.number(Decimal(per_dollar.numerator) / per_dollar.denominator, 4)
        words = {"rate": rate, "currency": self.case.currency}
        if row is None or isinstance(row, Fraction):
            return _("1 USD = %(rate)s %(currency)s, as typed.") % words
        words |= {"source": own_words(row.source), "day": self.write.day(row.on)}
        return _("1 USD = %(rate)s %(currency)s on %(day)s (%(source)s).") % words

    def _cents(self, cents: int | None) -> str:
        return self.write.unknown if cents is None else self.write.cents(cents)
