"""What a month comes to in the reader's own currency, beside the dollars that prices and ledgers are in."""

from __future__ import annotations

from fractions import Fraction

from django.utils.translation import gettext as _

from costcalc.catalog.exchange import bundled_rates
from costcalc.catalog.labels import own_words
from costcalc.engine import USD, round_half_up, scaled
from costcalc.formatting import Formatter
from costcalc.scenarios.scenario import Result

# A rate is written to the fourth decimal; the sums are made with all that it has.
PLACES = 4


def in_currency(result: Result, write: Formatter, currency: str) -> str:
    """Both sides of month 1 and their difference at the rate of the scenario's day, with its source; empty for USD.

    Nothing where a price is unknown: what is not known in dollars is not known in anything.
    """
    if currency == USD or not result.estimate.complete:
        return ""
    rate = bundled_rates().rate(currency, result.scenario.day)
    if rate is None:
        return _("No exchange rate of %(currency)s is known for that day.") % {"currency": currency}
    month = result.estimate.monthly
    cents = (month.baseline_cents, month.candidate_cents, month.candidate_cents - month.baseline_cents)
    before, after, difference = (_written(amount, rate.per_dollar, write, currency) for amount in cents)
    words = {
        "before": before,
        "after": after,
        "difference": f"+{difference}" if cents[2] > 0 else difference,
        "rate": f"{write.scaled(round_half_up(rate.per_dollar * 10**PLACES), PLACES)} {currency}",
        "source": own_words(rate.source),
        "day": write.day(rate.on),
    }
    said = _("In your currency, a month: %(before)s → %(after)s, %(difference)s.") % words
    return said + " " + _("At %(rate)s a dollar (%(source)s, %(day)s).") % words


def _written(cents: int, per_dollar: Fraction, write: Formatter, currency: str) -> str:
    places = write.currencies[currency][1]
    return write.money(scaled(round_half_up(Fraction(cents, 100) * per_dollar * 10**places), places), currency)
