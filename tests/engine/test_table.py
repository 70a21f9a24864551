"""Many requests at once: the same answers as one at a time, for every model, down to the last digit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costcalc.engine import (
    REQUESTS,
    Minimum,
    RateTable,
    RequestCost,
    Step,
    UnknownUnit,
    UsageError,
    Weighted,
    When,
    bills,
    per,
    price_request,
    unit_named,
)
from costcalc.engine.pricing import PriceSheet
from tests.engine.reference import Listed, everything
from tests.engine.sheets import GPT, rates, standard, tiered

DAY = dt.date(2026, 11, 22)
NIGHT = dt.datetime(2026, 11, 22, 3, tzinfo=dt.UTC)
# Everything that a chat, with its cache, its tools and its audio, can be billed for.
UNITS = (
    "input_mtok",
    "cache_read_mtok",
    "cache_write_mtok",
    "cache_write_1h_mtok",
    "input_audio_mtok",
    "cache_audio_read_mtok",
    "output_mtok",
    "output_reasoning_mtok",
    "web_searches_kcount",
    REQUESTS,
)
COLUMNS = {
    "plain": ("input_tokens", "output_tokens"),
    "cached": ("input_tokens", "cache_read_tokens", "output_tokens"),
    "all": tuple(unit_named(name).usage_key for name in UNITS if name != REQUESTS),
}
AUDIO = ("audio_hours", "input_audio_hours")
PARTS = {
    "input_tokens": ("cache_read_tokens", "cache_write_tokens", "input_audio_tokens"),
    "output_tokens": ("output_reasoning_tokens",),
}


@cache
def models() -> tuple[Listed, ...]:
    return tuple(everything())


@cache
def table(weighted_by_hours: bool) -> RateTable:
    """Every model, at the mean of a day or at a moment of it."""
    return RateTable(UNITS, [terms(each, weighted_by_hours) for each in models()])


def terms(each: Listed, weighted_by_hours: bool) -> Weighted:
    return each.sheet.rates_on(DAY) if weighted_by_hours else ((Fraction(1), each.sheet.rates_at(NIGHT)),)


def exact(cost: RequestCost) -> Fraction:
    """A cost without the rounding of 28 digits."""
    return sum((Fraction(line.quantity) * Fraction(line.price) / per(line.unit) for line in cost.lines), Fraction(0))


def one_by_one(
    weighted: Weighted, usage: Mapping[str, int], minimums: tuple[Minimum, ...] = ()
) -> tuple[Fraction, bool]:
    """The judge of one row: `price_request` at every hour's prices."""
    costs = [(share, price_request(prices, usage, minimums)) for share, prices in weighted]
    total = sum((share * exact(cost) for share, cost in costs), Fraction(0))
    return total, any(not cost.complete for _, cost in costs)


def drawn(seed: int, size: int, names: Iterable[str], largest: int) -> dict[str, npt.NDArray[np.int64]]:
    """Counts that do not contradict each other: parts first, then wholes that hold them."""
    source = np.random.default_rng(seed)
    counts = {name: source.integers(0, largest, size) * source.integers(0, 2, size) for name in names}
    if "cache_write_1h_tokens" in counts:
        counts["cache_write_tokens"] = counts["cache_write_tokens"] + counts["cache_write_1h_tokens"]
        counts["cache_audio_read_tokens"] = np.minimum(counts["cache_audio_read_tokens"], counts["cache_read_tokens"])
        counts["input_audio_tokens"] = counts["input_audio_tokens"] + counts["cache_audio_read_tokens"]
    for whole, parts in PARTS.items():
        counts[whole] = counts[whole] + sum(counts[part] for part in parts if part in counts)
    return counts


def assert_same(prices: RateTable, weighted: Sequence[Weighted], which: Any, usage: Mapping[str, Any]) -> None:
    found = prices.price(which, usage)
    total = Fraction(0)
    for row, model in enumerate(which):
        counts = {name: int(column[row]) for name, column in usage.items()}
        cost, unknown = one_by_one(weighted[model], counts, prices.minimums.get(int(model), ()))
        assert found.exact(row) == cost, (model, counts)
        assert found.unknown[row] == unknown, (model, counts)
        total += cost
    assert found.total() == total


@pytest.mark.parametrize("names", COLUMNS.values(), ids=COLUMNS)
@pytest.mark.parametrize("weighted_by_hours", [True, False], ids=["day", "moment"])
def test_every_model_is_billed_as_one_request_at_a_time(weighted_by_hours: bool, names: tuple[str, ...]) -> None:
    weighted = [terms(each, weighted_by_hours) for each in models()]
    usage = drawn(1, len(weighted), names, 300_000)
    assert_same(table(weighted_by_hours), weighted, np.arange(len(weighted)), usage)


def test_the_least_audio_that_is_billed_is_billed_for_many_requests_too() -> None:
    heard = [each for each in models() if each.sheet.minimums]
    assert heard
    weighted = [terms(each, False) for each in (*heard, models()[0])]
    minimums = {place: each.sheet.minimums for place, each in enumerate(heard)}
    prices = RateTable(AUDIO, weighted, minimums)
    which = np.arange(len(weighted)).repeat(20)
    for largest in (2, 12, 4_000):
        spoken = np.random.default_rng(largest).integers(0, largest, (2, len(which)))
        usage = {"input_audio_seconds": spoken[0], "audio_seconds": spoken.sum(axis=0)}
        assert_same(prices, weighted, which, usage)
    second = {"audio_seconds": np.array([1])}
    without = RateTable(AUDIO, weighted).price(np.array([0]), second).total()
    assert prices.price(np.array([0]), second).total() == 10 * without > 0


def test_prices_finer_than_the_small_unit_lose_no_digit() -> None:
    fine = [place for place, fits in enumerate(table(True).fits) if not fits]
    digits = [place for place, fits in enumerate(table(False).fits) if not fits]
    assert len(digits) > 3
    assert set(digits) < set(fine)
    weighted = [terms(each, True) for each in models()]
    assert_same(table(True), weighted, np.array(fine * 9), drawn(2, 9 * len(fine), COLUMNS["cached"], 300_000))


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), largest=st.sampled_from([10, 40_000, 600_000, 10**9, 2**40, 2**61]))
def test_any_requests_are_billed_as_one_at_a_time_also_where_int64_is_too_small(seed: int, largest: int) -> None:
    weighted = [terms(each, True) for each in models()]
    which = np.random.default_rng(seed).integers(0, len(weighted), 40)
    assert_same(table(True), weighted, which, drawn(seed, 40, COLUMNS["cached"], largest))


def test_one_token_on_each_side_of_what_int64_holds_gives_the_same_cost_but_for_that_token() -> None:
    prices = RateTable(("output_mtok",), [((Fraction(1), rates(output_mtok="1")),)])
    # 1 $/MTok is 10⁹ small units a token; 9,223,372,036 of them are the most that int64 holds.
    most = 9_223_372_036
    for tokens in (most, most + 1, 2**63 - 1):
        found = prices.price(np.zeros(2, dtype=np.int64), {"output_tokens": np.array([tokens, 1])})
        assert found.exact(0) == Fraction(tokens, 10**6)
        assert found.total() == Fraction(tokens + 1, 10**6)
    assert prices.price(np.zeros(1, dtype=int), {"output_tokens": np.array([most])}).amounts.dtype == np.int64
    assert prices.price(np.zeros(1, dtype=int), {"output_tokens": np.array([most + 1])}).amounts.dtype == object


def test_the_total_of_many_large_costs_does_not_overflow() -> None:
    prices = RateTable(("output_mtok",), [((Fraction(1), rates(output_mtok="1")),)])
    found = prices.price(np.zeros(1000, dtype=np.int64), {"output_tokens": np.full(1000, 9_000_000_000)})
    assert found.amounts.dtype == np.int64
    assert found.total() == 9_000_000


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64])
def test_counts_of_every_width_are_counts(kind: type[np.integer[Any]]) -> None:
    weighted: list[Weighted] = [((Fraction(1), GPT),)]
    usage = {
        "input_tokens": np.array([100, 127, 0], dtype=kind),
        "cache_read_tokens": np.array([1, 127, 0], dtype=kind),
        "output_tokens": np.array([0, 5, 127], dtype=kind),
    }
    assert_same(RateTable(UNITS, weighted), weighted, np.zeros(3, dtype=np.int16), usage)


def test_counts_beyond_int64_are_counted_too() -> None:
    prices = RateTable(UNITS, [((Fraction(1), {**GPT, "input_mtok": tiered("2", (200_000, "3"))}),)])
    found = prices.price(np.zeros(1, dtype=int), {"input_tokens": np.array([2**64 - 1], dtype=np.uint64)})
    assert found.exact(0) == Fraction(3 * (2**64 - 1), 10**6)


@pytest.mark.parametrize(("tokens", "dollars"), [(200_000, "0.4"), (200_001, "0.600003")])
def test_a_tier_begins_one_token_above_its_threshold(tokens: int, dollars: str) -> None:
    prices = RateTable(UNITS, [((Fraction(1), {"input_mtok": tiered("2", (200_000, "3"))}),)])
    assert prices.price(np.zeros(1, dtype=int), {"input_tokens": np.array([tokens])}).dollars(0) == Decimal(dollars)


def test_every_request_pays_its_models_fee_once() -> None:
    weighted: list[Weighted] = [((Fraction(1), rates(input_mtok="1", requests_kcount="5")),), ((Fraction(1), GPT),)]
    found = RateTable(UNITS, weighted).price(np.array([0, 1, 0]), {"input_tokens": np.array([0, 0, 10**6])})
    assert [found.dollars(row) for row in range(3)] == [Decimal("0.005"), 0, Decimal("1.005")]
    assert not found.unknown.any()


def test_a_model_without_prices_is_unknown_and_one_without_usage_is_not() -> None:
    prices = RateTable(UNITS, [(), ((Fraction(1), rates(input_mtok="1")),)])
    usage = {"input_tokens": np.array([1, 0, 5, 5]), "output_tokens": np.array([0, 0, 0, 5])}
    assert prices.price(np.array([0, 0, 1, 1]), usage).unknown.tolist() == [True, False, False, True]


def test_a_price_that_holds_in_some_hours_only_is_unknown() -> None:
    sheet = PriceSheet((Step(GPT), Step(rates(input_mtok="1"), When(hours=(dt.time(0), dt.time(12))))))
    found = RateTable(UNITS, [sheet.rates_on(DAY)]).price(
        np.zeros(2, dtype=int), {"input_tokens": np.array([5, 5]), "output_tokens": np.array([0, 5])}
    )
    assert found.unknown.tolist() == [False, True]


def test_blocks_and_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    size = 20_000
    which = np.random.default_rng(3).integers(0, len(models()), size)
    usage = drawn(3, size, COLUMNS["cached"], 300_000)
    whole = table(True).price(which, usage)
    for block, threads in ((1000, 2), (777, 3), (4096, 1)):
        monkeypatch.setattr(bills, "BLOCK", block)
        monkeypatch.setattr(bills, "THREADS", threads)
        pieces = table(True).price(which, usage)
        assert np.array_equal(pieces.amounts, whole.amounts)
        assert np.array_equal(pieces.unknown, whole.unknown)
        assert np.array_equal(pieces.rows, whole.rows)
        assert np.array_equal(pieces.rests, whole.rests)


def test_no_requests_cost_nothing() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    found = table(True).price(nothing, {"input_tokens": nothing})
    assert found.total() == 0
    assert len(found.amounts) == 0


ONE = RateTable(UNITS, [standard(GPT).rates_on(DAY)])


@pytest.mark.parametrize(
    "usage",
    [
        {"input_tokens": [5], "cache_read_tokens": [6]},
        {"input_tokens": np.array([5], dtype=np.uint8), "cache_read_tokens": np.array([6], dtype=np.uint8)},
        {"cache_read_tokens": [6]},
        {"input_tokens": [-1]},
        {"input_tokens": [2**63 - 1], "cache_read_tokens": [-1]},
        {"input_tokens": [1.5]},
        {"input_tokens": [True]},
        {"input_tokens": [1, 2]},
        {"input_tokens": 1},
    ],
)
def test_counts_that_cannot_be_are_refused(usage: Mapping[str, Any]) -> None:
    with pytest.raises(UsageError):
        ONE.price(np.zeros(1, dtype=int), {name: np.asarray(counts) for name, counts in usage.items()})


def test_a_misspelt_count_or_a_unit_that_the_table_does_not_have_is_an_error() -> None:
    one = np.ones(1, dtype=int)
    with pytest.raises(UnknownUnit):
        ONE.price(one * 0, {"imput_tokens": one})
    with pytest.raises(KeyError):
        ONE.price(one * 0, {"input_video_tokens": one, "input_tokens": one})


@pytest.mark.parametrize("model", [-1, 1, 2**31])
def test_a_model_that_is_not_in_the_table_is_an_error(model: int) -> None:
    with pytest.raises(IndexError):
        ONE.price(np.array([model]), {"input_tokens": np.array([5])})


def test_dollars_show_every_digit_and_a_hundred_where_they_do_not_end() -> None:
    sheet = PriceSheet(
        (Step(rates(output_mtok="1")), Step(rates(output_mtok="2"), When(hours=(dt.time(0), dt.time(8)))))
    )
    prices = RateTable(
        ("output_mtok",), [sheet.rates_on(DAY), ((Fraction(1), rates(output_mtok="0.123456789012345678")),)]
    )
    found = prices.price(np.array([0, 1]), {"output_tokens": np.array([10**6, 123_456_789_012])})
    assert found.exact(0) == Fraction(4, 3)
    assert found.dollars(0) == Decimal("1." + "3" * 99)
    assert found.dollars(1) == Decimal("15241.578753196160232056090136")
