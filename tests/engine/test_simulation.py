"""The vectorised pass against the exact engine: at the case's own values, and draw by draw in a plain loop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.engine import Case, Range, base_of, returns, with_values
from costcalc.engine.cash import cash_of
from costcalc.engine.draws import Floats, drawn
from costcalc.engine.ranges import checked
from costcalc.engine.simulation import BLOCK, Simulation, twelfth_root
from costcalc.engine.worth import present_cents
from tests.engine.cases import typed
from tests.engine.test_returns import BY_HAND
from tests.engine.uncertain import CASES, paths, uncertain


def flow_of(case: Case) -> list[int]:
    return list(cash_of(case.moves, case.days, case.at, case.terms).flow)


def doubt(columns: Mapping[str, Floats]) -> int:
    """Cents a month that floats may be off: a share or a delay that is drawn may miss the exact engine's half cent."""
    return 2 if any(path.startswith(("terms.ramp.", "terms.overlap.months")) for path in columns) else 0


def at_base(case: Case, chosen: list[str]) -> Mapping[str, Floats]:
    return {path: np.full(2, float(base_of(case, path))) for path in chosen}


@given(case=CASES)
def test_what_is_not_drawn_is_the_exact_engines_to_the_cent(case: Case) -> None:
    found = Simulation(case, ()).flows({})
    assert found.cents[:, 0].tolist() == flow_of(case)


@given(case=CASES)
def test_at_the_cases_own_values_every_month_is_the_exact_engines_to_the_cent(case: Case) -> None:
    exact = [path for path in paths(case) if not doubt({path: np.zeros(0)})]
    columns = at_base(case, exact)
    found = Simulation(case, columns).flows(columns)
    assert found.cents[:, 0].tolist() == flow_of(case)
    assert found.cents[:, 1].tolist() == found.cents[:, 0].tolist()
    assert abs(found.present[0] - present_cents(flow_of(case), case.terms.annual_discount_rate)) <= 0.51


@given(asked=uncertain(), seed=st.integers(0, 2**32))
def test_every_draw_is_what_the_exact_engine_makes_of_the_same_values(
    asked: tuple[Case, tuple[Range, ...]], seed: int
) -> None:
    case, ranges = asked[0], checked(*asked)
    columns = drawn(case, ranges, (), seed, 6)
    found = Simulation(case, columns).flows(columns)
    for draw in range(6):
        # A float is a decimal number with an end: the exact engine is asked for just what was drawn.
        values = {path: Decimal(float(column[draw])) for path, column in columns.items()}
        alike = with_values(case, values)
        flow = flow_of(alike)
        assert np.abs(found.cents[:, draw] - flow).max() <= doubt(columns)
        exact = present_cents(flow, alike.terms.annual_discount_rate)
        assert found.present[draw] == pytest.approx(exact, rel=1e-12, abs=0.51 + len(flow) * doubt(columns))


def test_the_issues_case_is_simulated_to_the_cent() -> None:
    case = typed()
    columns = at_base(case, ["moves.0.workload.requests", "terms.annual_discount_rate"])
    assert np.round(Simulation(case, columns).flows(columns).present).tolist() == [3_183_093, 3_183_093]


def test_blocks_change_nothing() -> None:
    paths_drawn = ("moves.0.workload.requests", "terms.people.after.hours", "terms.ramp.delay")
    ranges = [Range(path, base_of(BY_HAND, path), base_of(BY_HAND, path) + 2) for path in paths_drawn]
    columns = drawn(BY_HAND, ranges, (), 7, 2 * BLOCK + 1)
    whole = Simulation(BY_HAND, columns).flows(columns)
    for at in (0, BLOCK - 1, BLOCK, 2 * BLOCK):
        alone = {path: column[at : at + 1] for path, column in columns.items()}
        found = Simulation(BY_HAND, alone).flows(alone)
        assert found.cents[:, 0].tolist() == whole.cents[:, at].tolist()
        assert found.present[0] == whole.present[at]


def test_the_first_year_and_the_sums_are_those_of_the_cash() -> None:
    case = typed(horizon_months=18)
    found, cash = Simulation(case, ()).flows({}), returns(case).cash
    assert found.first_year.tolist() == [cash.first_year_cents] == [12 * 805_500]
    assert found.cumulative[:, 0].tolist() == list(cash.cumulative)


@given(rate=st.floats(-0.99, 1000))
def test_twelfth_roots_are_right_to_the_last_digits(rate: float) -> None:
    (root,) = twelfth_root(np.array([1 + rate]))
    assert root == pytest.approx((1 + rate) ** (1 / 12), rel=1e-14)


def test_a_share_that_is_drawn_is_never_more_than_what_is_left() -> None:
    case = replace(BY_HAND, moves=(replace(BY_HAND.moves[0]),))
    values = {"moves.0.workload.cache_read_share": Decimal("0.9"), "moves.0.workload.cache_write_share": Decimal("0.5")}
    assert with_values(case, values).moves[0].workload.cache_write_share == Decimal("0.1")
