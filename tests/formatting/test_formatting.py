from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from babel.numbers import format_currency
from django.template import Context, Template
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from costcalc.figures import read_number
from costcalc.formatting import MINUS, Formatter, formatter_for

EN, VI = formatter_for("en"), formatter_for("vi-VN")
MONEY = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=2)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("shown", "english", "vietnamese"),
    [
        (lambda f: f.money(Decimal(9000)), "$9,000.00", "9.000,00 US$"),
        (lambda f: f.money(Decimal("-220.005")), "−$220.01", "−220,01 US$"),
        (lambda f: f.money(Decimal(9000), "VND"), "₫9,000", "9.000 ₫"),
        (lambda f: f.short_money(Decimal("117000.49")), "$117,000", "117.000 US$"),
        (lambda f: f.short_money(Decimal("-9.5")), "−$9.50", "−9,50 US$"),
        (lambda f: f.difference(Decimal(9000)), "+$9,000.00", "+9.000,00 US$"),
        (lambda f: f.difference(Decimal("-0.001")), "$0.00", "0,00 US$"),
        (lambda f: f.per_mtok(Decimal("0.028")), "$0.028", "0,028 US$"),
        (lambda f: f.per_mtok(Decimal("2.0")), "$2.00", "2,00 US$"),
        (lambda f: f.per_mtok(Decimal("1E-18")), "$0.000000000000000001", "0,000000000000000001 US$"),
        (lambda f: f.tokens(1_500_000_000), "1,500 MTok", "1.500 MTok"),
        (lambda f: f.tokens(1_234_567), "1.234567 MTok", "1,234567 MTok"),
        (lambda f: f.percent(Decimal("0.2535")), "25.4%", "25,4%"),
        (lambda f: f.percent(Decimal(1)), "100%", "100%"),
        (lambda f: f.signed_percent(Decimal("-0.86")), "−86%", "−86%"),
        (lambda f: f.signed_percent(Decimal("0.0001")), "0%", "0%"),
        (lambda f: f.number(Decimal("1234567.125")), "1,234,567.125", "1.234.567,125"),
        (lambda f: f.day(date(2026, 4, 3)), "3 April 2026", "03/04/2026"),
        (lambda f: f.age(date(2026, 11, 19), date(2026, 11, 22)), "3 days ago", "3 ngày trước"),
    ],
)
def test_figures_are_written_as_each_language_writes_them(
    shown: Callable[[Formatter], str], english: str, vietnamese: str
) -> None:
    assert (plain(shown(EN)), plain(shown(VI))) == (english, vietnamese)


@pytest.mark.parametrize("method", ["number", "money", "short_money", "difference", "per_mtok", "tokens", "percent",
                                    "signed_percent", "day", "date_time"])  # fmt: skip
def test_what_is_missing_is_unknown_and_never_zero(method: str) -> None:
    assert getattr(EN, method)(None) == "unknown"


@given(MONEY)
def test_money_agrees_with_the_unicode_locale_data(value: Decimal) -> None:
    for formatter, locale in ((EN, "en"), (VI, "vi")):
        expected = format_currency(value + 0, "USD", locale=locale).replace("-", MINUS)
        assert formatter.money(value) == expected


@given(MONEY)
def test_money_is_read_back_to_the_cent(value: Decimal) -> None:
    for formatter, symbol in ((EN, "$"), (VI, "US$")):
        bare = formatter.money(value).replace(symbol, "")
        assert read_number(bare, formatter.language) == value


def test_a_moment_is_shown_in_the_readers_time_zone() -> None:
    evening = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)
    with timezone.override(ZoneInfo("Asia/Ho_Chi_Minh")):
        assert EN.date_time(evening) == "23 November 2026, 01:05"
        assert VI.date_time(evening) == "23/11/2026, 01:05"
        assert VI.day(evening) == "23/11/2026"


def test_what_was_checked_today_says_today() -> None:
    assert EN.age(date(2026, 11, 22), date(2026, 11, 22)) == "today"


def test_filters_write_in_the_active_language() -> None:
    page = Template("{% load formatting %}{{ m|money }} · {{ s|percent:0 }} · {{ m|canonical }} · {{ none|per_mtok }}")
    context = Context({"m": Decimal("9000.5"), "s": Decimal("0.25"), "none": None})
    assert plain(page.render(context)) == "$9,000.50 · 25% · 9000.5 · unknown"
    with translation.override("vi"):
        assert plain(page.render(context)).startswith("9.000,50 US$ · 25% · 9000.5")
