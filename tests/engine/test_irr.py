"""Rates of return: judged by pyxirr and numpy-financial, and by payments whose rates are known beforehand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import isclose, lcm

import numpy_financial
import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from costcalc.engine.irr import rates_of_return
from costcalc.engine.worth import discounted

CENTS = st.integers(-10_000_000, 10_000_000)
SPENT = st.integers(1, 100_000_000)
EARNED = st.lists(st.integers(0, 10_000_000), min_size=1, max_size=36).filter(any)
RATES = st.decimals("-0.5", 3, places=3)


def monthly(annual: Decimal) -> float:
    return float((1 + annual) ** (Decimal(1) / 12)) - 1


@given(spent=SPENT, earned=EARNED)
def test_one_change_of_sign_has_the_one_rate_that_pyxirr_finds(spent: int, earned: list[int]) -> None:
    flow = [-spent, *earned]
    (found,) = rates_of_return(flow).annual
    judge = pyxirr.irr(flow)
    assert judge is not None
    # pyxirr stops at an error of its own: what it says must be worth nothing, and so must ours, only more so.
    assert isclose((1 + judge) ** 12, float(1 + found), rel_tol=1e-6)


@given(spent=st.integers(100_000, 10_000_000), share=st.integers(20, 60), months=st.integers(3, 36))
def test_an_even_saving_has_the_rate_that_numpy_financial_finds(spent: int, share: int, months: int) -> None:
    flow = [-spent, *[spent * share // 100] * months]
    (found,) = rates_of_return(flow).annual
    assert isclose(1 + numpy_financial.irr(flow), float(1 + found) ** (1 / 12), rel_tol=1e-9)


@given(flow=st.lists(CENTS, min_size=1, max_size=48), rate=RATES)
def test_present_values_are_those_of_pyxirr_and_numpy_financial(flow: list[int], rate: Decimal) -> None:
    ours = float(sum(discounted(flow, rate)))
    scale = max(1.0, float(sum(map(abs, discounted(flow, rate)))))
    assert isclose(ours, pyxirr.npv(monthly(rate), flow) or 0.0, abs_tol=1e-11 * scale)
    assert isclose(ours, float(numpy_financial.npv(monthly(rate), flow)), abs_tol=1e-11 * scale)


def paying(*factors: Fraction) -> list[int]:
    """Payments worth nothing at exactly these values of 1 / (1 + monthly rate), in whole cents."""
    found = [Fraction(1)]
    for factor in factors:
        found = [low - high * factor for low, high in zip([Fraction(0), *found], [*found, Fraction(0)], strict=True)]
    whole = lcm(*(value.denominator for value in found))
    return [int(value * whole) for value in found]


@given(rates=st.lists(st.integers(-900, 5000), min_size=1, max_size=6, unique=True))
def test_every_rate_is_found_and_none_is_invented(rates: list[int]) -> None:
    # A monthly rate of r ‰: v = 1000 / (1000 + r).
    found = rates_of_return(paying(*(Fraction(1000, 1000 + rate) for rate in rates))).annual
    expected = [Fraction(1000 + rate, 1000) ** 12 - 1 for rate in sorted(rates)]
    assert len(found) == len(expected)
    for ours, exact in zip(found, expected, strict=True):
        assert abs(ours - exact) <= Fraction(1, 10**12) * (1 + exact)


def test_two_changes_of_sign_can_have_two_rates_and_say_so() -> None:
    # −100 + 230 v − 132 v² = 0 at v = 1/1.1 and v = 1/1.2: 10 % and 20 % a month.
    found = rates_of_return([-10_000, 23_000, -13_200])
    assert found.percents == (Decimal("213.84"), Decimal("791.61"))
    assert found.percent is None


def test_two_changes_of_sign_can_have_no_rate_at_all() -> None:
    # −100 + 100 v − 100 v² is below 0 everywhere.
    assert rates_of_return([-100, 100, -100]).annual == ()


@pytest.mark.parametrize("flow", [[-10_000, 20_200, -10_201], [-10_000, 20_000, -10_000], [-100, 400, -400]])
def test_a_rate_at_which_the_value_only_touches_nothing_is_one_rate(flow: list[int]) -> None:
    # (1 − 1.01 v)², (1 − v)², (1 − 2 v)²: 1 %, 0 % and 100 % a month.
    assert len(rates_of_return(flow).annual) == 1


@pytest.mark.parametrize("flow", [[], [0, 0], [-100, -1], [100, 5, 0], [0, 0, 7]])
def test_payments_of_one_sign_have_no_rate(flow: list[int]) -> None:
    assert rates_of_return(flow).annual == ()


@given(spent=SPENT, months=st.integers(1, 24))
def test_getting_back_what_was_spent_is_a_rate_of_nothing(spent: int, months: int) -> None:
    assert rates_of_return([-spent, *[0] * (months - 1), spent]).percent == Decimal("0.00")


def test_a_rate_of_many_digits_is_still_found() -> None:
    # One cent becomes ten million dollars in a month: 10⁹ − 1 a month.
    (found,) = rates_of_return([-1, 10**9]).annual
    assert isclose(float(1 + found), 1e108, rel_tol=1e-12)
