"""What a move returns: the issue's own figures, examples worked by hand, and what must hold whatever the case."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from costcalc.engine import (
    AT_ONCE,
    GRADUAL,
    Case,
    DayCount,
    Move,
    OneOff,
    Overlap,
    People,
    PriceChange,
    Ramp,
    Reserve,
    Running,
    Shutdown,
    Stage,
    Terms,
    TermsError,
    Toil,
    Workload,
    charges,
    dollars,
    estimate,
    returns,
)
from costcalc.engine.worth import Payback, payback
from tests.engine.cases import CHAT, FEW, MONEY, RELAY, THIRTY, TODAY, TYPED, case, sheet, shift, typed
from tests.engine.sheets import rates, standard
from tests.engine.traffic import DAYS

MONTHS = st.integers(1, 36)
SHARES = st.decimals(0, 1, places=2)


def test_the_issues_case_returns_what_the_issue_says() -> None:
    found = returns(typed())
    # 50,000 × 30 × (1,000 × $2 + 500 × $8) / 1,000,000 = $9,000; × 1,500 × $0.42 = $945.
    assert [month.cash_cents for month in found.cash.months] == [805_500] * 12
    assert found.npv == Decimal("31830.93")
    assert found.payback.rounded == Decimal("7.45")
    assert found.roi_percent == Decimal("61.10")
    assert found.irr.percent == Decimal("158.20")
    assert found.first_year == Decimal("96660.00")
    assert found.complete
    assert found.warnings == ()


def test_the_issues_case_breaks_even_where_its_npv_is_nothing() -> None:
    found = returns(typed()).break_even
    assert dollars(found.one_off_cents) == Decimal("91830.93")
    # 9,000 a month at list less what $60,000 are over 12 months at 10 %, 60,000 / 11.40054 = 5,262.92, leaves
    # $3,737.08 for 2,250 MTok.
    assert found.price_per_mtok == Decimal("1.6609")
    assert found.volume is not None
    assert found.requests is not None
    # 60,000 / 91,830.93 of 1,500,000 requests.
    assert abs(found.volume - Fraction(6_000_000, 9_183_093)) < Fraction(1, 10**8)
    assert round(found.requests) == 980_062


def test_a_relay_that_loses_the_prompt_cache_costs_more_though_its_tokens_are_a_fifth_cheaper() -> None:
    # gpt-4.1: 1,600 × $2 + 6,400 × $0.50 + 500 × $8 = $0.0104; the relay: 8,000 × $1.60 + 500 × $6.40 = $0.0160.
    workload = Workload(Decimal(50_000), Decimal(8000), Decimal(500), cache_read_share=Decimal("0.8"))
    move = Move(workload, sheet("2", "8", "0.5"), sheet("1.6", "6.4", "0.4"), shift(cache_read_share="0"))
    before, after = charges(workload, move.baseline, TODAY), charges(move.moved, move.candidate, TODAY)
    assert sum(charge.per_request for charge in before) == Fraction("0.0104")
    assert sum(charge.per_request for charge in after) == Fraction("0.0160")
    # 1,500,000 requests a month × $0.0056.
    assert returns(case((move,), ramp=AT_ONCE)).cash.flow[1] == -840_000


# 1,000 requests a month of a million tokens, 400 of the 1,000 MTok cached:
# before 600 × $1 + 400 × $0.25 = $700, after 600 × $0.50 + 400 × $0.10 = $340: $360 saved on tokens.
CACHED = Move(
    Workload(Decimal(1000), Decimal(1_000_000), Decimal(0), per="month", cache_read_share=Decimal("0.4")),
    standard(rates(input_mtok="1", cache_read_mtok="0.25")),
    standard(rates(input_mtok="0.5", cache_read_mtok="0.1")),
)
# People: 4 × 2.5 h × $60 = $600 before, 4 × 0.5 h × $60 = $120 after; infrastructure $100 before, $250 after:
# $330 saved besides. Once: 40 h × $50 + $500 = $2,500; reserve 10 % × $3,000 = $300.
BY_HAND = case(
    (CACHED,),
    horizon_months=8,
    people=People(
        Toil(Decimal(4), Decimal("2.5"), Decimal(60)),
        Toil(Decimal(4), Decimal("0.5"), Decimal(60)),
    ),
    running=(Running("Gateway", Decimal(100), Decimal(250)),),
    one_off=(OneOff("Engineering", Decimal(40), Decimal(50)), OneOff("Fee", Decimal(1), Decimal(500))),
    ramp=Ramp((Stage(Decimal("0.5"), Decimal("0.25")), Stage(Decimal(2), Decimal(1)))),
    overlap=Overlap(Decimal(200)),
    cold_cache_share=Decimal("0.5"),
    reserve=Reserve(Decimal("0.1"), Decimal(3000)),
)


def test_every_input_together_comes_to_what_a_pocket_calculator_says() -> None:
    found = returns(BY_HAND)
    # A quarter of the traffic from the middle of month 1: an eighth of it.
    # Of 400 cached MTok, half miss while traffic is split: 200 × $0.75 = $150 more before, 200 × $0.40 = $80 after.
    # Month 1: (360 + 330) / 8 − 200 / 2 − (¾ × 150 + ¼ × 80) / 2 = 86.25 − 100 − 66.25 = −80.00
    # Month 2: 690 / 4 − 200 − (112.50 + 20) = −160.00
    # Months 3 to 8: 690.00
    assert found.cash.flow == (-280_000, -8_000, -16_000, *[69_000] * 6)
    first = found.cash.months[0]
    assert (first.token_cents, first.other_cents, first.overlap_cents) == (4_500, 4_125, 10_000)
    assert (first.cold_baseline_cents, first.cold_candidate_cents) == (5_625, 1_000)
    # −2,800 − 80 − 160 = −3,040 after month 2, 3,040 / 690 = 4.4058 months later it is back.
    assert found.payback.months == 2 + Fraction(3040, 690)
    # Nothing is discounted: 4,140 − 3,040.
    assert found.npv == Decimal("1100.00")
    # (4,140 − 240 − 2,500) / 2,500
    assert found.roi_percent == Decimal("56.00")
    assert found.cash.cumulative[-1] == 110_000


def test_discounting_goes_by_the_end_of_each_month() -> None:
    # 100 % a year: what is saved by the last day of month 12 is worth half of it today.
    last = Ramp((Stage(Decimal(11), Decimal(1)),))
    found = returns(case((Move(CHAT, TYPED, RELAY),), annual_discount_rate=Decimal(1), ramp=last))
    assert found.cash.flow == (*[0] * 12, 805_500)
    assert found.npv == Decimal("4027.50")


def test_a_shutdown_ends_the_horizon_with_that_months_share_of_days() -> None:
    end = Shutdown("gpt-4.1", dt.date(2027, 3, 16))
    found = returns(typed(shutdowns=(end,)))
    # Four whole months, then 15 of March's 31 days: 3,000 × 15/31 = 1,451.61, 6,000 × 15/31 = 2,903.23,
    # 630 × 15/31 = 304.84, 315 × 15/31 = 152.42.
    assert found.cash.flow[1:] == (*[805_500] * 4, 145_161 + 290_323 - 30_484 - 15_242)
    assert found.cash.months[-1].length == Fraction(15, 31)
    assert [warned.code for warned in found.warnings] == ["horizon_ends_at_shutdown", "payback_after_shutdown"]
    assert found.warnings[0].day == end.day


def test_the_earlier_of_two_shutdowns_counts_and_one_with_a_successor_does_not() -> None:
    march, may = dt.date(2027, 3, 1), dt.date(2027, 5, 1)
    both = (Shutdown("old", may), Shutdown("new", march))
    assert len(returns(typed(shutdowns=both)).cash.months) == 4
    assert len(returns(typed(shutdowns=(both[0], replace(both[1], successor="newer")))).cash.months) == 6
    named = tuple(replace(shutdown, successor="next") for shutdown in both)
    assert returns(typed(shutdowns=named)) == returns(typed())


def test_a_shutdown_beyond_the_horizon_changes_nothing() -> None:
    assert returns(typed(shutdowns=(Shutdown("old", dt.date(2027, 11, 1)),))) == returns(typed())


def test_a_shutdown_that_was_leaves_what_is_spent_and_no_months() -> None:
    found = returns(typed(shutdowns=(Shutdown("old", TODAY.replace(day=1)),)))
    assert found.cash.flow == (-6_000_000,)
    assert found.payback == Payback("not_within_the_horizon")
    assert found.break_even.price is None


def test_payback_within_the_months_part_goes_by_the_days_of_it() -> None:
    # $5,000 are back in the middle of what is earned between the ends of month 1 and half of month 2.
    assert payback([-1500, 1000, 1000], [Fraction(0), Fraction(1), Fraction(3, 2)]).months == Fraction(5, 4)


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        ([0, 5, 5], Payback("nothing_to_pay_back")),
        ([0, 0], Payback("nothing_to_pay_back")),
        ([-10, 5, 5], Payback("not_within_the_horizon")),
        ([-10, 20, -10], Payback("not_within_the_horizon")),
        ([-10, 20], Payback("paid_back", Fraction(1, 2))),
        # Back after half a month, lost again, and back for good in the middle of month 3.
        ([-10, 20, -15, 10], Payback("paid_back", Fraction(5, 2))),
        ([5, -10, 10], Payback("paid_back", Fraction(3, 2))),
    ],
)
def test_payback_is_when_the_sum_is_back_for_good(flow: list[int], expected: Payback) -> None:
    assert payback(flow, [Fraction(place) for place in range(len(flow))]) == expected


def test_a_price_change_holds_from_its_day_on() -> None:
    # Candidate + 10 % from March, which is month 5: 945 becomes 1,039.50.
    change = PriceChange("candidate", dt.date(2027, 3, 1), Decimal("1.1"))
    months = returns(typed(changes=(change,))).cash.months
    assert [month.candidate_cents for month in months] == [94_500] * 4 + [103_950] * 8
    assert {month.baseline_cents for month in months} == {900_000}


def test_a_price_change_within_a_month_holds_for_its_days_and_changes_multiply() -> None:
    # From 16 November, 15 of 30 days: 9,000 × (½ + ½ × 2) = 13,500; from month 3 on it is 3 × 2 times as much.
    changes = (
        PriceChange("baseline", Decimal(2), Decimal(3)),
        PriceChange("baseline", dt.date(2026, 11, 16), Decimal(2)),
    )
    months = returns(typed(changes=changes)).cash.months
    assert [month.baseline_cents for month in months[:3]] == [1_350_000, 1_800_000, 5_400_000]


def test_a_price_change_can_be_of_one_workload() -> None:
    moves = (Move(CHAT, TYPED, RELAY), Move(CHAT, TYPED, RELAY))
    change = PriceChange("candidate", Decimal(0), Decimal(2), move=1)
    assert returns(case(moves, ramp=AT_ONCE, changes=(change,))).cash.months[0].candidate_cents == 3 * 94_500


def test_the_default_ramp_is_a_tenth_then_half_then_all_of_the_traffic() -> None:
    found = returns(case((Move(CHAT, TYPED, RELAY),)))
    assert found.cash.flow[:4] == (0, 80_550, 402_750, 805_500)


def test_a_delay_moves_every_stage() -> None:
    late = returns(typed(ramp=replace(GRADUAL, delay=Decimal("1.5"))))
    assert [month.share for month in late.cash.months[:5]] == [0, Fraction(1, 20), Fraction(3, 10), Fraction(3, 4), 1]


def test_overlap_can_outlast_the_split() -> None:
    found = returns(typed(overlap=Overlap(Decimal(1000), Decimal("2.5"))))
    assert [month.overlap_cents for month in found.cash.months[:4]] == [100_000, 100_000, 50_000, 0]


def test_all_at_once_has_neither_overlap_nor_a_cold_cache() -> None:
    found = returns(replace(BY_HAND, terms=replace(BY_HAND.terms, ramp=AT_ONCE)))
    assert {month.overlap_cents + month.cold_cents for month in found.cash.months} == {0}


def test_a_unit_without_a_price_is_named_in_the_answer() -> None:
    found = returns(case((Move(CHAT, TYPED, standard(rates(input_mtok="0.42"))),)))
    assert not found.complete
    assert [(gap.side, gap.unit) for gap in found.unknown] == [("candidate", "output_mtok")]


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"horizon_months": 0}, "horizon_months"),
        ({"horizon_months": 121}, "horizon_months"),
        ({"annual_discount_rate": Decimal(-1)}, "annual_discount_rate"),
        ({"annual_discount_rate": Decimal("NaN")}, "annual_discount_rate"),
        ({"cold_cache_share": Decimal("1.1")}, "cold_cache_share"),
    ],
)
def test_terms_that_cannot_be_name_their_field(terms: dict[str, Any], field: str) -> None:
    with pytest.raises(TermsError) as wrong:
        Terms(**terms)
    assert wrong.value.field == field


def test_stages_go_forward() -> None:
    ramp = Ramp((Stage(dt.date(2027, 1, 1), Decimal("0.5")), Stage(Decimal(1), Decimal(1))))
    with pytest.raises(TermsError) as wrong:
        returns(typed(ramp=ramp))
    assert wrong.value.field == "ramp.stages.1.starts"


# What must hold whatever the case.


@given(moves=FEW, days=DAYS)
def test_a_year_at_once_is_the_estimates_twelve_months(moves: tuple[Move, ...], days: DayCount) -> None:
    found = returns(Case(moves, days, TODAY, Terms(ramp=AT_ONCE)))
    months = [(month.baseline_cents, month.candidate_cents) for month in found.cash.months]
    expected = estimate(moves, days, TODAY).months
    assert months == [(month.baseline_cents, month.candidate_cents) for month in expected]


@given(moves=FEW, months=MONTHS, rate=SHARES)
def test_swapping_the_sides_flips_the_sign(moves: tuple[Move, ...], months: int, rate: Decimal) -> None:
    same = tuple(Move(move.workload, move.baseline, move.candidate) for move in moves)
    swapped = tuple(Move(move.workload, move.candidate, move.baseline) for move in moves)
    terms: dict[str, Any] = {"horizon_months": months, "annual_discount_rate": rate}
    one, other = returns(case(same, **terms)), returns(case(swapped, **terms))
    assert one.cash.flow == tuple(-cash for cash in other.cash.flow)
    assert one.npv_cents == -other.npv_cents


@given(moves=FEW, days=DAYS, months=MONTHS)
def test_twice_the_traffic_costs_twice_as_much(moves: tuple[Move, ...], days: DayCount, months: int) -> None:
    twice = tuple(replace(m, workload=replace(m.workload, requests=2 * m.workload.requests)) for m in moves)
    terms = Terms(horizon_months=months)
    one = returns(Case(moves, days, TODAY, terms)).cash.months
    other = returns(Case(twice, days, TODAY, terms)).cash.months
    # Each line of each workload is rounded once: twice a rounded cent is off by one at most.
    lines = 8 * len(moves)
    for before, after in zip(one, other, strict=True):
        assert abs(2 * before.baseline_cents - after.baseline_cents) <= lines
        assert abs(2 * before.candidate_cents - after.candidate_cents) <= lines


@given(moves=FEW, months=MONTHS, spent=MONEY)
def test_without_a_discount_the_npv_is_the_sum(moves: tuple[Move, ...], months: int, spent: Decimal) -> None:
    found = returns(case(moves, horizon_months=months, one_off=(OneOff("Once", Decimal(1), spent),)))
    assert found.npv_cents == sum(found.cash.flow)


@given(
    requests=st.integers(0, 10**6).map(Decimal),
    months=MONTHS,
    rate=SHARES,
    delays=st.tuples(st.decimals(0, 40, places=1), st.decimals(0, 40, places=1)),
)
def test_a_later_start_never_raises_the_npv_of_a_constant_saving(
    requests: Decimal, months: int, rate: Decimal, delays: tuple[Decimal, Decimal]
) -> None:
    move = Move(replace(CHAT, requests=requests), TYPED, RELAY)
    early, late = (
        returns(
            case((move,), horizon_months=months, annual_discount_rate=rate, ramp=replace(GRADUAL, delay=delay))
        ).npv_cents
        for delay in sorted(delays)
    )
    # Each month's realised saving is rounded once.
    assert late <= early + months


@given(moves=FEW, rate=SHARES, spent=MONEY, months=st.integers(3, 24))
def test_at_the_break_even_price_and_one_off_cost_nothing_is_left(
    moves: tuple[Move, ...], rate: Decimal, spent: Decimal, months: int
) -> None:
    terms = Terms(months, rate, one_off=(OneOff("Once", Decimal(1), spent),), ramp=GRADUAL)
    found = returns(Case(moves, THIRTY, TODAY, terms)).break_even
    lines = 8 * len(moves) * months
    assume(found.price is not None and found.price < 10**6)
    assert found.price is not None
    factor = Decimal(found.price.numerator) / Decimal(found.price.denominator)
    priced = replace(terms, changes=(PriceChange("candidate", Decimal(0), factor),))
    assert abs(returns(Case(moves, THIRTY, TODAY, priced)).npv_cents) <= lines * (1 + found.price)
    if found.one_off_cents >= 0:
        once = (OneOff("Once", Decimal(1), dollars(found.one_off_cents)),)
        assert abs(returns(Case(moves, THIRTY, TODAY, replace(terms, one_off=once))).npv_cents) <= 1


@given(volume=st.integers(1, 10**5), spent=st.integers(1, 10**6))
def test_at_the_break_even_volume_nothing_is_left(volume: int, spent: int) -> None:
    move = Move(replace(CHAT, requests=Decimal(volume)), TYPED, RELAY)
    asked = case((move,), one_off=(OneOff("Once", Decimal(1), Decimal(spent)),), ramp=AT_ONCE)
    found = returns(asked).break_even
    assert found.volume is not None
    requests = Decimal(found.volume.numerator) / Decimal(found.volume.denominator) * volume
    at_it = replace(asked, moves=(Move(replace(CHAT, requests=requests), TYPED, RELAY),))
    assert abs(returns(at_it).npv_cents) <= 12 * 4 * (1 + found.volume)
