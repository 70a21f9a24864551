"""The ranking is the ledger's own figure for every model of the catalogue, to the cent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costcalc.engine import (
    CONTEXTS,
    TRAFFIC_UNITS,
    DayCount,
    Move,
    NoSuchVariant,
    PriceSheet,
    RateTable,
    Weighted,
    Workload,
    estimate,
    rank,
)
from tests.engine.reference import everything
from tests.engine.sheets import GPT, rates, standard, tiered
from tests.engine.traffic import DAYS, WORKLOADS

DAY = dt.date(2026, 11, 22)
THIRTY = DayCount(Fraction(30), DAY)


@cache
def sheets() -> tuple[PriceSheet, ...]:
    return tuple(each.sheet for each in everything())


def weighted(sheet: PriceSheet, variant: str) -> Weighted:
    try:
        return sheet.rates_on(DAY, CONTEXTS[variant])
    except NoSuchVariant:
        return ()


def tables_of(listed: Sequence[PriceSheet]) -> Mapping[str, RateTable]:
    return {variant: RateTable(TRAFFIC_UNITS, [weighted(sheet, variant) for sheet in listed]) for variant in CONTEXTS}


@cache
def tables() -> Mapping[str, RateTable]:
    return tables_of(sheets())


def assert_ranked(workloads: Sequence[Workload], days: DayCount, places: Sequence[int]) -> None:
    ranking = rank(tables(), workloads, days)
    for place in places:
        sheet = sheets()[place]
        ledger = estimate([Move(workload, sheet, sheet) for workload in workloads], days, DAY)
        assert bool(ranking.unknown[place]) is not ledger.complete, place
        if ledger.complete:
            assert int(ranking.cents[place]) == ledger.monthly.baseline_cents, place


CHAT = Workload(Decimal(50_000), Decimal(1000), Decimal(500))
CASES = {
    "chat": (CHAT,),
    "over a tier": (replace(CHAT, input_tokens=Decimal(272_001)),),
    "at a tier": (replace(CHAT, input_tokens=Decimal(272_000)), replace(CHAT, input_tokens=Decimal("199999.5"))),
    "some over": (replace(CHAT, over_tier_share=Decimal("0.07"), cache_read_share=Decimal("0.333")),),
    "everything": (
        Workload(
            Decimal("12345.678"),
            Decimal("1234.5"),
            Decimal("777.25"),
            cache_read_share=Decimal("0.31"),
            cache_write_share=Decimal("0.17"),
            cache_write_ttl="1h",
            reasoning_tokens=Decimal("123.4"),
            calls={"web_searches_kcount": Decimal("0.013")},
            retry_share=Decimal("0.021"),
        ),
        replace(CHAT, batch_share=Decimal("0.5"), per="month"),
    ),
    "huge": (replace(CHAT, requests=Decimal("1e12"), input_tokens=Decimal("1e9"), output_tokens=Decimal("1e9")),),
}


@pytest.mark.parametrize("workloads", CASES.values(), ids=CASES)
def test_every_model_is_ranked_at_its_ledgers_own_figure(workloads: Sequence[Workload]) -> None:
    assert len(sheets()) == 2330
    assert_ranked(workloads, DayCount(Fraction(365, 12), DAY), range(len(sheets())))


@settings(max_examples=40)
@given(workloads=st.lists(WORKLOADS, min_size=1, max_size=3), days=DAYS, start=st.integers(0, 2329))
def test_any_traffic_is_ranked_at_its_ledgers_own_figure(workloads: list[Workload], days: DayCount, start: int) -> None:
    assert_ranked(workloads, days, range(start % 61, 2330, 61))


def test_a_model_with_a_gap_in_one_unit_is_unknown_and_never_cheapest_by_it() -> None:
    ranking = rank(tables_of([standard(GPT), standard(rates(input_mtok="0.01"))]), [CHAT], THIRTY)
    assert ranking.unknown.tolist() == [False, True]
    assert ranking.cents[0] == 900_000


def test_a_model_without_the_variant_in_use_is_unknown() -> None:
    ranking = rank(tables_of([standard(GPT)]), [replace(CHAT, batch_share=Decimal("0.01"))], THIRTY)
    assert ranking.unknown.tolist() == [True]


@pytest.mark.parametrize(
    ("tokens", "cents"), [("200000", 60_000_000), ("200000.001", 90_000_000), ("200001", 90_000_450)]
)
def test_a_tier_begins_above_its_threshold_also_by_a_fraction_of_a_token(tokens: str, cents: int) -> None:
    sheet = standard({"input_mtok": tiered("2", (200_000, "3")), "output_mtok": tiered("0")})
    workload = Workload(Decimal(50_000), Decimal(tokens), Decimal(0))
    assert rank(tables_of([sheet]), [workload], THIRTY).cents.tolist() == [cents]


def test_nothing_to_rank_is_an_empty_ranking() -> None:
    ranking = rank({"standard": RateTable(TRAFFIC_UNITS, [])}, [CHAT], THIRTY)
    assert len(ranking.cents) == len(ranking.unknown) == 0


def test_costs_beyond_int64_are_whole_cents_too() -> None:
    found = rank(tables(), CASES["huge"], THIRTY).cents
    assert found.dtype == object
    # 3e13 requests × 1e9 tokens of each kind at $2 and $8.
    gpt = rank(tables_of([standard(GPT)]), CASES["huge"], THIRTY)
    assert int(gpt.cents[0]) == 30 * 10**12 * 10**9 * (2 + 8) * 100 // 10**6
    assert not np.any(gpt.unknown)


def test_half_a_cent_is_told_from_a_millionth_of_a_millionth_less() -> None:
    just_less = standard(rates(input_mtok="0.999999999999999999"))
    half = Workload(Decimal(1), Decimal(5000), Decimal(0), per="month")
    ranking = rank(tables_of([standard(rates(input_mtok="1")), just_less]), [half], THIRTY)
    assert ranking.cents.tolist() == [1, 0]


@pytest.mark.parametrize("requests", ["4503599627370496", "4503599627370497", "1e20"])
def test_costs_too_large_for_a_float_to_tell_cents_apart_are_exact(requests: str) -> None:
    workload = Workload(Decimal(requests), Decimal(10_000), Decimal(0), per="month")
    ranking = rank(tables_of([standard(rates(input_mtok="1")), standard(rates(input_mtok="1.5"))]), [workload], THIRTY)
    whole = int(Decimal(requests))
    assert ranking.cents.tolist() == [whole, (3 * whole + 1) // 2]
