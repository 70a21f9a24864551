"""The catalogue as lines of a list."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import translation

from costcalc.catalog.index import catalogue
from costcalc.catalog.offers import SORTS, shelf_for, span
from costcalc.engine import Rate, Tier

DAY = dt.date(2026, 11, 22)
WHOLE = Fraction(1)


def test_a_span_covers_hours_and_tiers() -> None:
    cheap = {"input_mtok": Rate(Decimal(1))}
    dear = {"input_mtok": Rate(Decimal(2), (Tier(200_000, Decimal(5)),))}
    assert span(((WHOLE, cheap), (WHOLE, dear)), "input_mtok") == (Decimal(1), Decimal(5))


def test_a_part_pays_its_wholes_price_and_what_pays_none_is_unknown() -> None:
    weighted = ((WHOLE, {"input_mtok": Rate(Decimal(1))}),)
    assert span(weighted, "cache_read_mtok") == (Decimal(1), Decimal(1))
    assert span(weighted, "output_mtok") is None
    assert span((*weighted, (WHOLE, {})), "input_mtok") is None
    assert span((), "input_mtok") is None


@pytest.mark.usefixtures("prices")
class TestOnTheCatalogue:
    def test_every_order_keeps_every_entry(self) -> None:
        held = catalogue()
        shelf = shelf_for(held, DAY)
        for by in SORTS:
            for descending in (False, True):
                assert len(set(map(id, shelf.sorted(list(held.entries), by, descending=descending)))) == len(
                    held.entries
                )

    def test_a_price_of_nothing_is_known_and_comes_before_the_unknown(self) -> None:
        held = catalogue()
        shelf = shelf_for(held, DAY)
        ordered = [
            shelf.span(entry, "input_mtok") for entry in shelf.sorted(list(held.entries), "input", descending=False)
        ]
        known = [prices for prices in ordered if prices is not None]
        assert known == sorted(known)
        assert None not in ordered[: len(known)]

    def test_a_shelf_is_made_once_a_language_and_day(self) -> None:
        held = catalogue()
        first = shelf_for(held, DAY)
        assert shelf_for(held, DAY) is first
        with translation.override("vi"):
            assert shelf_for(held, DAY).offer(held.by_key["openai/gpt-4.1"]).input == "2,00\u00a0US$"
        assert first.offer(held.by_key["openai/gpt-4.1"]).input == "$2.00"

    def test_tags_say_what_the_figures_cannot(self) -> None:
        held = catalogue()
        words = {
            key: {tag.word for tag in shelf_for(held, DAY).offer(held.by_key[key]).tags}
            for key in ("article-relay/gpt-4.1", "deepseek/deepseek-v4-pro", "openai/gpt-4.1", "deepseek/deepseek-chat")
        }
        assert words["article-relay/gpt-4.1"] == {"quote"}
        assert words["deepseek/deepseek-v4-pro"] == {"by the hour"}
        assert words["openai/gpt-4.1"] == {"shuts down 14 January 2027"}
        assert words["deepseek/deepseek-chat"] == {"shut down"}
