import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.engine import (
    CONTEXTS,
    ExchangeRate,
    ExchangeRates,
    PriceSheet,
    PricingError,
    Rate,
    Step,
    Tier,
    Variant,
    sheet_in_dollars,
)

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


def test_a_sheet_is_converted_with_its_tiers_and_variants() -> None:
    rate = Rate(Decimal("7.1"), (Tier(200_000, Decimal("14.2")),))
    sheet = PriceSheet((Step({"input_mtok": rate}),), (Variant(CONTEXTS["batch"], {"input_mtok": Rate(Decimal(71))}),))
    converted = sheet_in_dollars(sheet, Fraction("7.1"))
    assert converted.steps[0].rates == {"input_mtok": Rate(Decimal(1), (Tier(200_000, Decimal(2)),))}
    assert converted.variants[0].rates == {"input_mtok": Rate(Decimal(10))}
    assert converted.variants[0].context == CONTEXTS["batch"]
