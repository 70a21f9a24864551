"""One request and one price sheet, by example: money in literals, boundaries in pairs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal, getcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.engine import (
    MeanRate,
    Minimum,
    NoSuchVariant,
    PriceSheet,
    PricingError,
    Rate,
    Rates,
    Step,
    Tier,
    UnknownUnit,
    UsageError,
    Variant,
    When,
    averaged,
    price_request,
)
from tests.engine.reference import Listed, listed
from tests.engine.sheets import GPT, rates, standard, tiered

DAY = dt.date(2026, 11, 22)
NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def model(slug: str, model_id: str) -> Listed:
    return next(each for each in listed(slug) if each.model.id == model_id)


@pytest.mark.parametrize(
    ("usage", "dollars"),
    [
        ({}, "0"),
        ({"input_tokens": 1000, "output_tokens": 500}, "0.006"),
        ({"input_tokens": 1000, "cache_read_tokens": 400, "output_tokens": 500}, "0.0054"),
        ({"input_tokens": 1000, "cache_read_tokens": 1000}, "0.0005"),
        ({"input_tokens": 0, "output_tokens": 1}, "0.000008"),
        ({"input_tokens": Decimal("0.5")}, "0.000001"),
        ({"input_tokens": 10**30}, "2E+24"),
    ],
)
def test_a_request_costs_its_tokens_at_their_prices(usage: Mapping[str, int | Decimal], dollars: str) -> None:
    cost = price_request(GPT, usage)
    assert cost.total == Decimal(dollars)
    assert cost.complete


def test_every_token_is_billed_in_exactly_one_line() -> None:
    usage = {"input_tokens": 1000, "cache_read_tokens": 400, "output_tokens": 500, "output_reasoning_tokens": 300}
    lines = {line.unit: line for line in price_request(GPT, usage).lines}
    assert {name: line.quantity for name, line in lines.items()} == {
        "input_mtok": 600,
        "cache_read_mtok": 400,
        "output_mtok": 500,
    }
    assert lines["input_mtok"].amount == Decimal("0.0012")
    assert lines["cache_read_mtok"].amount == Decimal("0.0002")
    assert lines["output_mtok"].amount == Decimal("0.004")


@pytest.mark.parametrize(
    ("slug", "model_id", "tokens", "dollars"),
    [
        ("anthropic", "claude-sonnet-4-5", 200_000, "0.60"),
        ("anthropic", "claude-sonnet-4-5", 200_001, "1.200006"),
        ("openai", "gpt-5.4", 272_000, "0.68"),
        ("openai", "gpt-5.4", 272_001, "1.360005"),
    ],
)
def test_one_token_over_a_threshold_prices_the_whole_request_at_the_tier(
    slug: str, model_id: str, tokens: int, dollars: str
) -> None:
    sheet = model(slug, model_id).sheet
    assert price_request(sheet.rates_at(NOON), {"input_tokens": tokens}).total == Decimal(dollars)


def test_the_tier_goes_by_all_input_tokens_with_the_cached_ones_and_holds_for_output_too() -> None:
    prices = {
        "input_mtok": tiered("1", (200_000, "2")),
        "cache_read_mtok": tiered("0.1", (200_000, "0.2")),
        "output_mtok": tiered("4", (200_000, "6")),
    }
    below = {"input_tokens": 200_000, "cache_read_tokens": 199_999, "output_tokens": 10}
    above = {"input_tokens": 200_001, "cache_read_tokens": 200_000, "output_tokens": 10}
    assert price_request(prices, below).total == Decimal("0.0200409")
    assert price_request(prices, above).total == Decimal("0.040062")


def test_the_highest_tier_that_is_passed_counts() -> None:
    rate = tiered("1", (32_000, "2"), (128_000, "3"))
    found = [rate.price(tokens) for tokens in (0, 32_000, 32_001, 128_000, 128_001)]
    assert found == [Decimal(1), Decimal(1), Decimal(2), Decimal(2), Decimal(3)]
    assert rate.tier(32_000) is None
    assert rate.tier(Decimal("32000.1")) == Tier(32_000, Decimal(2))


def test_a_part_without_a_price_is_billed_at_the_closest_whole_that_has_one() -> None:
    prices = rates(input_mtok="2", cache_write_mtok="3", output_mtok="8")
    usage = {"input_tokens": 100, "cache_write_tokens": 60, "cache_write_1h_tokens": 60}
    lines = {line.unit: line.quantity for line in price_request(prices, usage).lines}
    assert lines == {"input_mtok": 40, "cache_write_mtok": 60, "output_mtok": 0}


@pytest.mark.parametrize(
    ("prices", "usage", "unknown"),
    [
        (rates(input_mtok="2"), {"input_tokens": 5, "output_tokens": 5}, ("output_mtok",)),
        (rates(input_mtok="2"), {"input_tokens": 5, "output_tokens": 0}, ()),
        ({}, {"input_tokens": 5, "cache_read_tokens": 5}, ("cache_read_mtok",)),
        ({}, {"input_tokens": 6, "cache_read_tokens": 5}, ("input_mtok", "cache_read_mtok")),
        (GPT, {"web_searches": 1}, ("web_searches_kcount",)),
        (rates(output_mtok="8"), {"output_tokens": 9, "output_reasoning_tokens": 4}, ()),
    ],
)
def test_a_unit_in_use_without_a_price_is_unknown_by_name_and_never_free(
    prices: Rates, usage: Mapping[str, int], unknown: tuple[str, ...]
) -> None:
    cost = price_request(prices, usage)
    assert cost.unknown == unknown
    assert cost.complete is (unknown == ())


def test_a_fee_is_charged_once_for_each_request() -> None:
    prices = rates(input_mtok="1", requests_kcount="5")
    assert price_request(prices, {"input_tokens": 1_000_000}).total == Decimal("1.005")
    assert price_request(prices, {"requests": 7}).total == Decimal("0.005")


@pytest.mark.parametrize(("seconds", "billed"), [(0, 0), (1, 10), (10, 10), (11, 11)])
def test_ten_seconds_of_audio_are_the_least_that_is_billed_where_there_is_a_minimum(seconds: int, billed: int) -> None:
    least = (Minimum(("audio_seconds", "input_audio_seconds"), 10),)
    cost = price_request(rates(audio_hours="3600"), {"audio_seconds": seconds}, least)
    assert cost.total == Decimal(billed)


@pytest.mark.parametrize(
    "usage",
    [
        {"input_tokens": 5, "cache_read_tokens": 6},
        {"cache_read_tokens": 6},
        {"input_tokens": -1},
        {"output_tokens": Decimal("NaN")},
        {"output_tokens": Decimal("Infinity")},
        {"output_tokens": Decimal("-0.1")},
    ],
)
def test_counts_that_cannot_be_are_refused(usage: Mapping[str, int | Decimal]) -> None:
    with pytest.raises(UsageError):
        price_request(GPT, usage)


@pytest.mark.parametrize("name", ["input_token", "inputs", "input_mtok", "Input_tokens", ""])
def test_a_misspelt_count_is_an_error_and_never_free(name: str) -> None:
    with pytest.raises(UnknownUnit) as caught:
        price_request(GPT, {name: 5})
    assert caught.value.name == name


@pytest.mark.parametrize("name", ["input_tokens", "imput_mtok", "cache_read", ""])
def test_a_misspelt_unit_in_a_price_sheet_is_an_error(name: str) -> None:
    with pytest.raises(UnknownUnit):
        standard({name: Rate(Decimal(1))})
    with pytest.raises(UnknownUnit):
        standard(GPT, Variant({"processing": "batch"}, {name: Rate(Decimal(1))}))


@pytest.mark.parametrize("price", ["-1", "-0.000000001", "NaN", "Infinity"])
def test_a_price_is_a_finite_number_of_dollars_and_not_negative(price: str) -> None:
    with pytest.raises(PricingError):
        Rate(Decimal(price))
    with pytest.raises(PricingError):
        tiered("1", (200_000, price))


def test_tiers_go_from_the_lowest_threshold_to_the_highest() -> None:
    with pytest.raises(PricingError):
        tiered("1", (128_000, "2"), (32_000, "3"))


def test_the_callers_own_decimal_context_does_not_change_a_cost() -> None:
    usage = {"input_tokens": Decimal("123456789.123456789"), "cache_read_tokens": Decimal("1.000000001")}
    before = price_request(GPT, usage).total
    own = getcontext().prec
    getcontext().prec = 4
    try:
        assert price_request(GPT, usage).total == before == Decimal("246.9135767469135765")
    finally:
        getcontext().prec = own


BATCH = Variant({"processing": "batch"}, rates(input_mtok="1", output_mtok="4"))
FLEX = Variant({"service_tier": "flex"}, rates(input_mtok="1.5"))


def test_a_variant_overrides_single_units_and_leaves_the_others_standard() -> None:
    found = standard(GPT, BATCH).rates_at(NOON, {"processing": "batch"})
    assert {name: rate.base for name, rate in found.items()} == {
        "input_mtok": Decimal(1),
        "cache_read_mtok": Decimal("0.5"),
        "output_mtok": Decimal(4),
    }


def test_of_two_variants_that_apply_the_first_names_the_price() -> None:
    found = standard(GPT, BATCH, FLEX).rates_at(NOON, {"processing": "batch", "service_tier": "flex"})
    assert found["input_mtok"].base == Decimal(1)
    found = standard(GPT, FLEX, BATCH).rates_at(NOON, {"processing": "batch", "service_tier": "flex"})
    assert found["input_mtok"].base == Decimal("1.5")


@pytest.mark.parametrize(
    "context",
    [
        {"processing": "Batch"},
        {"procesing": "batch"},
        {"service_tier": "priority"},
        {"processing": "batch", "region": "eu"},
    ],
)
def test_a_misspelt_or_absent_variant_is_an_error_and_never_the_standard_price(context: Mapping[str, str]) -> None:
    sheet = standard(GPT, BATCH)
    with pytest.raises(NoSuchVariant) as caught:
        sheet.rates_at(NOON, context)
    assert caught.value.context == context
    with pytest.raises(NoSuchVariant):
        sheet.rates_on(DAY, context)


def test_a_variant_that_is_not_yet_in_force_is_no_variant() -> None:
    later = Variant({"processing": "batch"}, rates(input_mtok="1"), When(starts_on=DAY))
    sheet = standard(GPT, later)
    midnight = dt.datetime.combine(DAY, dt.time(), dt.UTC)
    assert sheet.rates_at(midnight, {"processing": "batch"})["input_mtok"].base == Decimal(1)
    with pytest.raises(NoSuchVariant):
        sheet.rates_at(midnight - dt.timedelta(microseconds=1), {"processing": "batch"})


def test_a_dated_price_holds_from_its_first_midnight_in_utc_up_to_its_end() -> None:
    when = When(starts_on=DAY, ends_on=DAY + dt.timedelta(days=1))
    sheet = PriceSheet((Step(GPT), Step(rates(input_mtok="3"), when)))
    saigon = dt.timezone(dt.timedelta(hours=7))
    first = dt.datetime(2026, 11, 22, 7, tzinfo=saigon)
    held = [sheet.rates_at(moment)["input_mtok"].base for moment in (first - dt.timedelta(seconds=1), first)]
    assert held == [Decimal(2), Decimal(3)]
    # A naive moment is UTC.
    last = dt.datetime(2026, 11, 23, tzinfo=dt.UTC).replace(tzinfo=None)
    held = [sheet.rates_at(moment)["input_mtok"].base for moment in (last - dt.timedelta(microseconds=1), last)]
    assert held == [Decimal(3), Decimal(2)]


@pytest.mark.parametrize(
    ("hours", "inside", "outside"),
    [
        (("01:00", "04:00"), ["01:00", "03:59:59.999999"], ["00:59:59.999999", "04:00"]),
        (("16:30", "00:30"), ["16:30", "23:59", "00:00", "00:29:59"], ["00:30", "16:29:59"]),
    ],
)
def test_hours_of_the_day_include_their_start_and_not_their_end_also_over_midnight(
    hours: tuple[str, str], inside: list[str], outside: list[str]
) -> None:
    when = When(hours=(dt.time.fromisoformat(hours[0]), dt.time.fromisoformat(hours[1])))
    moments = {text: dt.datetime.combine(DAY, dt.time.fromisoformat(text), dt.UTC) for text in inside + outside}
    assert [text for text, moment in moments.items() if when.holds(moment)] == inside


def test_without_a_step_in_force_the_first_one_speaks_as_in_genai_prices() -> None:
    sheet = PriceSheet((Step(GPT, When(starts_on=DAY)), Step(rates(input_mtok="9"), When(starts_on=DAY))))
    assert sheet.rates_at(NOON)["input_mtok"].base == Decimal(9)
    assert sheet.rates_at(NOON - dt.timedelta(days=2))["input_mtok"].base == Decimal(2)


def test_an_empty_sheet_prices_nothing() -> None:
    sheet = PriceSheet(())
    assert sheet.rates_at(NOON) == {}
    assert sheet.rates_on(DAY) == ((Fraction(1), {}),)
    assert sheet.units == ()


def test_changes_ahead_are_the_days_on_which_a_standard_price_changes() -> None:
    after = dt.date(2027, 1, 1)
    sheet = PriceSheet((Step(GPT), Step(GPT, When(starts_on=DAY, ends_on=after))))
    assert sheet.changes_after(DAY - dt.timedelta(days=1)) == (DAY, after)
    assert sheet.changes_after(DAY) == (after,)
    assert sheet.changes_after(after) == ()


def test_a_day_of_hourly_prices_is_the_mean_over_its_24_hours() -> None:
    sheet = model("deepseek", "deepseek-v4-flash").sheet
    hourly = [sheet.rates_at(dt.datetime.combine(DAY, dt.time(hour), dt.UTC)) for hour in range(24)]
    mean = averaged(sheet.rates_on(DAY))
    for unit in sheet.units:
        assert mean[unit].base == sum(Fraction(prices[unit].base) for prices in hourly) / 24
    # 17 hours at $0.15 and 7 at $0.30.
    assert mean["input_mtok"] == MeanRate(Fraction(15 * 17 + 30 * 7, 24 * 100))


def test_a_day_without_hours_is_one_price() -> None:
    assert standard(GPT).rates_on(DAY) == ((Fraction(1), GPT),)


def test_a_unit_that_is_unpriced_at_some_hour_has_no_mean() -> None:
    night = Step(rates(input_mtok="1"), When(hours=(dt.time(0), dt.time(6))))
    mean = averaged(PriceSheet((Step(GPT), night)).rates_on(DAY))
    assert mean == {"input_mtok": MeanRate(Fraction(7, 4))}


def test_a_mean_keeps_the_tiers_of_every_hour() -> None:
    night = Step({"input_mtok": tiered("1", (100, "3"))}, When(hours=(dt.time(0), dt.time(12))))
    day = Step({"input_mtok": tiered("2", (200, "5"))})
    mean = averaged(PriceSheet((day, night)).rates_on(DAY))["input_mtok"]
    assert mean == MeanRate(Fraction(3, 2), ((100, Fraction(5, 2)), (200, Fraction(4))))


TIMES = st.times()
SPANS = st.lists(st.tuples(TIMES, TIMES), max_size=4)


@given(spans=SPANS)
def test_the_shares_of_a_day_add_to_one_whatever_the_hours(spans: list[tuple[dt.time, dt.time]]) -> None:
    nights = [Step(rates(input_mtok=str(number)), When(hours=span)) for number, span in enumerate(spans)]
    weighted = PriceSheet((Step(GPT), *nights)).rates_on(DAY)
    assert sum(share for share, _ in weighted) == 1
    assert all(share > 0 for share, _ in weighted)


@given(spans=SPANS, time=TIMES)
def test_every_moment_of_a_day_has_one_of_the_days_prices(spans: list[tuple[dt.time, dt.time]], time: dt.time) -> None:
    nights = [Step(rates(input_mtok=str(number)), When(hours=span)) for number, span in enumerate(spans)]
    sheet = PriceSheet((Step(GPT), *nights))
    at_once = sheet.rates_at(dt.datetime.combine(DAY, time, dt.UTC))
    assert at_once in [prices for _, prices in sheet.rates_on(DAY)]
