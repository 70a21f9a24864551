"""What a move saves: the issue's own figures, rounding once a line, and what must hold whatever the traffic."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from costcalc.engine import (
    DayCount,
    Estimate,
    Line,
    Move,
    PriceSheet,
    Shift,
    Step,
    Totals,
    Unpriced,
    Variant,
    When,
    Workload,
    charges,
    dollars,
    estimate,
    round_half_up,
    to_cents,
)
from tests.engine.reference import listed
from tests.engine.sheets import GPT, rates, standard, tiered
from tests.engine.traffic import DAYS, SHARES, SHIFTS, WORKLOADS

DAY = dt.date(2026, 11, 22)
THIRTY = DayCount(Fraction(30), dt.date(2026, 11, 1))
CHAT = Workload(Decimal(50_000), Decimal(1000), Decimal(500))
FREE = standard(rates(input_mtok="0", output_mtok="0"))


def sheet_of(slug: str, model_id: str) -> PriceSheet:
    return next(each.sheet for each in listed(slug) if each.model.id == model_id)


def flat(price: str) -> PriceSheet:
    return standard(rates(input_mtok=price, output_mtok=price))


def monthly(sheet: PriceSheet, workload: Workload = CHAT, days: DayCount = THIRTY) -> Decimal:
    """The baseline's first month in dollars."""
    found = estimate([Move(workload, sheet, sheet)], days, DAY)
    assert found.complete
    return dollars(found.monthly.baseline_cents)


@pytest.mark.parametrize(
    ("slug", "model_id", "month"),
    [
        ("openai", "gpt-4.1", "9000.00"),
        ("anthropic", "claude-sonnet-4-5", "15750.00"),
        ("google", "gemini-2.5-flash", "2325.00"),
    ],
)
def test_the_articles_traffic_costs_a_month_at_list_what_it_should(slug: str, model_id: str, month: str) -> None:
    assert monthly(sheet_of(slug, model_id)) == Decimal(month)


@pytest.mark.parametrize(
    ("price", "month"), [("8", "18000.00"), ("15", "33750.00"), ("2.5", "5625.00"), ("0.42", "945.00")]
)
def test_the_articles_traffic_costs_a_month_at_the_relays_flat_quote_what_it_should(price: str, month: str) -> None:
    assert monthly(flat(price)) == Decimal(month)


def test_all_of_the_articles_traffic_as_batch_costs_half_at_gpt_4_1() -> None:
    assert monthly(sheet_of("openai", "gpt-4.1"), replace(CHAT, batch_share=Decimal(1))) == Decimal("4500.00")


def test_the_articles_move_doubles_the_bill() -> None:
    found = estimate([Move(CHAT, sheet_of("openai", "gpt-4.1"), flat("8"))], THIRTY, DAY)
    assert found.monthly == Totals(900_000, 1_800_000)
    assert found.monthly.savings_cents == -900_000
    assert found.monthly.savings_percent == Decimal("-100.00")
    assert found.annual == Totals(10_800_000, 21_600_000)
    assert [(line.unit, line.baseline_cents, line.candidate_cents, line.difference_cents) for line in found.lines] == [
        ("input_mtok", 300_000, 1_200_000, 900_000),
        ("output_mtok", 600_000, 600_000, 0),
    ]


@pytest.mark.parametrize(
    ("value", "whole"),
    [("0.4999", 0), ("0.5", 1), ("1.5", 2), ("2.5", 3), ("-0.5", -1), ("-0.4999", 0), ("-1.5", -2), ("7", 7)],
)
def test_a_half_is_rounded_away_from_zero(value: str, whole: int) -> None:
    assert round_half_up(Fraction(value)) == whole


@pytest.mark.parametrize(("value", "cents"), [("0.004999999", 0), ("0.005", 1), ("0.014999", 1), ("0.015", 2)])
def test_half_a_cent_is_a_cent(value: str, cents: int) -> None:
    assert to_cents(Fraction(value)) == cents


def test_each_line_is_rounded_once_and_totals_are_sums_of_rounded_lines() -> None:
    # Half a cent of input and half a cent of output: a cent each, two together, 24 in a year.
    workload = Workload(Decimal(1), Decimal(5000), Decimal(5000), per="month")
    found = estimate([Move(workload, flat("1"), FREE)], THIRTY, DAY)
    assert [line.baseline_cents for line in found.lines] == [1, 1]
    assert found.monthly.baseline_cents == 2
    assert found.annual.baseline_cents == 24


def test_a_line_is_not_rounded_before_its_parts_are_together() -> None:
    # A third of a cent at standard and a third as batch: rounded apart they would be nothing.
    batch = Variant({"processing": "batch"}, rates(input_mtok="1"))
    workload = Workload(Decimal(1), Decimal(6667), Decimal(0), per="month", batch_share=Decimal("0.5"))
    assert monthly(standard(rates(input_mtok="1"), batch), workload) == Decimal("0.01")


def test_lines_stand_by_workload_in_the_order_of_the_units() -> None:
    cached = replace(CHAT, cache_read_share=Decimal("0.5"), reasoning_tokens=Decimal(100))
    found = estimate([Move(CHAT, standard(GPT), flat("8")), Move(cached, standard(GPT), flat("8"))], THIRTY, DAY)
    assert [(line.workload, line.unit) for line in found.lines] == [
        (0, "input_mtok"),
        (0, "output_mtok"),
        (1, "input_mtok"),
        (1, "output_mtok"),
        (1, "cache_read_mtok"),
        (1, "output_reasoning_mtok"),
    ]
    assert found.of_workload(0).baseline_cents == 900_000
    assert found.of_workload(0).baseline_cents + found.of_workload(1).baseline_cents == found.monthly.baseline_cents


@pytest.mark.parametrize(
    ("changes", "month"),
    [
        ({"per": "month"}, "300.00"),
        ({"retry_share": Decimal("0.02")}, "9180.00"),
        ({"cache_read_share": Decimal("0.5")}, "7875.00"),
        ({"reasoning_tokens": Decimal(500)}, "9000.00"),
        ({"monthly_growth": Decimal("0.5")}, "9000.00"),
        ({"requests": Decimal(0)}, "0.00"),
        ({"requests": Decimal("0.5")}, "0.09"),
        ({"input_tokens": Decimal(0), "output_tokens": Decimal(0)}, "0.00"),
    ],
)
def test_a_field_changes_the_month_as_a_pocket_calculator_says(changes: dict[str, Any], month: str) -> None:
    assert monthly(standard(GPT), replace(CHAT, **changes)) == Decimal(month)


def test_written_cache_pays_its_own_price_by_how_long_it_is_kept() -> None:
    prices = rates(input_mtok="3", cache_write_mtok="3.75", cache_write_1h_mtok="6", output_mtok="15")
    written = replace(CHAT, cache_write_share=Decimal(1))
    assert monthly(standard(prices), written) == Decimal("16875.00")
    assert monthly(standard(prices), replace(written, cache_write_ttl="1h")) == Decimal("20250.00")
    del prices["cache_write_1h_mtok"]
    assert monthly(standard(prices), replace(written, cache_write_ttl="1h")) == Decimal("16875.00")


def test_fees_and_searches_are_charged_by_the_thousand() -> None:
    prices = standard(rates(input_mtok="0", output_mtok="0", web_searches_kcount="10", requests_kcount="5"))
    searching = replace(CHAT, calls={"web_searches_kcount": Decimal("0.1")})
    assert monthly(prices, searching) == Decimal("9000.00")


def test_growth_is_compounded_by_the_month_and_each_month_is_rounded_by_the_line() -> None:
    found = estimate([Move(replace(CHAT, monthly_growth=Decimal("0.1")), standard(GPT), FREE)], THIRTY, DAY)
    expected = [
        to_cents(3000 * Fraction("1.1") ** month) + to_cents(6000 * Fraction("1.1") ** month) for month in range(12)
    ]
    assert [month.baseline_cents for month in found.months] == expected
    assert found.annual.baseline_cents == sum(expected)
    assert found.months[1].baseline_cents == 990_000


@pytest.mark.parametrize(
    ("start", "days"),
    [
        ("2026-11-01", [30, 31, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31]),
        ("2027-02-01", [28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31]),
        ("2028-02-01", [29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31]),
        ("2100-02-01", [28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31]),
    ],
)
def test_the_calendars_months_have_their_own_days_also_in_leap_years(start: str, days: list[int]) -> None:
    calendar = DayCount(None, dt.date.fromisoformat(start))
    found = estimate([Move(CHAT, standard(GPT), FREE)], calendar, DAY)
    assert [month.baseline_cents for month in found.months] == [30_000 * count for count in days]


def test_a_mean_month_makes_twelve_of_them_a_year() -> None:
    mean = DayCount(Fraction(365, 12), DAY)
    found = estimate([Move(CHAT, standard(GPT), FREE)], mean, DAY)
    assert found.monthly.baseline_cents == 912_500
    assert found.annual.baseline_cents == 10_950_000


def test_the_percentage_is_of_the_baseline_to_two_decimals_half_up_and_none_at_nothing() -> None:
    assert Totals(300, 200).savings_percent == Decimal("33.33")
    assert Totals(300, 100).savings_percent == Decimal("66.67")
    assert Totals(100_000, 99_995).savings_percent == Decimal("0.01")
    assert Totals(300, 400).savings_percent == Decimal("-33.33")
    assert Totals(0, 5).savings_percent is None
    assert Totals(0, 0).savings_percent is None


def test_a_unit_without_a_price_is_unknown_and_left_out_of_a_total_that_says_so() -> None:
    found = estimate([Move(CHAT, standard(rates(input_mtok="2")), flat("8"))], THIRTY, DAY)
    assert not found.complete
    assert found.unknown == (Unpriced("baseline", 0, "output_mtok", "standard", Fraction(1)),)
    assert found.monthly.baseline_cents == 300_000


def test_a_share_sent_to_a_variant_without_a_price_is_unknown_and_not_at_the_standard_price() -> None:
    found = estimate([Move(replace(CHAT, batch_share=Decimal("0.25")), standard(GPT), flat("8"))], THIRTY, DAY)
    assert set(found.unknown) == {
        Unpriced(side, 0, unit, "batch", Fraction(1, 4))
        for side in ("baseline", "candidate")
        for unit in ("input_mtok", "output_mtok")
    }
    assert found.monthly.baseline_cents == 675_000


def test_a_variant_that_prices_some_units_leaves_the_others_at_the_standard_price() -> None:
    batch = Variant({"processing": "batch"}, rates(input_mtok="1"))
    assert monthly(standard(GPT, batch), replace(CHAT, batch_share=Decimal(1))) == Decimal("7500.00")


def test_what_is_not_used_is_not_unknown() -> None:
    only_input = replace(CHAT, output_tokens=Decimal(0))
    assert estimate([Move(only_input, standard(rates(input_mtok="2")), FREE)], THIRTY, DAY).complete


@pytest.mark.parametrize(("tokens", "month"), [(200_000, "600000.00"), (200_001, "900004.50")])
def test_a_tier_is_chosen_by_the_input_of_a_request(tokens: int, month: str) -> None:
    sheet = standard({"input_mtok": tiered("2", (200_000, "3"))})
    assert monthly(sheet, Workload(Decimal(50_000), Decimal(tokens), Decimal(0))) == Decimal(month)


def test_a_share_of_requests_above_the_threshold_pays_the_tier_for_all_of_its_tokens() -> None:
    sheet = standard({"input_mtok": tiered("2", (200_000, "3")), "output_mtok": tiered("8", (200_000, "16"))})
    assert monthly(sheet, replace(CHAT, over_tier_share=Decimal("0.5"))) == Decimal("12750.00")
    assert monthly(sheet, replace(CHAT, over_tier_share=Decimal(0))) == Decimal("9000.00")
    assert monthly(sheet, replace(CHAT, over_tier_share=Decimal(1))) == Decimal("16500.00")


def test_the_charges_of_a_request_say_what_pays_which_price() -> None:
    batch = Variant({"processing": "batch"}, rates(input_mtok="1", output_mtok="4"))
    workload = replace(CHAT, cache_read_share=Decimal("0.4"), batch_share=Decimal("0.5"))
    found = {charge.unit: charge for charge in charges(workload, standard(GPT, batch), DAY)}
    assert [(p.share, p.price, p.billed_as, p.variant) for p in found["input_mtok"].parts] == [
        (Fraction(1, 2), Decimal(2), "input_mtok", "standard"),
        (Fraction(1, 2), Decimal(1), "input_mtok", "batch"),
    ]
    assert found["input_mtok"].quantity == 600
    assert found["input_mtok"].per_request == Fraction(9, 10_000)


def test_prices_by_the_hour_are_weighted_on_a_day_and_exact_at_a_moment() -> None:
    night = Step(rates(input_mtok="1", output_mtok="4"), When(hours=(dt.time(0), dt.time(6))))
    sheet = PriceSheet((Step(GPT), night))

    def at(moment: dt.date | dt.datetime) -> int:
        return estimate([Move(CHAT, sheet, sheet)], THIRTY, moment).monthly.baseline_cents

    assert at(DAY) == 900_000 * 3 // 4 + 450_000 // 4
    assert at(dt.datetime(2026, 11, 22, 5, 59, tzinfo=dt.UTC)) == 450_000
    assert at(dt.datetime(2026, 11, 22, 6, tzinfo=dt.UTC)) == 900_000


def test_the_candidates_side_may_cut_the_text_into_other_tokens_and_answer_at_other_length() -> None:
    shift = Shift(Decimal("1.1"), Decimal("0.5"), cache_read_share=Decimal("0.5"), retry_share=Decimal("0.1"))
    found = estimate([Move(CHAT, standard(GPT), standard(GPT), shift)], THIRTY, DAY)
    # 1,650,000 requests × (550 × $2 + 550 × $0.50 + 275 × $8) ÷ 10⁶.
    assert found.monthly == Totals(900_000, 589_875)


def test_nothing_to_move_costs_nothing() -> None:
    found = estimate([], THIRTY, DAY)
    assert found.monthly == found.annual == Totals(0, 0)
    assert found.complete
    assert found.lines == ()


PRICED = st.sampled_from(
    [
        standard(GPT),
        standard(GPT, Variant({"processing": "batch"}, rates(input_mtok="1")), Variant({"service_tier": "flex"}, GPT)),
        standard({"input_mtok": tiered("1.25", (200_000, "2.5")), "output_mtok": tiered("10", (200_000, "15"))}),
        standard(rates(input_mtok="0.123456789012345678", output_mtok="3", web_searches_kcount="10")),
        sheet_of("deepseek", "deepseek-v4-flash"),
        standard(rates(input_mtok="2")),
    ]
)


def both(workloads: Sequence[Workload], one: PriceSheet, two: PriceSheet, days: DayCount) -> tuple[Estimate, Estimate]:
    """There and back."""
    there = estimate([Move(workload, one, two) for workload in workloads], days, DAY)
    return there, estimate([Move(workload, two, one) for workload in workloads], days, DAY)


@given(workloads=st.lists(WORKLOADS, max_size=3), one=PRICED, two=PRICED, days=DAYS)
def test_swapping_the_sides_flips_the_sign(
    workloads: list[Workload], one: PriceSheet, two: PriceSheet, days: DayCount
) -> None:
    there, back = both(workloads, one, two, days)
    assert there.monthly.savings_cents == -back.monthly.savings_cents
    assert there.annual.savings_cents == -back.annual.savings_cents
    assert [line.difference_cents for line in there.lines] == [-line.difference_cents for line in back.lines]
    assert there.complete is back.complete


@given(workloads=st.lists(WORKLOADS, max_size=3), one=PRICED, two=PRICED, days=DAYS, shift=SHIFTS)
def test_totals_are_the_sums_of_what_is_shown(
    workloads: list[Workload], one: PriceSheet, two: PriceSheet, days: DayCount, shift: Shift
) -> None:
    found = estimate([Move(workload, one, two, shift) for workload in workloads], days, DAY)
    assert found.monthly.baseline_cents == sum(line.baseline_cents for line in found.lines)
    assert found.monthly.candidate_cents == sum(line.candidate_cents for line in found.lines)
    assert found.annual.baseline_cents == sum(month.baseline_cents for month in found.months)
    assert found.annual.candidate_cents == sum(month.candidate_cents for month in found.months)
    assert len(found.months) == 12
    by_workload = [found.of_workload(index) for index in range(len(workloads))]
    assert found.monthly.savings_cents == sum(totals.savings_cents for totals in by_workload)


def unrounded(line: Line) -> Fraction:
    return line.baseline.per_request * line.baseline_volume / line.baseline.quantity if line.baseline else Fraction(0)


@given(workload=WORKLOADS, sheet=PRICED, days=DAYS)
def test_twice_the_traffic_costs_exactly_twice_before_it_is_rounded(
    workload: Workload, sheet: PriceSheet, days: DayCount
) -> None:
    once = estimate([Move(workload, sheet, sheet)], days, DAY)
    twice = estimate([Move(replace(workload, requests=2 * workload.requests), sheet, sheet)], days, DAY)
    assert [unrounded(line) for line in twice.lines] == [2 * unrounded(line) for line in once.lines]


@given(workload=WORKLOADS, sheet=PRICED, days=DAYS)
def test_a_lines_cents_are_its_exact_cost_rounded_once(workload: Workload, sheet: PriceSheet, days: DayCount) -> None:
    for line in estimate([Move(workload, sheet, sheet)], days, DAY).lines:
        assert abs(unrounded(line) * 100 - line.baseline_cents) <= Fraction(1, 2)
        assert line.baseline_cents == to_cents(unrounded(line))


@given(workload=WORKLOADS, sheet=PRICED)
def test_the_shares_of_a_line_add_to_one_so_that_no_token_is_billed_twice_or_not_at_all(
    workload: Workload, sheet: PriceSheet
) -> None:
    for charge in charges(workload, sheet, DAY):
        assert sum(part.share for part in charge.parts) == 1


@given(workload=WORKLOADS, share=SHARES)
def test_reading_more_from_a_cheaper_cache_never_costs_more(workload: Workload, share: Decimal) -> None:
    assume(share <= 1 - workload.cache_write_share)
    plain = replace(workload, batch_share=Decimal(0), flex_share=Decimal(0), cache_read_share=Decimal(0))
    sheet = standard({**GPT, "web_searches_kcount": GPT["input_mtok"]})

    def cost(of: Workload) -> Fraction:
        return sum((charge.per_request for charge in charges(of, sheet, DAY)), Fraction(0))

    assert cost(replace(plain, cache_read_share=share)) <= cost(plain)
