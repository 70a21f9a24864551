"""The product's own corrections and the article's quotes, as the catalogue has them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from costcalc.catalog.index import Catalogue, catalogue
from costcalc.catalog.models import Price
from costcalc.catalog.reviewed import corrections, quote_providers, quotes, released_on, shutdowns
from costcalc.engine import UNIT_NAMES

pytestmark = pytest.mark.django_db


@pytest.fixture
def held() -> Catalogue:
    return catalogue()


def prices(held: Catalogue, key: str, day: str) -> dict[str, str]:
    found = held.by_key[key].sheet_on(dt.date.fromisoformat(day)).rates_on(dt.date.fromisoformat(day))
    assert len(found) == 1
    return {name: str(rate.base) for name, rate in found[0][1].items()}


def test_gpt_4_1_shuts_down_at_openai_on_its_day_and_nowhere_else(held: Catalogue) -> None:
    known = held.by_key["openai/gpt-4.1"]
    assert known.shutdown_on == dt.date(2027, 1, 14)
    assert known.shutdown_sources
    assert held.by_key["openrouter/openai/gpt-4.1"].shutdown_on is None


def test_deepseek_chat_has_its_v3_2_prices_until_they_are_superseded(held: Catalogue) -> None:
    own = {"input_mtok": "0.28", "cache_read_mtok": "0.028", "output_mtok": "0.42"}
    assert prices(held, "deepseek/deepseek-chat", "2025-09-29") == own
    assert prices(held, "deepseek/deepseek-chat", "2026-04-24") == own
    assert prices(held, "deepseek/deepseek-chat", "2026-04-25") != own


def test_sources_disagree_on_deepseek_chat_and_both_are_kept(held: Catalogue) -> None:
    known = held.by_key["deepseek/deepseek-chat"]
    day = dt.date(2026, 4, 24)
    assert [row.kind for row in known.holding_on(day)] == ["catalogue", "correction"]
    assert [row.kind for row in known.disagreeing_on(day)] == ["catalogue"]


@pytest.mark.parametrize(
    ("model", "relay", "original"),
    [
        ("gpt-4.1", "8", "60"),
        ("claude-sonnet-4.5", "15", "90"),
        ("gemini-2.5-flash", "2.5", "17.5"),
        ("deepseek-v3.2", "0.42", "2.8"),
    ],
)
def test_the_articles_eight_figures_are_quotes(held: Catalogue, model: str, relay: str, original: str) -> None:
    for slug, price in (("article-relay", relay), ("article-original", original)):
        assert prices(held, f"{slug}/{model}", "2026-11-22") == {"input_mtok": price, "output_mtok": price}
        known = held.by_key[f"{slug}/{model}"]
        assert known.is_quote
        assert known.listed_as in held.by_key
        assert not held.by_key[known.listed_as].is_quote
    assert held.by_key[f"article-relay/{model}"].compared_with == f"article-original/{model}"
    assert held.by_key[f"article-original/{model}"].compared_with == ""


def test_no_model_has_both_a_list_price_and_a_quote() -> None:
    quoted = set(Price.objects.filter(kind=Price.Kind.QUOTE).values_list("model", flat=True))
    listed = set(Price.objects.exclude(kind=Price.Kind.QUOTE).values_list("model", flat=True))
    assert len(quoted) == 8
    assert not quoted & listed


def test_every_correction_names_its_sources_its_day_and_units_that_exist() -> None:
    for correction in corrections():
        assert correction.sources
        assert correction.note
        assert correction.checked_on <= dt.date(2026, 11, 22)
        assert set(correction.sheet.units) <= set(UNIT_NAMES)


def test_every_shutdown_names_its_sources_and_its_day() -> None:
    assert len(shutdowns()) == len({(each.provider, each.model_id) for each in shutdowns()})
    for shutdown in shutdowns():
        assert shutdown.sources
        assert shutdown.note


def test_the_release_that_is_installed_has_a_known_day() -> None:
    assert released_on("0.2.3") == dt.date(2026, 11, 10)
    assert released_on("9.9.9") is None


def test_every_vendor_quotes_every_model_flat() -> None:
    assert len(quotes()) == 8
    assert {quote.provider for quote in quotes()} == {vendor.slug for vendor in quote_providers()}
    assert all(quote.sheet.units == ("input_mtok", "output_mtok") for quote in quotes())
    assert Decimal(str(quotes()[0].sheet.steps[0].rates["input_mtok"].base)) == Decimal(8)
