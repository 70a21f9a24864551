from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
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
        # Converted, it has no end: 3 yuan at 7.1 a dollar.
        (lambda f: f.per_mtok(Decimal(3) / Decimal("7.1")), "≈ $0.422535211268", "≈ 0,422535211268 US$"),
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


@pytest.mark.parametrize(
    ("language", "currency", "per_dollar", "expected"),
    [
        ("vi", "VND", Fraction(26_000), ("2.964.000.000\u00a0₫", "+2.964.000.000\u00a0₫", "2.964.000.000\u00a0₫")),
        ("en", "VND", Fraction(26_000), ("₫2,964,000,000", "+₫2,964,000,000", "₫2,964,000,000")),
        ("en", "EUR", Fraction(4, 5), ("€91,200.00", "+€91,200.00", "€91,200")),
        ("vi", "CNY", Fraction("7.1"), ("809.400,00\u00a0CN¥", "+809.400,00\u00a0CN¥", "809.400\u00a0CN¥")),
        # Three decimals: the dinar has a thousand parts.
        ("en", "KWD", Fraction(3, 10), ("KWD34,200.000", "+KWD34,200.000", "KWD34,200")),
    ],
)
def test_sums_in_dollars_are_written_in_the_shown_currency(
    language: str, currency: str, per_dollar: Fraction, expected: tuple[str, str, str]
) -> None:
    write = formatter_for(language).showing(currency, per_dollar)
    assert (write.cents(11_400_000), write.cents_difference(11_400_000), write.short_money(114_000)) == expected
    assert (write.money(114_000), write.difference(Decimal(114_000))) == expected[:2]
    assert write.in_dollars == formatter_for(language)
    # A price stays in its own currency, and a sum that says in which currency it is.
    assert write.per_mtok(Decimal(2)) == formatter_for(language).per_mtok(Decimal(2))
    assert write.money(Decimal(5), "USD") == formatter_for(language).money(Decimal(5))


@given(
    st.integers(min_value=-(10**14), max_value=10**14),
    st.fractions(min_value=Fraction(1, 1000), max_value=100_000),
    st.sampled_from(["VND", "CNY", "EUR", "KWD"]),
)
def test_a_shown_sum_is_the_nearest_to_the_exact_one(cents: int, per_dollar: Fraction, currency: str) -> None:
    places = {"VND": 0, "KWD": 3}.get(currency, 2)
    write = formatter_for("en").showing(currency, per_dollar)
    digits = "".join(mark for mark in write.cents(cents) if mark.isdigit())
    exact = abs(Fraction(cents, 100)) * per_dollar * 10**places
    assert abs(Fraction(int(digits)) - exact) <= Fraction(1, 2)
    assert write.cents(cents) == write.money(Decimal(cents).scaleb(-2))
    assert write.cents(-cents).lstrip(MINUS) == write.cents(cents).lstrip(MINUS)


def test_prices_are_written_in_the_currency_that_they_are_in() -> None:
    write = formatter_for("vi").priced_in("VND")
    assert write.per_mtok(Decimal(1_300_000)) == "1.300.000\u00a0₫"
    assert write.cents(100) == formatter_for("vi").cents(100)


def test_a_price_stands_beside_itself_in_the_shown_currency() -> None:
    assert formatter_for("en").showing("VND", Fraction(26_000)).shown_price(Decimal(4)) == "₫104,000"
    # 0.028 × 0.848464 = 0.023757: to the fourth decimal.
    assert formatter_for("en").showing("EUR", Fraction("0.848464")).shown_price(Decimal("0.028")) == "€0.0238"
    assert formatter_for("en").showing("EUR", Fraction(1)).shown_price(None) == "unknown"
