from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.engine import (
    BillImplies,
    Bound,
    Claim,
    ClaimedPrice,
    ClaimedTraffic,
    CreditTerms,
    DayAsMonth,
    FigureOff,
    FlatPrice,
    NotListPrice,
    Pair,
    PercentIsRate,
    PercentOff,
    PricingError,
    TokenPrices,
    check,
    gaps,
    quoted,
    readings,
)
from tests.engine.claims import ARTICLE, GPT, TRAFFIC, prices

TERMS = CreditTerms(Decimal(1), Fraction(71, 10))
AMOUNT = st.decimals(min_value=Decimal("0.01"), max_value=1000, places=2)
COUNT = st.integers(min_value=1, max_value=100_000).map(Decimal)


def of_kind(claim: Claim, kind: type) -> list[object]:
    return [found for found in check(claim) if isinstance(found, kind)]


def test_a_day_of_the_article_is_sold_as_a_month() -> None:
    # 50,000 × 1,500 = 75 MTok a day; × $60 = $4,500; × 30 = $135,000 a month. The same for $8.
    assert of_kind(ARTICLE, DayAsMonth) == [
        DayAsMonth("before", Decimal(4500), 450_000, 13_500_000),
        DayAsMonth("after", Decimal(600), 60_000, 1_800_000),
        DayAsMonth("saving", Decimal(3900), 390_000, 11_700_000),
        DayAsMonth("year", Decimal(46800), 4_680_000, 140_400_000, 12),
    ]


def test_the_inflated_baseline_has_a_factor_for_each_model() -> None:
    # gpt-4.1 at 1,000 in and 500 out: (2 × 1,000 + 8 × 500) ÷ 1,500 = $4.00; 60 ÷ 4 = 15.0, 60 ÷ 8 = 7.5.
    found = of_kind(ARTICLE, NotListPrice)
    factors = {one.model: (one.blended, one.factor, one.to_output) for one in found if isinstance(one, NotListPrice)}
    assert factors == {
        "gpt-4.1": (Fraction(4), Fraction(15), Fraction(15, 2)),
        # (3 × 1,000 + 15 × 500) ÷ 1,500 = 7; 90 ÷ 7
        "claude-sonnet-4-5": (Fraction(7), Fraction(90, 7), Fraction(6)),
        # (0.3 × 1,000 + 2.5 × 500) ÷ 1,500 = 31/30; 17.5 ÷ 31/30
        "gemini-2.5-flash": (Fraction(31, 30), Fraction(525, 31), Fraction(7)),
        # (0.28 × 1,000 + 0.42 × 500) ÷ 1,500 = 49/150; 2.8 ÷ 49/150
        "deepseek-chat": (Fraction(49, 150), Fraction(60, 7), Fraction(20, 3)),
    }


def test_one_flat_price_that_is_the_list_s_output_price_is_seen_for_each_model() -> None:
    found = [one for one in check(ARTICLE) if isinstance(one, FlatPrice)]
    assert [(one.price, one.is_output) for one in found] == [
        (Fraction(8), True),
        (Fraction(15), True),
        (Fraction(5, 2), True),
        (Fraction(21, 50), True),
    ]


def test_the_headline_misses_one_row_and_the_bill() -> None:
    found = [one for one in check(ARTICLE) if isinstance(one, PercentOff)]
    # 1 − 15 ÷ 90 = 83.3 %, 1 − 680 ÷ 4,200 = 83.8 %; the others are 86.7, 85.7, 85.0.
    assert [(one.place, one.model, one.computed) for one in found] == [
        ("prices", "claude-sonnet-4-5", Fraction(5, 6)),
        ("bills", "", Fraction(88, 105)),
    ]


def test_the_headline_is_the_exchange_rate_in_disguise() -> None:
    assert of_kind(ARTICLE, PercentIsRate) == [PercentIsRate(Decimal(85), Fraction(10, 71))]
    assert of_kind(replace(ARTICLE, credit=Fraction(1, 7)), PercentIsRate) == [
        PercentIsRate(Decimal(85), Fraction(1, 7))
    ]
    assert of_kind(replace(ARTICLE, credit=Fraction(1, 5)), PercentIsRate) == []


def test_the_bill_implies_a_price_that_is_in_no_table() -> None:
    # 4,200 ÷ 2,250 MTok = $1.8667, 680 ÷ 2,250 = $0.3022.
    assert of_kind(ARTICLE, BillImplies) == [
        BillImplies("before", Decimal(4200), Fraction(2_250_000_000), Fraction(28, 15)),
        BillImplies("after", Decimal(680), Fraction(2_250_000_000), Fraction(68, 225)),
    ]


def test_a_bill_that_is_a_price_of_the_table_is_no_finding() -> None:
    fair = replace(ARTICLE, bills=Pair(before=Decimal(9000), after=Decimal(18000)))
    assert of_kind(fair, BillImplies) == []


def test_an_honest_claim_has_no_findings() -> None:
    # 100,000 requests a month of 2,000 in and 500 out at 3 / 15: 600 + 750 = $1,350; at 1.5 / 7.5 half of it.
    honest = Claim(
        prices=(ClaimedPrice("m", prices("3 15"), prices("3 15"), prices("1.5 7.5"), Decimal(50)),),
        traffic=ClaimedTraffic(Decimal(100_000), Decimal(2000), Decimal(500), per="month"),
        figures=Pair(Decimal(1350), Decimal(675), Decimal(675), Decimal(8100), Decimal(50)),
        bills=Pair(before=Decimal(1350), after=Decimal(675)),
        percent=Decimal(50),
    )
    assert check(honest) == ()


def test_sums_that_do_not_add_up_are_told_apart_from_a_day_sold_as_a_month() -> None:
    figures = Pair(Decimal(135_000), Decimal(18_000), Decimal(120_000), Decimal(1_404_000))
    found = of_kind(replace(ARTICLE, figures=figures), FigureOff)
    assert found == [
        FigureOff("figures.saving", Decimal(120_000), 11_700_000, from_prices=False),
        FigureOff("figures.year", Decimal(1_404_000), 144_000_000, from_prices=False),
        FigureOff("saving", Decimal(120_000), 11_700_000, from_prices=True),
    ]


def test_a_month_that_is_given_as_a_month_is_not_a_day() -> None:
    monthly = replace(ARTICLE, traffic=replace(TRAFFIC, requests=Decimal(1_500_000), per="month"))
    assert check(monthly) == check(ARTICLE)


@pytest.mark.parametrize(
    ("percent", "bound", "misses"),
    [
        ("87", "", 0),
        ("86", "", 1),
        ("86.7", "", 0),
        ("86.6", "", 1),
        ("86", "least", 0),
        ("87", "least", 1),
        ("87", "most", 0),
        ("90", "most", 1),
        ("80", "most", 0),
    ],
)
def test_a_percentage_is_compared_as_it_was_rounded(percent: str, bound: Bound, misses: int) -> None:
    price = replace(GPT, percent=None)
    claim = Claim((price,), TRAFFIC, percent=Decimal(percent), bound=bound)
    assert len(of_kind(claim, PercentOff)) == misses


def test_what_was_not_stated_is_not_checked_and_said() -> None:
    assert check(Claim()) == ()
    assert gaps(Claim()) == ("prices", "tokens", "mix")
    bare = Claim((ClaimedPrice("m", baseline=prices("60"), offer=prices("8")),), percent=Decimal(85))
    assert [type(one) for one in check(bare)] == [PercentOff]
    assert gaps(bare) == ("list", "tokens", "mix")


def test_without_a_mix_the_factor_is_to_the_output_price_alone() -> None:
    found = of_kind(Claim((GPT,)), NotListPrice)
    assert found == [NotListPrice("gpt-4.1", prices("60"), prices("2 8"), None, None, Fraction(15, 2))]


@pytest.mark.parametrize("baseline", ["2 8", "8", "2", "4"])
def test_a_baseline_that_is_a_list_price_in_some_way_is_none(baseline: str) -> None:
    assert of_kind(replace(ARTICLE, prices=(replace(GPT, baseline=prices(baseline)),)), NotListPrice) == []


def test_the_three_readings_of_the_article_s_offer() -> None:
    # flat 2,250 × 8; input 1,500 × 2 + output 750 × 8; list 9,000 ÷ 7.1 = 1,267.61.
    found = readings(GPT, TRAFFIC, TERMS)
    assert [(one.name, one.month) for one in found] == [("flat", 1_800_000), ("output", 900_000), ("credits", 126_761)]
    assert [one.saved(900_000) for one in found[:2]] == [-1, 0]


def test_an_offer_without_a_list_price_has_one_reading_and_two_unknown() -> None:
    unlisted = replace(GPT, listed=TokenPrices())
    assert [one.month for one in readings(unlisted, TRAFFIC, TERMS)] == [1_800_000, None, None]
    assert readings(GPT, TRAFFIC, None)[2].month is None


def test_the_terms_of_credits_cost() -> None:
    # 9,000 × 1 ÷ 7.1 × 1.02 × 1.03 = 1,331.75; 500 free: 8,500 in the first month, 1,257.76.
    dear = replace(TERMS, fee=Decimal("0.03"), spread=Decimal("0.02"), free=Decimal(500))
    assert readings(GPT, TRAFFIC, dear)[2].month == 133_175
    assert readings(GPT, TRAFFIC, dear)[2].first == 125_776
    # 20,000 at least, dead after 30 days: 20,000 a month; dead after 60: 10,000; after 90 the need of 9,000 is more.
    least = replace(TERMS, least=Decimal(20_000))
    assert readings(GPT, TRAFFIC, least)[2].month == 126_761
    assert readings(GPT, TRAFFIC, least)[2].first == 281_690
    for days, month in ((30, 281_690), (60, 140_845), (90, 126_761)):
        assert readings(GPT, TRAFFIC, replace(least, expires=Decimal(days)))[2].month == month


@pytest.mark.parametrize("wrong", [{"per_dollar": Fraction(0)}, {"expires": Decimal(0)}])
def test_terms_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(PricingError):
        replace(TERMS, **wrong)


@given(AMOUNT, AMOUNT, COUNT, COUNT, COUNT)
def test_a_factor_times_the_blended_list_price_is_the_quote(
    before: Decimal, after: Decimal, requests: Decimal, went_in: Decimal, came_out: Decimal
) -> None:
    price = ClaimedPrice("m", quoted(before, after), prices("5000"), prices("1"))
    found = of_kind(Claim((price,), ClaimedTraffic(requests, went_in, came_out)), NotListPrice)
    assert len(found) == 1
    assert isinstance(found[0], NotListPrice)
    assert found[0].factor is not None
    assert found[0].blended is not None
    assert min(before, after) <= found[0].blended <= max(before, after)
    assert found[0].factor * found[0].blended == 5000


@given(AMOUNT, COUNT, COUNT, COUNT)
def test_flat_and_output_readings_differ_by_the_input_alone(
    offer: Decimal, requests: Decimal, went_in: Decimal, came_out: Decimal
) -> None:
    price = ClaimedPrice("m", quoted(offer, offer * 2), TokenPrices(), quoted(offer))
    flat, output, _ = readings(price, ClaimedTraffic(requests, went_in, came_out), None)
    # Input at list is the offer's own price here: the two readings are one.
    assert flat.month == output.month


@given(
    st.decimals(min_value=0, max_value=1, places=4),
    st.decimals(min_value=0, max_value=1, places=4),
    st.integers(min_value=0, max_value=50_000).map(Decimal),
    st.integers(min_value=1, max_value=400).map(Decimal),
)
def test_fees_spreads_minimums_and_expiry_never_make_credits_cheaper(
    fee: Decimal, spread: Decimal, least: Decimal, expires: Decimal
) -> None:
    plain = readings(GPT, TRAFFIC, TERMS)[2]
    dear = readings(GPT, TRAFFIC, replace(TERMS, fee=fee, spread=spread, least=least, expires=expires))[2]
    assert plain.month is not None
    assert dear.month is not None
    assert dear.month >= plain.month


@given(COUNT, COUNT, COUNT, AMOUNT, AMOUNT)
def test_what_is_computed_is_never_a_finding(
    requests: Decimal, went_in: Decimal, came_out: Decimal, before: Decimal, after: Decimal
) -> None:
    traffic = ClaimedTraffic(requests, went_in, came_out)
    price = ClaimedPrice("m", baseline=quoted(before), offer=quoted(after))
    months = [traffic.month(quoted(one)) for one in (before, after)]
    sums = [Decimal(cents).scaleb(-2) for cents in months if cents is not None]
    figures = Pair(sums[0], sums[1], sums[0] - sums[1], (sums[0] - sums[1]) * 12)
    assert of_kind(Claim((price,), traffic, figures), FigureOff) == []
    assert of_kind(Claim((price,), traffic, figures), DayAsMonth) == []
