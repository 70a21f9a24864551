"""What money that is typed in other currencies is in US dollars, in which everything is computed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from django.utils.translation import gettext as _

from costcalc.engine import USD, ExchangeRate, ExchangeRates
from costcalc.scenarios.fields import SIDES, TYPED
from costcalc.scenarios.kinds import Value
from costcalc.scenarios.return_fields import CURRENCY, filled


@dataclass
class Money:
    """The exchange rates of a scenario on its day: those typed into it, and for other currencies the table's.

    `errors` takes a message by field where there is none.
    """

    scenario: Mapping[str, Value]
    table: ExchangeRates
    day: dt.date
    errors: dict[str, str]

    def per_dollar(self, currency: str, field: str) -> Fraction:
        """Units of a currency that one US dollar buys; without a rate 1, and a message at the field that asks."""
        rate = self.rate(currency)
        if rate is None:
            words = {"currency": currency}
            message = _("No exchange rate of %(currency)s is known for that day: type one with the costs’ currency.")
            self.errors[field] = message % words
        return Fraction(1) if rate is None else rate.per_dollar

    def rate(self, currency: str) -> ExchangeRate | None:
        """The rate that holds; None where none is known."""
        return self.typed.get(currency) or self.table.rate(currency, self.day)

    @property
    def rates(self) -> ExchangeRates:
        """The table with the typed rates before it."""
        return self.table.with_rows(self.typed.values())

    @cached_property
    def typed(self) -> dict[str, ExchangeRate]:
        """The rates that are typed into the scenario, by currency."""
        found: dict[str, ExchangeRate] = {}
        for at in filled(CURRENCY, self.scenario):
            named, per_usd = CURRENCY.rows[at]
            currency, rate = str(self.scenario[named.name] or ""), self.scenario[per_usd.name]
            if not currency:
                self.errors[named.name] = _("Which currency is it?")
            elif not isinstance(rate, Decimal):
                self.errors[per_usd.name] = _("How many units does one US dollar buy?")
            elif currency == USD or currency in found:
                self.errors[named.name] = _("This currency has its rate already.")
            else:
                found[currency] = ExchangeRate(currency, Fraction(rate), self.day, _("typed"))
        return found


def currencies_used(workloads: Iterable[Mapping[str, Value]], scenario: Mapping[str, Value]) -> frozenset[str]:
    """The currencies other than the dollar in which costs, or prices in the place of a model, are typed."""
    typed = (str(values[f"{side}.currency"]) for values in workloads for side in SIDES if values[side] == TYPED)
    return frozenset((str(scenario["currency"]), *typed)) - {USD}
