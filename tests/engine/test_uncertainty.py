"""How sure a return is: spreads that can be computed beforehand, the tornado by the exact engine, bundles."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given

from costcalc.engine import (
    Case,
    Move,
    Range,
    Spread,
    Uncertain,
    base_of,
    bundles,
    returns,
    seed_of,
    simulate,
    tornado,
    traffic_together,
    with_values,
)
from tests.engine.cases import CHAT, RELAY, TYPED, typed
from tests.engine.uncertain import uncertain

REQUESTS = Range("moves.0.workload.requests", Decimal(40_000), Decimal(70_000))
ONCE = Range("terms.one_off.0.price", Decimal(50_000), Decimal(120_000))
RATE = Range("terms.annual_discount_rate", Decimal("0.05"), Decimal("0.2"))
SEED = seed_of("the issue's case")


def npv_at(case: Case, **values: str) -> int:
    """The exact engine's NPV with other values in place of some: `__` stands for a point."""
    put = {path.replace("__", "."): Decimal(value) for path, value in values.items()}
    return returns(with_values(case, put)).npv_cents


def test_p10_p50_and_p90_of_one_input_are_the_npv_at_its_low_base_and_high() -> None:
    found = simulate(typed(), Uncertain((REQUESTS,)), SEED)
    low, base, high = (npv_at(typed(), moves__0__workload__requests=value) for value in ("40000", "50000", "70000"))
    # A quantile of 10,000 draws is off by a hundredth of the way at most, here of some $37,000.
    assert found.npv.p10_cents == pytest.approx(low, abs=80_000)
    assert found.npv.p50_cents == pytest.approx(base, abs=100_000)
    assert found.npv.p90_cents == pytest.approx(high, abs=160_000)
    assert found.draws == 10_000


def test_the_probability_of_loss_is_the_share_of_draws_below_nothing() -> None:
    # 60,000 spent against 91,830.93: on the way from P50 = 60,000 to P90 = 120,000, 0.5 + 0.4 × 31,830.93 / 60,000
    # of all is below.
    found = simulate(typed(), Uncertain((ONCE,)), SEED)
    assert float(found.loss) == pytest.approx(1 - (0.5 + 0.4 * 31_830.93 / 60_000), abs=0.015)
    assert simulate(typed("1000"), Uncertain((REQUESTS,)), SEED).loss == 0
    assert simulate(typed("900000"), Uncertain((REQUESTS,)), SEED).loss == 1


def test_without_uncertain_inputs_every_draw_is_the_return() -> None:
    found = simulate(typed(), Uncertain(()), SEED, draws=11)
    assert found.npv == Spread(3_183_093, 3_183_093, 3_183_093)
    assert found.first_year.p50_cents == 9_666_000
    assert found.loss == 0
    assert [spread.p90_cents for spread in found.cumulative] == list(returns(typed()).cash.cumulative)


def test_the_same_scenario_has_the_same_result_for_ever() -> None:
    # Written down: another machine, another day or another block size must not change a cent of it.
    found = simulate(typed(), Uncertain((REQUESTS, ONCE, RATE)), SEED)
    assert found.npv == Spread(-2_760_116, 2_429_191, 6_674_570)
    assert found.first_year == Spread(7_725_523, 9_711_240, 13_593_070)
    assert found.loss == Decimal("0.2492")


def test_workloads_that_move_together_spread_wider() -> None:
    case = typed()
    case = replace(case, moves=tuple(Move(replace(CHAT, name=name), TYPED, RELAY) for name in "abc"))
    paths = [f"moves.{index}.workload.requests" for index in range(3)]
    ranges = tuple(Range(path, Decimal(30_000), Decimal(70_000)) for path in paths)

    def width(correlation: str) -> int:
        together = (traffic_together(case, Decimal(correlation)),)
        found = simulate(case, Uncertain(ranges, together), SEED).first_year
        return found.p90_cents - found.p10_cents

    # Each is even between 25,000 and 75,000. As one they spread by three times 40,000; apart, by the sum of three even
    # numbers, of which a tenth is below 0.6^⅓ and above 3 − 0.6^⅓: by (3 − 2 × 0.8434) × 50,000.
    alone, half, one = width("0"), width("0.5"), width("1")
    assert alone < half < one
    assert one == pytest.approx(3 * 40_000 / 50_000 * 9_666_000, rel=0.02)
    assert alone == pytest.approx((3 - 2 * 0.6 ** (1 / 3)) * 9_666_000, rel=0.04)


@given(asked=uncertain())
def test_the_tornado_is_the_exact_engines_npv_at_each_end(asked: tuple[Case, tuple[Range, ...]]) -> None:
    case, ranges = asked
    swings = tornado(case, ranges)
    assert sorted(swing.range.path for swing in swings) == sorted(each.path for each in ranges)
    assert [swing.cents for swing in swings] == sorted((swing.cents for swing in swings), reverse=True)
    ramp = any(each.path.startswith(("terms.ramp.", "terms.overlap.months")) for each in ranges)
    doubt = 2 * case.terms.horizon_months if ramp else 0
    for swing in swings:
        for value, cents in ((swing.range.low, swing.low_cents), (swing.range.high, swing.high_cents)):
            exact = returns(with_values(case, {swing.range.path: value})).npv_cents
            # A present value that is a half cent in fifty digits may be either in a float.
            assert abs(cents - exact) <= 1 + doubt


def test_the_tornado_of_the_issues_case_is_ranked_by_swing() -> None:
    swings = tornado(typed(), (RATE, REQUESTS, ONCE))
    assert [swing.range.path for swing in swings] == [ONCE.path, REQUESTS.path, RATE.path]
    # One-off cost: 91,830.93 − 50,000 and − 120,000.
    assert (swings[0].low_cents, swings[0].high_cents) == (4_183_093, -2_816_907)
    assert swings[0].base == 60_000
    assert tornado(typed(), ()) == ()


def test_best_and_worst_are_every_inputs_better_and_worse_end() -> None:
    best, base, worst = bundles(typed(), tornado(typed(), (RATE, REQUESTS, ONCE)))
    assert dict(best.values) == {ONCE.path: ONCE.low, REQUESTS.path: REQUESTS.high, RATE.path: RATE.low}
    assert dict(worst.values) == {ONCE.path: ONCE.high, REQUESTS.path: REQUESTS.low, RATE.path: RATE.high}
    assert dict(base.values) == {each.path: base_of(typed(), each.path) for each in (RATE, REQUESTS, ONCE)}
    assert base.case == typed()
    # 8,055 × 70,000 / 50,000 a month at 5 %, less 50,000; × 40,000 / 50,000 at 20 %, less 120,000.
    assert returns(best.case).npv_cents == npv_at(best.case)
    assert returns(best.case).npv > returns(base.case).npv > returns(worst.case).npv
    assert returns(worst.case).cash.flow[:2] == (-12_000_000, 644_400)
