"""Money, tokens, shares and days as the reader's language writes them.

`formatter_for(language)` gives an object whose methods make ready strings: views that fill tables call
it, because filters in a template's loop cost more than the table. The filters of the same names are for
single figures: `{% load formatting %}{{ scenario.monthly|money }}`. None is shown as "unknown", never 0.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Any, Final

from babel import Locale
from babel.dates import format_timedelta
from babel.numbers import get_currency_precision
from django import template
from django.utils import timezone
from django.utils.translation import get_language, gettext, override

from costcalc.digits import canonical, write_number, write_scaled

register = template.Library()

MINUS: Final = "\u2212"
_GAP: Final = "\u00a0"
# Wide enough that no sum of money is rounded by the context instead of by us.
_WIDE: Final = Context(prec=80, rounding=ROUND_HALF_UP)
# Day, month name, year in English, where 3/4 would be two days; digits in Vietnamese.
_DAYS: Final = {"en": "{day} {month} {year}", "vi": "{day:02}/{number:02}/{year}"}

Figure = Decimal | int | None


def rounded(value: Decimal | int, places: int) -> Decimal:
    """The value with exactly `places` decimals, half up."""
    return Decimal(value).quantize(Decimal(1).scaleb(-places), context=_WIDE)


@dataclass(frozen=True)
class Formatter:
    """Writes figures in one language. Every method takes None as "unknown"."""

    language: str
    unknown: str
    tokens_word: str
    today: str
    months: dict[int, str]
    currencies: dict[str, tuple[str, int]]
    currency_first: bool

    def number(self, value: Figure, places: int | None = None) -> str:
        """With every digit it has, or half up to at most `places` decimals."""
        if value is None:
            return self.unknown
        return write_number(value if places is None else rounded(value, places), self.language)

    def scaled(self, units: int, places: int) -> str:
        """A whole number of the last of `places` decimals: scaled(12500, 3) is `12.5`."""
        return write_scaled(units, places, self.language)

    def scaled_money(self, units: int, places: int, currency: str = "USD") -> str:
        """The same as a price: two decimals at least, `$0.028`."""
        return self._with_currency(write_scaled(units, places, self.language, least=2), currency)

    def cents(self, cents: int) -> str:
        """Whole US cents as `money` writes them; three times as fast, and a ledger writes a hundred sums."""
        return self._with_currency(write_scaled(cents, 2, self.language, least=2), "USD")

    def cents_difference(self, cents: int) -> str:
        """Whole US cents with their sign: `+$9,000.00`, `−$220.00`; no sign at zero."""
        return f"+{self.cents(cents)}" if cents > 0 else self.cents(cents)

    def money(self, value: Figure, currency: str = "USD") -> str:
        """To the cent: `$9,000.00`, `−$220.00`; `9.000,00 US$` in Vietnamese."""
        if value is None:
            return self.unknown
        return self._priced(value, currency, self.currencies[currency][1])

    def short_money(self, value: Figure, currency: str = "USD") -> str:
        """For a headline: whole from a hundred up, `$117,000`; below that to the cent, `$9.50`."""
        if value is None:
            return self.unknown
        whole = abs(Decimal(value)) >= 100
        return self._priced(value, currency, 0 if whole else self.currencies[currency][1])

    def difference(self, value: Figure, currency: str = "USD") -> str:
        """Money with its sign: `+$9,000.00`, `−$220.00`; no sign at zero."""
        if value is None:
            return self.unknown
        plus = "+" if rounded(value, self.currencies[currency][1]) > 0 else ""
        return plus + self.money(value, currency)

    def per_mtok(self, value: Figure, currency: str = "USD") -> str:
        """A price with as many decimals as it needs, two at least, never rounded: `$0.028`, `$2.00`."""
        if value is None:
            return self.unknown
        return self._with_currency(write_number(value, self.language, least=2), currency)

    def tokens(self, value: Figure) -> str:
        """`1,500 MTok`, to the token; below ten thousand `1,500 tokens`."""
        if value is None:
            return self.unknown
        if abs(Decimal(value)) < 10_000:
            return f"{self.number(value, 2)}{_GAP}{self.tokens_word}"
        return self.mtok(int(rounded(value, 0)))

    def mtok(self, tokens: int) -> str:
        """Tokens in millions, to the token: `1,500 MTok`."""
        return f"{self.scaled(tokens, 6)}{_GAP}MTok"

    def percent(self, share: Figure, places: int = 1) -> str:
        """A share as a percentage, half up: 0.253 → `25.3%`."""
        if share is None:
            return self.unknown
        return f"{self.number(Decimal(share) * 100, places)}%"

    def signed_percent(self, share: Figure, places: int = 1) -> str:
        """`+100%`, `−86%`; no sign at zero."""
        if share is None:
            return self.unknown
        return ("+" if rounded(Decimal(share) * 100, places) > 0 else "") + self.percent(share, places)

    def day(self, day: date | None) -> str:
        """`22 November 2026`, `22/11/2026`; a moment is first moved to the reader's time zone."""
        if day is None:
            return self.unknown
        if isinstance(day, datetime):
            day = _local(day).date()
        pattern = _DAYS[self.language]
        return pattern.format(day=day.day, month=self.months[day.month], number=day.month, year=day.year)

    def date_time(self, moment: datetime | None) -> str:
        """`22 November 2026, 20:05` in the reader's time zone."""
        if moment is None:
            return self.unknown
        local = _local(moment)
        return f"{self.day(local.date())}, {local:%H:%M}"

    def age(self, since: date | None, now: date) -> str:
        """How long ago in words: `3 days ago`, `today`; both days, or both moments with a time zone."""
        if since is None:
            return self.unknown
        passed = now - since
        if timedelta() <= passed < timedelta(days=1) and not isinstance(since, datetime):
            return self.today
        return format_timedelta(-passed, add_direction=True, threshold=1.5, locale=self.language)

    def _priced(self, value: Decimal | int, currency: str, places: int) -> str:
        amount = rounded(value, places)
        return self._with_currency(write_number(amount, self.language, least=places), currency)

    def _with_currency(self, figure: str, currency: str) -> str:
        symbol = self.currencies[currency][0]
        if not self.currency_first:
            return f"{figure}{_GAP}{symbol}"
        if figure.startswith(MINUS):
            return f"{MINUS}{symbol}{figure[1:]}"
        return symbol + figure


def formatter_for(language: str | None = None) -> Formatter:
    """The formatter of a language (`en`, `vi`, `vi-VN`), by default the active one."""
    code = (language or get_language() or "en").partition("-")[0]
    return _formatter(code if code in _DAYS else "en")


@lru_cache
def _formatter(language: str) -> Formatter:
    locale = Locale.parse(language)
    with override(language):
        return Formatter(
            language=language,
            unknown=gettext("unknown"),
            tokens_word=gettext("tokens"),
            today=gettext("today"),
            months=dict(locale.months["format"]["wide"]),
            currencies={code: _currency(locale, code) for code in ("USD", "VND", "CNY", "EUR")},
            currency_first=locale.currency_formats["standard"].pattern.startswith("¤"),
        )


def _currency(locale: Locale, code: str) -> tuple[str, int]:
    return str(locale.currency_symbols.get(code, code)), get_currency_precision(code)


def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


def _filter(name: str) -> Callable[..., str]:
    """A template filter that calls the active language's method of this name."""

    def shown(value: Any, argument: Any = None) -> str:
        method = getattr(formatter_for(), name)
        return str(method(value) if argument is None else method(value, argument))

    return shown


for _name in (
    "number", "money", "short_money", "difference", "per_mtok", "tokens", "percent", "signed_percent", "day",
    "date_time",
):  # fmt: skip
    register.filter(_name, _filter(_name))

register.filter("canonical", canonical)


@register.filter
def age(since: date | None) -> str:
    """How long ago a day was, as of now: `12 days ago`."""
    return formatter_for().age(since, timezone.now().date())
