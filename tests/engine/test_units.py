"""The units are genai-prices' own, and each part knows its wholes."""

from __future__ import annotations

import pytest
from genai_prices.data_units import unit_data

from costcalc.engine import REQUESTS, UNIT_NAMES, UnknownUnit, billed_as, is_part_of, per, unit_named, wholes
from costcalc.engine.units import innermost_first, unit_counted_as


def test_every_unit_of_genai_prices_is_known_by_both_of_its_names() -> None:
    assert len(UNIT_NAMES) == len(unit_data)
    for usage_name in unit_data:
        assert unit_named(unit_counted_as(usage_name).price_key).usage_key == usage_name


@pytest.mark.parametrize("name", ["input", "input_tokens", "Input_mtok", "input_mtok ", ""])
def test_a_misspelt_price_name_is_an_error(name: str) -> None:
    with pytest.raises(UnknownUnit):
        unit_named(name)
    with pytest.raises(UnknownUnit):
        per(name)


@pytest.mark.parametrize(
    ("name", "count"),
    [("input_mtok", 1_000_000), ("web_searches_kcount", 1000), ("audio_hours", 3600), (REQUESTS, 1000)],
)
def test_a_price_is_for_so_many_of_its_unit(name: str, count: int) -> None:
    assert per(name) == count


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("cache_read_mtok", ("input_mtok",)),
        ("cache_write_1h_mtok", ("cache_write_mtok", "input_mtok")),
        ("output_reasoning_mtok", ("output_mtok",)),
        ("input_audio_hours", ("audio_hours",)),
        ("input_mtok", ()),
        ("web_searches_kcount", ()),
    ],
)
def test_a_part_belongs_to_its_wholes_the_closest_first(name: str, found: tuple[str, ...]) -> None:
    assert wholes(name) == found
    assert all(is_part_of(name, whole) and not is_part_of(whole, name) for whole in found)


def test_a_unit_is_no_part_of_itself() -> None:
    assert not any(is_part_of(name, name) for name in UNIT_NAMES)


@pytest.mark.parametrize(
    ("name", "priced", "payer"),
    [
        ("cache_write_1h_mtok", {"input_mtok", "cache_write_mtok", "cache_write_1h_mtok"}, "cache_write_1h_mtok"),
        ("cache_write_1h_mtok", {"input_mtok", "cache_write_mtok"}, "cache_write_mtok"),
        ("cache_write_1h_mtok", {"input_mtok"}, "input_mtok"),
        ("cache_write_1h_mtok", {"output_mtok"}, None),
        ("input_mtok", {"cache_read_mtok"}, None),
    ],
)
def test_a_part_without_a_price_pays_its_closest_wholes_and_a_whole_never_its_parts(
    name: str, priced: set[str], payer: str | None
) -> None:
    assert billed_as(name, priced) == payer


def test_parts_come_before_the_wholes_they_are_taken_from() -> None:
    order = [name for name, _ in innermost_first(frozenset(UNIT_NAMES))]
    assert all(order.index(name) < order.index(whole) for name in UNIT_NAMES for whole in wholes(name))
