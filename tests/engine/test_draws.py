"""Random values: read as P10, P50 and P90, moving together as asked, and the same on every run."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from math import asin, pi
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.engine import Range, TermsError, Together, base_of, seed_of, with_values
from costcalc.engine.draws import Floats, drawn, normal_chance, quantiles
from costcalc.engine.ranges import checked
from tests.engine.cases import typed
from tests.engine.test_returns import BY_HAND

CASE = typed(cold_cache_share=Decimal("0.3"))
REQUESTS, OUTPUT = "moves.0.workload.requests", "moves.0.workload.output_tokens"
VOLUME = Range(REQUESTS, Decimal(40_000), Decimal(80_000))
LENGTH = Range(OUTPUT, Decimal(400), Decimal(700))
MANY = 20_000


def rank_correlation(one: Floats, other: Floats) -> float:
    ranks = (np.argsort(np.argsort(column)).astype(float) for column in (one, other))
    return float(np.corrcoef(next(ranks), next(ranks))[0, 1])


def test_the_quantile_function_goes_straight_through_its_three_points_and_on() -> None:
    chances = np.array([0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0])
    # 10,000 on 0.4 below the base, 30,000 on 0.4 above it.
    expected = [37_500, 40_000, 45_000, 50_000, 65_000, 80_000, 87_500]
    assert quantiles(CASE, VOLUME, chances) == pytest.approx(expected)


def test_tails_end_at_the_fields_bounds() -> None:
    share = Range("terms.cold_cache_share", Decimal("0.05"), Decimal(1))
    assert quantiles(CASE, share, np.array([0.0, 1.0])).tolist() == [0.0, 1.0]
    assert quantiles(CASE, Range(REQUESTS, Decimal(0), Decimal(50_000)), np.array([0.0])).tolist() == [0.0]


def test_a_range_without_width_is_its_base() -> None:
    exact = Range(REQUESTS, Decimal(50_000), Decimal(50_000))
    assert set(drawn(CASE, [exact], (), 1, 100)[REQUESTS].tolist()) == {50_000.0}


def test_one_draw_in_ten_is_below_low_and_one_in_ten_above_high() -> None:
    for together in ((), (Together((REQUESTS, OUTPUT), Decimal("0.7")),)):
        found = drawn(CASE, [LENGTH, VOLUME], together, 1, MANY)[REQUESTS]
        # Four standard deviations of a share of 20,000: 0.0085.
        assert np.mean(found < 40_000) == pytest.approx(0.1, abs=0.0085)
        assert np.mean(found < 50_000) == pytest.approx(0.5, abs=0.0142)
        assert np.mean(found > 80_000) == pytest.approx(0.1, abs=0.0085)


@pytest.mark.parametrize("correlation", ["0", "0.5", "0.9", "1"])
def test_what_moves_together_is_correlated_as_asked(correlation: str) -> None:
    found = drawn(CASE, [LENGTH, VOLUME], (Together((REQUESTS, OUTPUT), Decimal(correlation)),), 1, MANY)
    # Of a Gaussian copula with ρ, the rank correlation is 6 / π × asin(ρ / 2).
    expected = 6 / pi * asin(float(correlation) / 2)
    assert rank_correlation(found[REQUESTS], found[OUTPUT]) == pytest.approx(expected, abs=0.03)


def test_what_is_in_no_group_is_independent() -> None:
    found = drawn(CASE, [LENGTH, VOLUME], (), 1, MANY)
    assert rank_correlation(found[REQUESTS], found[OUTPUT]) == pytest.approx(0, abs=0.03)


def test_normal_chances_are_right_to_six_decimals() -> None:
    normals = np.linspace(-9, 9, 4001)
    exact = [NormalDist().cdf(value) for value in normals]
    assert np.abs(normal_chance(normals) - exact).max() < 1e-6


def test_a_seed_is_of_the_text_alone_and_draws_are_of_the_seed_alone() -> None:
    # The first sixteen bytes of the text's SHA-256.
    assert seed_of("a=1&b=2") == 0x8E85BE58C1C372AC29FE7BFA80D8DDCB
    assert seed_of("a") != seed_of("b")
    one, two = (drawn(CASE, [LENGTH, VOLUME], (), seed_of("a"), 50) for _ in range(2))
    assert {path: column.tolist() for path, column in one.items()} == {p: c.tolist() for p, c in two.items()}
    other = drawn(CASE, [LENGTH, VOLUME], (), seed_of("b"), 50)
    assert one[REQUESTS].tolist() != other[REQUESTS].tolist()


@given(share=st.decimals(0, 1, places=4))
def test_values_put_in_are_read_out_again(share: Decimal) -> None:
    paths = {"terms.reserve.probability": share, "terms.one_off.1.price": share, "moves.0.shift.verbosity": share + 1}
    found = with_values(BY_HAND, paths)
    assert {path: base_of(found, path) for path in paths} == paths
    assert replace(found, moves=BY_HAND.moves, terms=BY_HAND.terms) == BY_HAND


def test_a_share_that_the_other_side_does_not_replace_is_no_input_of_its_own() -> None:
    with pytest.raises(TermsError, match="not_an_input"):
        base_of(BY_HAND, "moves.0.shift.cache_read_share")
    assert base_of(BY_HAND, "moves.0.workload.cache_read_share") == Decimal("0.4")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (Range("terms.no_such", Decimal(1), Decimal(2)), "not_an_input"),
        (Range("moves.7.workload.requests", Decimal(1), Decimal(2)), "not_an_input"),
        (Range("moves.-1.workload.requests", Decimal(1), Decimal(2)), "not_an_input"),
        (Range("moves.0.workload.name", Decimal(1), Decimal(2)), "not_an_input"),
        (Range("terms.horizon_months", Decimal(1), Decimal(20)), "not_an_input"),
        (Range("terms.overlap.months", Decimal(0), Decimal(20)), "not_an_input"),
        (Range("moves.0.__class__.share", Decimal(0), Decimal(20)), "not_an_input"),
        (Range(REQUESTS, Decimal(60_000), Decimal(80_000)), "range_without_its_base"),
        (Range(REQUESTS, Decimal(-1), Decimal(80_000)), "range_out_of_bounds"),
        (Range("terms.cold_cache_share", Decimal(0), Decimal(2)), "range_out_of_bounds"),
        (Range(REQUESTS, Decimal("NaN"), Decimal(80_000)), "not_a_number"),
    ],
)
def test_a_range_that_cannot_be_names_its_path(wrong: Range, code: str) -> None:
    with pytest.raises(TermsError) as raised:
        checked(CASE, [wrong])
    assert (raised.value.field, raised.value.code) == (wrong.path, code)


def test_an_input_has_one_range_and_is_in_one_group() -> None:
    with pytest.raises(TermsError, match="range_twice"):
        checked(CASE, [VOLUME, VOLUME])
    twice = (Together((REQUESTS,), Decimal(1)), Together((REQUESTS,), Decimal(0)))
    with pytest.raises(TermsError, match="in_two_groups"):
        drawn(CASE, [VOLUME], twice, 1, 10)
    with pytest.raises(TermsError, match="not_a_share"):
        Together((REQUESTS,), Decimal("1.5"))
