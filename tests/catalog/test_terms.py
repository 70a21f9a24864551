"""Price sheets as text: canonical, and the same sheet when read back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.catalog.terms import from_text, plain, rates_from, rates_out, sheet_from, to_text
from costcalc.engine import UNIT_NAMES, Minimum, PriceSheet, Rate, Step, Tier, UnknownUnit, Variant, When
from tests.engine.reference import everything

PRICES = st.decimals(0, 10**6, places=18) | st.decimals(0, 1000, places=2)
TIERS = st.dictionaries(st.integers(0, 10**7), PRICES, max_size=3)
RATES = st.builds(
    lambda base, tiers: Rate(base, tuple(Tier(above, price) for above, price in sorted(tiers.items()))), PRICES, TIERS
)
MANY = st.dictionaries(st.sampled_from(UNIT_NAMES), RATES, max_size=4)
DAYS = st.none() | st.dates(dt.date(2000, 1, 1), dt.date(2100, 12, 31))
WHENS = st.builds(When, DAYS, DAYS, st.none() | st.tuples(st.times(), st.times()))
CONTEXTS = st.dictionaries(st.text(max_size=5), st.text(max_size=5), min_size=1, max_size=2)
SHEETS = st.builds(
    PriceSheet,
    st.lists(st.builds(Step, MANY, WHENS), max_size=3).map(tuple),
    st.lists(st.builds(Variant, CONTEXTS, MANY, WHENS), max_size=2).map(tuple),
    st.lists(st.builds(Minimum, st.just(("audio_seconds",)), st.integers(0, 60)), max_size=1).map(tuple),
)


@given(sheet=SHEETS)
def test_a_sheet_read_back_is_the_same_sheet_with_the_same_text(sheet: PriceSheet) -> None:
    text = to_text(sheet)
    assert from_text(text) == sheet
    assert to_text(from_text(text)) == text


def test_every_sheet_of_genai_prices_survives_its_text() -> None:
    for each in everything():
        assert from_text(to_text(each.sheet)) == each.sheet


def test_the_text_does_not_depend_on_the_order_or_the_zeros_in_which_prices_were_written() -> None:
    one = PriceSheet((Step({"input_mtok": Rate(Decimal("2.0")), "output_mtok": Rate(Decimal("8E+1"))}),))
    two = PriceSheet((Step({"output_mtok": Rate(Decimal(80)), "input_mtok": Rate(Decimal(2))}),))
    assert to_text(one) == to_text(two) == '{"steps":[{"rates":{"input_mtok":"2","output_mtok":"80"}}]}'


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("2", "2"),
        ("2.500", "2.5"),
        ("1E+2", "100"),
        ("0E+5", "0"),
        ("-0", "0"),
        ("0.000000000000000001", "0.000000000000000001"),
        ("123456789012345678.000000000000000001", "123456789012345678.000000000000000001"),
    ],
)
def test_a_number_is_written_plainly(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text


def test_a_unit_that_this_version_does_not_know_is_an_error() -> None:
    with pytest.raises(UnknownUnit):
        from_text('{"steps":[{"rates":{"input_hologram_mtok":"2"}}]}')


def test_rates_may_be_written_by_hand_plainly_or_with_tiers() -> None:
    written = {"input_mtok": "2", "output_mtok": {"base": "8", "tiers": [[200000, "12"]]}}
    assert rates_out(rates_from(written)) == written


def test_days_may_be_texts_or_days_as_toml_reads_them() -> None:
    step = {"rates": {"input_mtok": "2"}, "from": dt.date(2026, 4, 25), "until": "2026-04-26"}
    assert sheet_from({"steps": [step]}).steps[0].when == When(dt.date(2026, 4, 25), dt.date(2026, 4, 26))
