"""A model's prices as the API publishes them: every digit, with source and day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.catalog.index import Catalogue, catalogue
from costcalc.catalog.published import exact, published

DAY = dt.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2", "2"),
        ("1/4", "0.25"),
        ("1/3", "0.333333333333"),
        ("2/3", "0.666666666667"),
        ("29/160", "0.18125"),
        ("1/1000000000000000000", "0.000000000000000001"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("1234567890123456789/1000000000000000000", "1.234567890123456789"),
    ],
)
def test_a_price_has_every_digit_or_twelve_decimals_where_it_does_not_end(value: str, text: str) -> None:
    assert exact(Fraction(value)) == text


@given(value=st.decimals(0, 10**12, places=18))
def test_a_decimal_number_is_published_without_loss(value: Decimal) -> None:
    assert Decimal(exact(Fraction(value))) == value
    assert "E" not in exact(Fraction(value))


@pytest.mark.django_db
class TestOnTheCatalogue:
    @pytest.fixture
    def held(self) -> Catalogue:
        return catalogue()

    def test_a_plain_model_says_units_variants_and_where_they_come_from(self, held: Catalogue) -> None:
        found = published(held.by_key["openai/gpt-4.1"], DAY)
        assert found["units"]["input_mtok"] == "2"
        assert found["units"]["output_mtok"] == "8"
        assert found["at"] == "2026-11-22"
        assert found["kind"] == "list"
        assert found["shutdown_on"] == "2027-01-14"
        batch = next(part for part in found["variants"] if part["when"] == {"processing": "batch"})
        assert batch["units"]["input_mtok"] == "1"
        (source,) = found["sources"]
        assert (source["name"], source["checked_on"], source["used"]) == ("genai-prices 0.2.3", "2026-11-10", True)
        assert source["urls"]

    def test_tiers_begin_where_the_source_says(self, held: Catalogue) -> None:
        found = published(held.by_key["anthropic/claude-sonnet-4-5"], DAY)
        assert found["units"]["input_mtok"] == "3"
        assert found["tiers"]["input_mtok"] == [{"above": 200_000, "price": "6"}]

    def test_prices_by_the_hour_are_a_mean_on_a_day_and_exact_at_a_moment(self, held: Catalogue) -> None:
        flash = held.by_key["deepseek/deepseek-v4-flash"]
        # 17 hours at $0.15 and 7 at $0.30 do not end.
        assert published(flash, DAY)["units"]["input_mtok"] == "0.19375"
        moments = {3: "0.3", 4: "0.15"}
        for hour, price in moments.items():
            at = dt.datetime(2026, 11, 22, hour, tzinfo=dt.UTC)
            assert published(flash, at)["units"]["input_mtok"] == price

    def test_where_sources_disagree_both_are_there_and_one_is_used(self, held: Catalogue) -> None:
        found = published(held.by_key["deepseek/deepseek-chat"], dt.date(2026, 4, 24))
        assert found["units"] == {"input_mtok": "0.28", "output_mtok": "0.42", "cache_read_mtok": "0.028"}
        assert [(source["kind"], source["used"]) for source in found["sources"]] == [
            ("catalogue", False),
            ("correction", True),
        ]

    def test_a_quote_says_that_it_is_one(self, held: Catalogue) -> None:
        found = published(held.by_key["article-relay/gpt-4.1"], DAY)
        assert found["kind"] == "quote"
        assert found["units"] == {"input_mtok": "8", "output_mtok": "8"}
        assert [source["kind"] for source in found["sources"]] == ["quote"]

    def test_every_model_can_be_published_with_no_number_but_as_plain_text(self, held: Catalogue) -> None:
        for entry in held.entries:
            found = published(entry, DAY)
            assert all(Decimal(price) >= 0 for price in found["units"].values())
            assert [source["used"] for source in found["sources"]].count(True) == 1
