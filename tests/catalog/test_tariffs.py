"""A model's price in words, for a day that is given."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from costcalc.catalog.entries import Entry
from costcalc.catalog.history import history
from costcalc.catalog.index import catalogue
from costcalc.catalog.labels import UNITS, collated, measure_label, unit_label
from costcalc.catalog.links import links
from costcalc.catalog.offers import brief
from costcalc.catalog.tariffs import Tariff, disagreements, name_of, said_of, summary, tariff
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
    assert [(column.label, column.hours) for column in made.columns] == [("standard", ""), ("batch", "")]
    assert made.repeats
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
    sheet = PriceSheet(
        (Step(rates(input_mtok="4", output_mtok="8")), Step(rates(input_mtok="2", output_mtok="8"), NIGHT))
    )
    made = tariff(sheet, DAY, WRITE)
    assert [column.hours for column in made.columns] == ["00:30–16:30 UTC", "16:30–00:30 UTC"]
    assert said(made)["input_mtok"] == [["$4.00"], ["$2.00"]]
    assert not made.repeats


def test_a_variant_by_the_hour_is_compared_with_the_standard_price_of_its_hours() -> None:
    sheet = PriceSheet(
        (Step(rates(input_mtok="4")), Step(rates(input_mtok="2"), NIGHT)),
        (Variant({"processing": "batch"}, rates(output_mtok="1")),),
    )
    made = tariff(sheet, DAY, WRITE)
    assert [column.label for column in made.columns] == ["standard", "standard", "batch", "batch"]
    assert said(made)["input_mtok"] == [["$4.00"], ["$2.00"], ["$4.00"], ["$2.00"]]
    cells = {row.unit: [cell.same for cell in row.cells] for row in made.rows}
    assert cells["input_mtok"] == [False, False, True, True]
    assert cells["output_mtok"] == [False, False, False, False]


def test_a_long_price_is_short_in_the_table_and_whole_when_opened() -> None:
    made = tariff(PriceSheet((Step(rates(input_mtok="0.08333333333333334", output_mtok="1.234567")),)), DAY, WRITE)
    lines = {row.unit: row.cells[0].lines[0] for row in made.rows}
    assert (lines["input_mtok"].text, lines["input_mtok"].exact) == ("≈\u00a0$0.0833333", "$0.08333333333333334")
    assert (lines["output_mtok"].text, lines["output_mtok"].exact) == ("≈\u00a0$1.23457", "$1.234567")
    assert brief(Decimal("0.123456"), WRITE) == "$0.123456"


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
    found = links(["https://a.example/x", "javascript:alert(1)", "http://b.example", "/etc"])
    assert [(link.url, link.text) for link in found] == [
        ("https://a.example/x", "a.example/x"),
        ("http://b.example", "b.example"),
    ]


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://www.openai.com/api/pricing/", "openai.com/api/pricing"),
        ("https://developers.openai.com/api/docs/guides/deprecations", "developers.openai.com/…/deprecations"),
        ("https://dev.example/" + "x" * 80, "dev.example/" + "x" * 26 + "…"),
        ("https://dev.example/a/" + "long-" * 20, "dev.example/…/long-long-long-long-long-l…"),
    ],
)
def test_a_link_is_named_by_its_host_and_the_end_of_its_path(url: str, text: str) -> None:
    assert [link.text for link in links([url])] == [text]


def test_two_links_are_never_named_alike() -> None:
    urls = [f"https://developers.openai.com/docs/{part}/some/where/pricing" for part in ("a", "b")]
    assert [link.text for link in links(urls)] == [url.removeprefix("https://") for url in urls]


def test_a_price_in_a_line_says_its_tiers() -> None:
    rates = {
        "input_mtok": Rate(Decimal("1.25"), (Tier(128_000, Decimal("2.5")),)),
        "output_mtok": Rate(Decimal("1.5"), (Tier(128_000, Decimal(2)), Tier(200_000, Decimal(3)))),
    }
    assert summary(rates, WRITE) == (
        "$1.25 (above 128,000 tokens $2.50) in, $1.50 (above 128,000 tokens $2.00; above 200,000 tokens $3.00) out"
    )


@pytest.mark.usefixtures("prices")
class TestOnTheCatalogue:
    @staticmethod
    def entry(key: str) -> Entry:
        return catalogue().by_key[key]

    def test_the_history_of_a_corrected_price_is_whole_and_names_the_one_in_force(self) -> None:
        periods = history(self.entry("deepseek/deepseek-chat"), DAY, WRITE)
        corrected = [(p.when, p.lines, p.in_force) for p in periods if p.kind == "reviewed correction"]
        assert corrected == [
            ("from 26 April 2026 on", ("$0.14 in, $0.0028 cached, $0.28 out",), True),
            ("25 April 2026", ("$0.14 in, $0.028 cached, $0.28 out",), False),
            ("from 29 September 2025 to 24 April 2026", ("$0.28 in, $0.028 cached, $0.42 out",), False),
        ]
        assert [bool(p.note) for p in periods if p.kind == "reviewed correction"] == [True, False, False]
        assert not any(p.in_force for p in periods if p.kind == "price catalogue")

    def test_the_prices_of_a_days_hours_are_one_period(self) -> None:
        periods = history(self.entry("deepseek/deepseek-v4-pro"), DAY, WRITE)
        assert [(p.when, p.in_force) for p in periods] == [
            ("from 17 August 2026 on", True),
            ("until 16 August 2026", False),
        ]
        assert periods[0].lines == (
            "01:00–04:00, 06:00–10:00 UTC: $1.32 in, $0.044 cached, $3.96 out",
            "04:00–06:00, 10:00–01:00 UTC: $0.66 in, $0.022 cached, $1.98 out",
        )

    def test_every_history_is_the_newest_first_and_has_one_price_in_force_at_most(self) -> None:
        several = 0
        for entry in catalogue().entries:
            periods = history(entry, DAY, WRITE)
            starts = [period.since or dt.date.min for period in periods]
            assert starts == sorted(starts, reverse=True), entry.key
            assert sum(period.in_force for period in periods) == (entry.price_on(DAY) is not None), entry.key
            assert all(period.lines for period in periods), entry.key
            several += len(periods) > 1
        assert several > 100

    def test_what_was_withdrawn_and_what_was_replaced_say_so(self) -> None:
        entry = self.entry("openai/gpt-4.1")
        [row] = entry.prices
        later = dt.date(2026, 11, 20)
        dearer = PriceSheet((Step(rates(input_mtok="3")),))
        reread = replace(row, pk=row.pk + 1, sheet=dearer)
        gone = replace(row, pk=row.pk + 2, withdrawn=True, valid_from=later)
        periods = history(replace(entry, prices=(row, reread, gone)), DAY, WRITE)
        assert [(p.when, p.lines) for p in periods] == [
            ("withdrawn on 20 November 2026", ()),
            ("until 19 November 2026", ("$3.00 in",)),
            ("replaced by a later reading", ()),
        ]

    def test_what_the_catalogue_says_does_not_begin_with_the_name(self) -> None:
        entry = self.entry("deepseek/deepseek-v4-pro")
        assert entry.description.startswith("DeepSeek-V4-Pro. Supports")
        assert said_of(entry).startswith("Supports both")
        assert name_of(entry) == ""
        assert name_of(self.entry("anthropic/claude-3-5-haiku-latest")) == "Claude Haiku 3.5"

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


def test_words_are_sorted_as_a_dictionary_sorts_them() -> None:
    words = ["đầu ra", "dự phòng", "Đơn vị", "ảnh", "Âm thanh", "batch", "Cache", "e", "d"]
    assert sorted(words, key=collated) == [
        "Âm thanh", "ảnh", "batch", "Cache", "d", "dự phòng", "đầu ra", "Đơn vị", "e",
    ]  # fmt: skip


def test_every_unit_has_a_measure_and_some_name() -> None:
    assert all(measure_label(name) and unit_label(name) for name in UNIT_NAMES)
