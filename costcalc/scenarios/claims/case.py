"""What was read, as the engine takes it: the claim, its traffic and the terms of its credits."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Final

from django.utils.translation import gettext as _

from costcalc.catalog.exchange import bundled_rates
from costcalc.engine import (
    Bound,
    Claim,
    ClaimedPrice,
    ClaimedTraffic,
    CreditTerms,
    ExchangeRate,
    Pair,
    Reading,
    TokenPrices,
    listed,
    quoted,
    readings,
)
from costcalc.formatting import Formatter
from costcalc.scenarios.claims.reading import ClaimReading
from costcalc.scenarios.kinds import Value

DAYS: Final = {"30": Fraction(30), "365/12": Fraction(365, 12)}


class ClaimCase:
    """One claim on a day's list prices and exchange rates."""

    def __init__(self, reading: ClaimReading, write: Formatter, today: dt.date) -> None:
        self.reading = reading
        self.write = write
        self.today = today

    @cached_property
    def claim(self) -> Claim:
        """What was stated, as the engine takes it."""
        fields = self.reading.fields
        bound: Bound = "least" if fields["bound"] == "least" else "most" if fields["bound"] == "most" else ""
        return Claim(
            prices=tuple(self._price(index) for index in range(len(self.reading.rows))),
            traffic=self.traffic,
            figures=Pair(*(self._number(f"month.{name}") for name in ("before", "after", "saving", "year"))),
            bills=Pair(*(self._number(f"bill.{name}") for name in ("before", "after", "saving", "year", "percent"))),
            percent=self._number("percent"),
            bound=bound,
            credit=None if self.terms is None else self.terms.dollars,
        )

    @cached_property
    def traffic(self) -> ClaimedTraffic:
        """What the claim says is sent."""
        return ClaimedTraffic(
            requests=self._number("requests"),
            input_tokens=self._number("in"),
            output_tokens=self._number("out"),
            mtok=self._number("mtok"),
            per="month" if self.reading.fields["per"] == "month" else "day",
            days=DAYS[str(self.reading.fields["days"])],
        )

    @cached_property
    def terms(self) -> CreditTerms | None:
        """How credits are sold; None where the claim does not say, or no rate is known."""
        credit, rate = self._number("credit"), self.rate
        if credit is None or rate is None:
            return None
        return CreditTerms(
            credit,
            rate if isinstance(rate, Fraction) else rate.per_dollar,
            fee=(self._number("fee") or Decimal(0)).scaleb(-2),
            spread=(self._number("spread") or Decimal(0)).scaleb(-2),
            least=self._number("least") or Decimal(0),
            free=self._number("free") or Decimal(0),
            expires=self._number("expires"),
        )

    @property
    def currency(self) -> str:
        """What credits are paid in."""
        return str(self.reading.fields["currency"])

    @cached_property
    def rate(self) -> Fraction | ExchangeRate | None:
        """Units of that currency for a US dollar: as typed, else the table's row; None where neither is."""
        typed = self._number("rate")
        return bundled_rates().rate(self.currency, self.today) if typed is None else Fraction(typed)

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """The first model's offer under each of its readings."""
        first = self.claim.first
        return () if first is None else readings(first, self.traffic, self.terms)

    @cached_property
    def months(self) -> dict[str, int | None]:
        """A month of the first model in cents: at list, at the quoted baseline, at the offer."""
        first = self.claim.first or ClaimedPrice("")
        sides = {"list": first.listed, "before": first.baseline, "after": first.offer}
        return {name: self.traffic.month(prices) for name, prices in sides.items()}

    def _price(self, index: int) -> ClaimedPrice:
        row, entry = self.reading.rows[index], self.reading.entries[index]
        day = dt.date.fromisoformat(str(row["at"])) if row["at"] else self.today
        name = entry.model_id if entry is not None else str(row["model"] or "") or _("the offer")
        prices = TokenPrices()
        if entry is not None:
            prices = listed(entry.sheet_on(day), day, self._number("in"))
            name = f"{name} ({self.write.day(day)})" if row["at"] else name
        return ClaimedPrice(
            name,
            prices,
            quoted(_as_decimal(row["baseline"]), _as_decimal(row["baseline.out"])),
            quoted(_as_decimal(row["offer"]), _as_decimal(row["offer.out"])),
            _as_decimal(row["stated"]),
        )

    def _number(self, name: str) -> Decimal | None:
        return _as_decimal(self.reading.fields[name])


def _as_decimal(value: Value) -> Decimal | None:
    return value if isinstance(value, Decimal) else None
