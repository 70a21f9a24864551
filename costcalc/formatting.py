"""Money, tokens, shares and days as the reader's language writes them.

`formatter_for(language)` gives an object whose methods make ready strings: views that fill tables call
it, because filters in a template's loop cost more than the table. The filters of the same names are for
single figures: `{% load formatting %}{{ scenario.monthly|money }}`. None is shown as "unknown", never 0.

Sums are kept in US dollars. A formatter that is `showing` another currency writes each of them converted, and
this is the one place where they are; prices per unit stay in the currency that they are in.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from babel import Locale
from babel.dates import format_timedelta
from babel.numbers import get_currency_precision
from django import template
from django.utils import timezone
from django.utils.translation import get_language, gettext, override

from costcalc.digits import canonical, write_number, write_scaled
from costcalc.engine import round_half_up, scaled

register = template.Library()

MINUS: Final = "\u2212"
_GAP: Final = "\u00a0"
# Wide enough that no sum of money is rounded by the context instead of by us.
_WIDE: Final = Context(prec=80, rounding=ROUND_HALF_UP)
# A price that somebody stated has no more digits; of a longer one a pocket calculator shows these.
_TYPED_DIGITS: Final = 18
_CALCULATOR: Final = Context(prec=12, rounding=ROUND_HALF_UP)
# Day, month name, year in English, where 3/4 would be two days; digits in Vietnamese.
_DAYS: Final = {"en": "{day} {month} {year}", "vi": "{day:02}/{number:02}/{year}"}

Figure = Decimal | int | None


def rounded(value: Decimal | int, places: int) -> Decimal:
    """The value with exactly `places` decimals, half up."""
    return Decimal(value).quantize(Decimal(1).scaleb(-places), context=_WIDE)


class _Currencies(dict[str, tuple[str, int]]):
    """Symbol and decimals by ISO code, each looked up when it is first written; in one language."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.locale = Locale.parse(language)

    def __missing__(self, code: str) -> tuple[str, int]:
        self[code] = str(self.locale.currency_symbols.get(code, code)), get_currency_precision(code)
        return self[code]


@dataclass(frozen=True)
class Formatter:
    """Writes figures in one language. Every method takes None as "unknown".

    Without a currency, sums are US dollars, written in `shown` (units of it to the dollar); prices are in `prices`.
    """

    language: str
    unknown: str
    tokens_word: str
    today: str
    months: dict[int, str]
    currencies: _Currencies
    currency_first: bool
    shown: str = "USD"
    per_dollar: Fraction = Fraction(1)
    prices: str = "USD"

    def showing(self, currency: str, per_dollar: Fraction) -> "Formatter":
        """The same, with sums in US dollars written in this currency: so many units of it are a dollar."""
        return replace(self, shown=currency, per_dollar=per_dollar)

    def priced_in(self, currency: str) -> "Formatter":
        """The same for prices that are in this currency."""
        return replace(self, prices=currency)

    @property
    def in_dollars(self) -> "Formatter":
        """The same, with sums in US dollars written as they are."""
        return self if self.shown == "USD" else replace(self, shown="USD", per_dollar=Fraction(1))

    def number(self, value: Figure, places: int | None = None) -> str:
        """With every digit it has, or half up to at most `places` decimals."""
        if value is None:
            return self.unknown
        return write_number(value if places is None else rounded(value, places), self.language)

    def scaled(self, units: int, places: int) -> str:
        """A whole number of the last of `places` decimals: scaled(12500, 3) is `12.5`."""
        return write_scaled(units, places, self.language)

    def scaled_money(self, units: int, places: int) -> str:
        """The same as a price: two decimals at least, `$0.028`."""
        return self._with_currency(write_scaled(units, places, self.language, least=2), self.prices)

    def cents(self, cents: int) -> str:
        """Whole US cents as `money` writes them; three times as fast, and a ledger writes a hundred sums."""
        if self.shown == "USD":
            return self._with_currency(write_scaled(cents, 2, self.language, least=2), "USD")
        places = self.currencies[self.shown][1]
        units = round_half_up(cents * self.per_dollar * 10**places / 100)
        return self._with_currency(write_scaled(units, places, self.language, least=places), self.shown)

    def cents_difference(self, cents: int) -> str:
        """Whole US cents with their sign: `+$9,000.00`, `−$220.00`; no sign at zero."""
        return f"+{self.cents(cents)}" if cents > 0 else self.cents(cents)

    def money(self, value: Figure, currency: str | None = None) -> str:
        """To the cent: `$9,000.00`, `−$220.00`; `9.000,00 US$` in Vietnamese."""
        if value is None:
            return self.unknown
        value, currency = self._converted(value, currency)
        return self._priced(value, currency, self.currencies[currency][1])

    def short_money(self, value: Figure, currency: str | None = None) -> str:
        """For a headline: whole from a hundred up, `$117,000`; below that to the cent, `$9.50`."""
        if value is None:
            return self.unknown
        value, currency = self._converted(value, currency)
        whole = abs(Decimal(value)) >= 100
        return self._priced(value, currency, 0 if whole else self.currencies[currency][1])

    def difference(self, value: Figure, currency: str | None = None) -> str:
        """Money with its sign: `+$9,000.00`, `−$220.00`; no sign at zero."""
        if value is None:
            return self.unknown
        value, currency = self._converted(value, currency)
        plus = "+" if rounded(value, self.currencies[currency][1]) > 0 else ""
        return plus + self.money(value, currency)

    def per_mtok(self, value: Figure) -> str:
        """A price with as many decimals as it needs, two at least (none of đồng): `$0.028`, `$2.00`.

        It is never rounded but where it was converted and has no end: then it says so, `≈ $0.422535211268`.
        """
        if value is None:
            return self.unknown
        least, price = min(2, self.currencies[self.prices][1]), Decimal(value)
        shown = _CALCULATOR.plus(price) if len(price.as_tuple().digits) > _TYPED_DIGITS else price
        text = self._with_currency(write_number(shown, self.language, least=least), self.prices)
        return text if shown == price else f"≈{_GAP}{text}"

    def shown_price(self, value: Figure) -> str:
        """A price in US dollars in the shown currency, to four decimals: it stands beside the price itself."""
        if value is None:
            return self.unknown
        amount = Decimal(round_half_up(Fraction(value) * self.per_dollar * 10**4)).scaleb(-4)
        least = min(2, self.currencies[self.shown][1])
        return self._with_currency(write_number(amount, self.language, least=least), self.shown)

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

    def _converted(self, value: Decimal | int, currency: str | None) -> tuple[Decimal | int, str]:
        """What is in no other currency is US dollars, to be written in the shown one: half up at its last decimal."""
        if currency is not None or self.shown == "USD":
            return value, currency or "USD"
        places = self.currencies[self.shown][1]
        return scaled(round_half_up(Fraction(value) * self.per_dollar * 10**places), places), self.shown

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
            currencies=_Currencies(language),
            currency_first=locale.currency_formats["standard"].pattern.startswith("¤"),
        )


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
