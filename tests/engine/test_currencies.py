import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.catalog.exchange import bundled_rates
from costcalc.engine import ExchangeRate, ExchangeRates, PricingError

SUMMER, AUTUMN = dt.date(2026, 7, 1), dt.date(2026, 10, 1)
RATES = ExchangeRates(
    (
        ExchangeRate("CNY", Fraction("7.2"), SUMMER, "a bank"),
        ExchangeRate("CNY", Fraction("7.1"), AUTUMN, "a bank"),
        ExchangeRate("VND", Fraction(26_000), SUMMER, "a bank"),
    )
)
ANY_RATE = st.fractions(min_value=Fraction(1, 100), max_value=100_000)


def test_a_sum_goes_through_the_dollar_and_stays_exact() -> None:
    assert RATES.converted(Decimal(9000), "CNY", "USD", AUTUMN) == Fraction(90_000, 71)
    assert RATES.converted(Decimal("7.1"), "CNY", "VND", AUTUMN) == 26_000
    assert RATES.converted(Decimal(114000), "USD", "VND", AUTUMN) == 2_964_000_000


def test_the_newest_rate_by_a_day_is_in_force_and_there_is_none_before_the_first() -> None:
    assert RATES.converted(1, "USD", "CNY", AUTUMN - dt.timedelta(days=1)) == Fraction("7.2")
    assert RATES.converted(1, "USD", "CNY", AUTUMN) == Fraction("7.1")
    assert RATES.rate("CNY", SUMMER - dt.timedelta(days=1)) is None
    assert RATES.converted(1, "USD", "CNY", SUMMER - dt.timedelta(days=1)) is None


def test_a_currency_without_a_rate_is_unknown_and_never_one_to_one() -> None:
    assert RATES.converted(1, "USD", "XPF", AUTUMN) is None
    assert RATES.converted(1, "XPF", "USD", AUTUMN) is None
    assert RATES.converted(1, "XPF", "XPF", AUTUMN) == 1


def test_a_later_row_of_the_same_day_corrects_the_earlier() -> None:
    corrected = RATES.with_rows([ExchangeRate("CNY", Fraction("7.15"), AUTUMN, "a person")])
    assert corrected.converted(1, "USD", "CNY", AUTUMN) == Fraction("7.15")


@pytest.mark.parametrize(("currency", "rate"), [("CNY", 0), ("CNY", -1), ("USD", 2)])
def test_what_cannot_be_a_rate_is_refused(currency: str, rate: int) -> None:
    with pytest.raises(PricingError):
        ExchangeRate(currency, Fraction(rate), SUMMER, "nobody")


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4), ANY_RATE, ANY_RATE)
def test_there_and_back_is_the_same_sum(amount: Decimal, first: Fraction, second: Fraction) -> None:
    rates = ExchangeRates((ExchangeRate("AAA", first, SUMMER, ""), ExchangeRate("BBB", second, SUMMER, "")))
    there = rates.converted(amount, "AAA", "BBB", SUMMER)
    assert there is not None
    assert rates.converted(there, "BBB", "AAA", SUMMER) == Fraction(amount)


def test_every_bundled_rate_is_dated_and_says_its_source() -> None:
    rows = bundled_rates().rows
    assert all(row.source and row.on <= dt.date(2026, 11, 22) for row in rows)
    assert bundled_rates().currencies == ("CNY", "EUR", "USD", "VND")


def test_the_bundled_yuan_is_the_ratio_of_what_the_imf_published() -> None:
    # 0.729283 ÷ 0.103761 = 7.02849…
    rate = bundled_rates().rate("CNY", dt.date(2026, 11, 22))
    assert rate is not None
    assert rate.per_dollar == Fraction(729283, 103761)
    assert rate.on == dt.date(2025, 12, 23)
