"""In which currency results are shown: chosen by whoever looks, converted by the scenario's rates, said once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from costcalc.catalog.exchange_words import rate_said
from costcalc.engine import USD, ExchangeRates
from costcalc.formatting import Formatter


@dataclass(frozen=True)
class Shown:
    """How sums are written, and what a reader must know of it; `note` is empty for dollars."""

    write: Formatter
    note: str = ""


def shown_in(currency: str, rates: ExchangeRates, day: dt.date, write: Formatter) -> Shown:
    """Sums in a currency by the rate of a day; where none is known they stay in dollars, and the note says so."""
    if currency == USD:
        return Shown(write)
    rate = rates.rate(currency, day)
    if rate is None:
        said = _("No exchange rate of %(currency)s is known for %(day)s, so this is in US dollars.")
        return Shown(write, said % {"currency": currency, "day": write.day(day)})
    words = {"currency": currency, "rate": rate_said(rate, write)}
    said = _(
        "Shown in %(currency)s at %(rate)s. Each sum is converted by itself: parts may miss their total by a unit."
    )
    return Shown(write.showing(currency, rate.per_dollar), said % words)
