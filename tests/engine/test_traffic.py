"""Workloads: what they may say, and what they come to."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given

from costcalc.engine import UNIT_NAMES, DayCount, Shift, TrafficError, Workload, shifted
from costcalc.engine.traffic import SHARES as SHARE_FIELDS
from tests.engine.traffic import SHIFTS, WORKLOADS

CHAT = Workload(Decimal(50_000), Decimal(1000), Decimal(500))
THIRTY = DayCount(Fraction(30), dt.date(2026, 11, 1))


def chat(**figures: str) -> Workload:
    """The chat with other figures."""
    changes: dict[str, Any] = {name: Decimal(text) for name, text in figures.items()}
    return replace(CHAT, **changes)


@pytest.mark.parametrize("field", SHARE_FIELDS)
@pytest.mark.parametrize("value", ["-0.000001", "1.000001", "25", "NaN"])
def test_a_share_is_between_0_and_1(field: str, value: str) -> None:
    with pytest.raises(TrafficError) as caught:
        chat(**{field: value})
    assert (caught.value.field, caught.value.code) == (field, "not_a_share")


@pytest.mark.parametrize("field", SHARE_FIELDS)
@pytest.mark.parametrize("value", ["0", "1"])
def test_a_share_may_be_nothing_or_all(field: str, value: str) -> None:
    assert getattr(chat(**{field: value}), field) == Decimal(value)


@pytest.mark.parametrize("field", ["requests", "input_tokens", "output_tokens", "reasoning_tokens"])
@pytest.mark.parametrize("value", ["-1", "NaN", "Infinity"])
def test_a_count_is_a_number_and_not_negative(field: str, value: str) -> None:
    with pytest.raises(TrafficError) as caught:
        chat(**{field: value})
    assert (caught.value.field, caught.value.code) == (field, "negative")


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"cache_read_share": "0.6", "cache_write_share": "0.41"}, "cache_write_share", "cache_shares_over_one"),
        (
            {"batch_share": "0.5", "flex_share": "0.3", "priority_share": "0.3"},
            "priority_share",
            "variant_shares_over_one",
        ),
        ({"reasoning_tokens": "500.1"}, "reasoning_tokens", "reasoning_over_output"),
        ({"monthly_growth": "-1"}, "monthly_growth", "growth_too_low"),
        ({"monthly_growth": "NaN"}, "monthly_growth", "growth_too_low"),
    ],
)
def test_fields_that_contradict_each_other_are_refused_by_name(fields: dict[str, str], field: str, code: str) -> None:
    with pytest.raises(TrafficError) as caught:
        chat(**fields)
    assert (caught.value.field, caught.value.code) == (field, code)


@pytest.mark.parametrize(
    "fields",
    [
        {"cache_read_share": "0.6", "cache_write_share": "0.4"},
        {"batch_share": "0.5", "flex_share": "0.3", "priority_share": "0.2"},
        {"reasoning_tokens": "500"},
        {"monthly_growth": "-0.99"},
    ],
)
def test_fields_that_just_fit_are_taken(fields: dict[str, str]) -> None:
    chat(**fields)


@pytest.mark.parametrize(
    "calls", [{"web_search": "1"}, {"web_searches_kcount": "-1"}, {"web_searches_kcount": "NaN"}, {"input_mtok": "1"}]
)
def test_calls_are_counted_by_their_price_name_and_not_negative(calls: dict[str, str]) -> None:
    with pytest.raises(TrafficError) as caught:
        replace(CHAT, calls={name: Decimal(count) for name, count in calls.items()})
    assert caught.value.field == "calls"


@pytest.mark.parametrize(
    ("field", "value"), [("tokenizer", "0"), ("tokenizer", "-1"), ("verbosity", "0"), ("verbosity", "Infinity")]
)
def test_a_ratio_is_above_0(field: str, value: str) -> None:
    with pytest.raises(TrafficError) as caught:
        replace(Shift(), **{field: Decimal(value)})
    assert (caught.value.field, caught.value.code) == (field, "not_positive")


def test_a_cache_share_on_the_other_side_must_fit_what_is_written() -> None:
    written = replace(CHAT, cache_write_share=Decimal("0.5"))
    assert shifted(written, Shift(cache_read_share=Decimal("0.5"))).cache_read_share == Decimal("0.5")
    with pytest.raises(TrafficError):
        shifted(written, Shift(cache_read_share=Decimal("0.51")))


@pytest.mark.parametrize(
    ("fields", "month", "requests"),
    [
        ({}, 1, "1500000"),
        ({"per": "month"}, 7, "50000"),
        ({"monthly_growth": Decimal("0.1")}, 1, "1500000"),
        ({"monthly_growth": Decimal("0.1")}, 3, "1815000"),
        ({"monthly_growth": Decimal("-0.5")}, 2, "750000"),
        ({"retry_share": Decimal("0.02")}, 1, "1530000"),
        ({"retry_share": Decimal("0.02"), "monthly_growth": Decimal("0.1")}, 2, "1683000"),
    ],
)
def test_a_months_volume_grows_and_holds_the_retries(fields: dict[str, Any], month: int, requests: str) -> None:
    assert replace(CHAT, **fields).requests_in(month, THIRTY) == Fraction(requests)


@pytest.mark.parametrize(
    ("start", "month", "days"),
    [
        ("2026-11-22", 1, 30),
        ("2026-12-31", 3, 28),
        ("2028-01-31", 2, 29),
        ("2099-12-01", 3, 28),
        ("2026-11-22", 14, 31),
    ],
)
def test_calendar_months_follow_each_other_from_the_starts_own(start: str, month: int, days: int) -> None:
    assert DayCount(None, dt.date.fromisoformat(start)).days_in(month) == days


@given(workload=WORKLOADS)
def test_every_token_of_a_request_is_in_exactly_one_bucket(workload: Workload) -> None:
    found = workload.quantities()
    assert set(found) <= set(UNIT_NAMES)
    inputs = [count for name, count in found.items() if name.startswith(("input_", "cache_"))]
    assert sum(inputs) == Fraction(workload.input_tokens)
    assert sum(count for name, count in found.items() if name.startswith("output_")) == Fraction(workload.output_tokens)
    assert all(count > 0 for count in found.values())
    assert found["requests_kcount"] == 1


@given(workload=WORKLOADS)
def test_every_request_is_sent_in_exactly_one_way(workload: Workload) -> None:
    shares = workload.variant_shares()
    assert sum(shares.values()) == 1
    assert all(share > 0 for share in shares.values())


@given(workload=WORKLOADS, shift=SHIFTS)
def test_the_other_side_sees_the_same_requests_with_its_own_tokens(workload: Workload, shift: Shift) -> None:
    moved = shifted(workload, shift)
    assert moved.requests == workload.requests
    assert moved.input_tokens == workload.input_tokens * shift.tokenizer
    assert moved.output_tokens == workload.output_tokens * shift.tokenizer * shift.verbosity
    assert shifted(workload, Shift()) == workload
