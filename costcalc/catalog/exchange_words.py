"""How exchange rates are said: so many units a dollar, by whom, since which day."""

from __future__ import annotations

from fractions import Fraction

from django.utils.translation import gettext as _

from costcalc.catalog.exchange_rates import KnownRate
from costcalc.catalog.labels import own_words
from costcalc.engine import ExchangeRate, round_half_up
from costcalc.formatting import Formatter


def units_in_words(per_dollar: Fraction, currency: str, write: Formatter) -> str:
    """`26,000 VND`: to the fourth decimal, below one to the sixth; sums are made with all that it has."""
    places = 4 if per_dollar >= 1 else 6
    return f"{write.scaled(round_half_up(per_dollar * 10**places), places)}\N{NO-BREAK SPACE}{currency}"


def rate_said(rate: ExchangeRate, write: Formatter) -> str:
    """`26,000 VND a dollar (a round figure for planning, 1 January 2025)`."""
    words = {"rate": units_in_words(rate.per_dollar, rate.currency, write), "day": write.day(rate.on)}
    return _("%(rate)s a dollar (%(source)s, %(day)s)") % {**words, "source": source_of(rate)}


def source_of(rate: ExchangeRate) -> str:
    """Who says it: the bundled table's words in the reader's language, a workspace's own as they were typed."""
    if isinstance(rate, KnownRate) and not rate.own:
        return own_words(rate.source)
    return rate.source
