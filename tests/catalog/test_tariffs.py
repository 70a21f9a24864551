"""A model's price in words, for a day that is given."""

import datetime as dt
from decimal import Decimal

import pytest

from costcalc.catalog.index import Entry, catalogue
from costcalc.catalog.labels import UNITS, measure_label, unit_label
from costcalc.catalog.tariffs import Tariff, disagreements, history, links, tariff
from costcalc.engine import UNIT_NAMES, Minimum, PriceSheet, Rate, Step, Tier, Variant, When
from costcalc.formatting import formatter_for

DAY = dt.date(2026, 11, 22)
WRITE = formatter_for("en")
NIGHT = When(hours=(dt.time(16, 30), dt.time(0, 30)))


def rates(**prices: str) -> dict[str, Rate]:
    return {name: Rate(Decimal(price)) for name, price in prices.items()}


def said(made: Tariff) -> dict[str, list[list[str]]]:
    return {row.unit: [[line.text for line in cell.lines] for cell in row.cells] for row in made.rows}


def test_a_variant_changes_single_units_and_the_others_stay_standard() -> None:
    sheet = PriceSheet(
        (Step(rates(input_mtok="2", cache_read_mtok="0.5", output_mtok="8")),),
        (Variant({"processing": "batch"}, rates(input_mtok="1", output_mtok="4")),),
    )
    made = tariff(sheet, DAY, WRITE)
    assert made.columns == ("standard", "batch")
    assert said(made) == {
        "input_mtok": [["$2.00"], ["$1.00"]],
        "cache_read_mtok": [["$0.50"], ["$0.50"]],
        "output_mtok": [["$8.00"], ["$4.00"]],
    }
    assert [[cell.same for cell in row.cells] for row in made.rows] == [[False, False], [False, True], [False, False]]


def test_a_part_without_a_price_is_billed_as_its_whole_and_a_whole_without_one_is_unknown() -> None:
    made = tariff(PriceSheet((Step(rates(input_mtok="2")),)), DAY, WRITE)
    assert said(made)["cache_read_mtok"] == [["billed as input tokens"]]
    assert said(made)["output_mtok"] == [["unknown"]]
    assert [row.cells[0].unknown for row in made.rows] == [False, False, True]


def test_hours_are_said_once_for_each_price_around_midnight() -> None:
    sheet = PriceSheet((Step(rates(input_mtok="4")), Step(rates(input_mtok="2"), NIGHT)))
    assert said(tariff(sheet, DAY, WRITE))["input_mtok"] == [["$4.00 at 00:30–16:30 UTC", "$2.00 at 16:30–00:30 UTC"]]


def test_a_tier_holds_for_the_whole_request() -> None:
    sheet = PriceSheet((Step({"input_mtok": Rate(Decimal("1.25"), (Tier(200_000, Decimal("2.5")),))}),))
    assert said(tariff(sheet, DAY, WRITE))["input_mtok"] == [
        ["$1.25", "above 200,000 input tokens: $2.50, for the whole request"]
    ]


def test_what_is_billed_at_least_is_said() -> None:
    sheet = PriceSheet((Step(rates(audio_hours="0.111")),), (), (Minimum(("audio_seconds",), 10),))
    assert tariff(sheet, DAY, WRITE).minimums == ("At least 10 seconds are billed.",)


def test_a_model_without_prices_has_no_table() -> None:
    assert tariff(PriceSheet(()), DAY, WRITE).rows == ()


def test_only_addresses_of_the_web_are_links() -> None:
    found = links(["https://a.example/x", "javascript:alert(1)", "http://b.example", "https://a.example/y", "/etc"])
    assert [(link.url, link.text) for link in found] == [
        ("https://a.example/x", "a.example"),
        ("http://b.example", "b.example"),
        ("https://a.example/y", "a.example 2"),
    ]


@pytest.mark.usefixtures("prices")
class TestOnTheCatalogue:
    @staticmethod
    def entry(key: str) -> Entry:
        return catalogue().by_key[key]

    def test_the_history_of_a_corrected_price_is_whole_and_names_the_one_in_force(self) -> None:
        periods = history(self.entry("deepseek/deepseek-chat"), DAY, WRITE)
        corrected = [(p.when, p.price, p.in_force) for p in periods if p.kind == "reviewed correction"]
        assert corrected == [
            ("from 26 April 2026 on", "$0.14 in, $0.0028 cached, $0.28 out", True),
            ("25 April 2026", "$0.14 in, $0.028 cached, $0.28 out", False),
            ("from 29 September 2025 to 24 April 2026", "$0.28 in, $0.028 cached, $0.42 out", False),
        ]
        assert not any(p.in_force for p in periods if p.kind == "price catalogue")

    def test_prices_by_the_hour_are_all_in_force_on_their_day(self) -> None:
        periods = history(self.entry("deepseek/deepseek-v4-pro"), DAY, WRITE)
        assert [p.in_force for p in periods] == [True, True, True, False]

    def test_a_disagreement_says_what_the_other_source_says(self) -> None:
        [(row, words)] = disagreements(self.entry("deepseek/deepseek-chat"), DAY, WRITE)
        assert row.source == "genai-prices 0.2.3"
        assert "$0.27 in" in words

    def test_every_unit_of_the_catalogue_has_words_of_its_own(self) -> None:
        used = {unit for entry in catalogue().entries for row in entry.prices for unit in row.sheet.units}
        assert used <= set(UNITS)

    def test_every_model_can_be_put_in_words(self) -> None:
        for entry in catalogue().entries[::7]:
            assert history(entry, DAY, WRITE)
            tariff(entry.sheet_on(DAY), DAY, WRITE)


def test_every_unit_has_a_measure_and_some_name() -> None:
    assert all(measure_label(name) and unit_label(name) for name in UNIT_NAMES)
