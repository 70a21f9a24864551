"""What a stage can detect: the article's numbers, the errors that were promised, and what suggestions must keep."""

from __future__ import annotations

import math
from decimal import Decimal
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations_app.rules.canary_commands import Stage
from migrations_app.rules.rollout import check_ladder
from migrations_app.rules.sampling import FIXED, PATIENCE, SEQUENTIAL, boundary, hours_to_see, rise, sight, suggested

# The article's first stage: 10 % of 50,000 requests a day, for a day, at a base rate of 1 %.
TRAFFIC = 50_000 / 24
TENTH = Stage(percent=Decimal(10), hold_hours=24)


def test_the_articles_first_stage_sees_a_rise_of_037_points_by_one_look_and_of_about_06_by_many() -> None:
    seen = sight(TENTH, TRAFFIC, base=0.01, margin=0.005)
    assert (round(seen.target), round(seen.baseline)) == (5_000, 45_000)
    assert seen.fixed is not None
    assert seen.sequential is not None
    assert f"{seen.fixed * 100:.2f}" == "0.37"
    assert f"{seen.sequential * 100:.1f}" == "0.6"


def test_the_fixed_test_has_the_level_and_the_power_that_are_promised() -> None:
    least = rise(0.01, 5_000, 45_000, FIXED)
    assert least is not None
    error = math.sqrt(0.01 * 0.99 * (1 / 5_000 + 1 / 45_000))
    normal = NormalDist()
    critical = normal.inv_cdf(0.95) * error
    assert 1 - normal.cdf(critical / error) == pytest.approx(0.05)
    assert normal.cdf((least - critical) / error) == pytest.approx(0.8)


def test_however_often_it_is_looked_at_the_sequence_errs_within_its_level_and_a_plain_test_does_not() -> None:
    looks = np.linspace(0.01, 1, 200)
    steps = np.random.default_rng(5).normal(size=(4_000, 200)) * math.sqrt(1 / 200)
    scores = np.abs(np.cumsum(steps, axis=1)) / np.sqrt(np.arange(1, 201) / 200)
    widths = np.array([boundary(part) for part in looks])
    assert (scores > widths).any(axis=1).mean() <= 0.05
    # The test can fail: one look's own width, looked at as often.
    assert (scores > 1.96).any(axis=1).mean() > 0.2


def test_the_sequence_is_about_tightest_at_the_planned_sample() -> None:
    around = {part: boundary(part) / math.sqrt(part) for part in (0.5, 1.0, 2.0)}
    tuned = {tune: math.sqrt(2 * (tune + 1) / tune * math.log(math.sqrt(tune + 1) / 0.05)) for tune in range(2, 30)}
    assert boundary() <= min(tuned.values()) * 1.001
    assert around[0.5] > around[1.0] > around[2.0]


def test_where_one_side_has_no_requests_nothing_can_be_told() -> None:
    seen = sight(Stage(percent=Decimal(100), hold_hours=72), TRAFFIC, 0.01, 0.005)
    assert (seen.fixed, seen.sequential, seen.fixed_hours, seen.sequential_hours) == (None,) * 4
    assert (seen.fixed_sample, seen.sequential_sample) == (None, None)
    assert sight(TENTH, 0, 0.01, 0.005).fixed is None


def test_the_sample_that_sees_the_limit_is_the_targets_by_the_hours_that_it_takes() -> None:
    seen = sight(TENTH, TRAFFIC, 0.01, 0.005)
    for hours, sample in ((seen.fixed_hours, seen.fixed_sample), (seen.sequential_hours, seen.sequential_sample)):
        assert hours is not None
        assert sample == math.ceil(hours * TRAFFIC / 10)
    assert rise(0.01, seen.fixed_sample or 0, 9 * (seen.fixed_sample or 0), FIXED) == pytest.approx(0.005, rel=0.001)


RATES = st.floats(0.0005, 0.5)
MARGINS = st.floats(0.0005, 0.2)
TRAFFICS = st.floats(0.5, 1e6)


@given(RATES, MARGINS, st.sampled_from([1, 5, 10, 50, 99]), TRAFFICS)
def test_after_the_hours_that_it_takes_the_margin_is_what_is_seen(
    base: float, margin: float, percent: int, traffic: float
) -> None:
    share = Decimal(percent)
    for width in (FIXED, SEQUENTIAL):
        hours = hours_to_see(base, margin, share, traffic, width)
        assert hours is not None
        seen = rise(base, hours * traffic * percent / 100, hours * traffic * (100 - percent) / 100, width)
        assert seen == pytest.approx(margin, rel=1e-6)


@given(TRAFFICS, st.lists(st.tuples(RATES, MARGINS), min_size=1, max_size=3))
def test_suggested_stages_see_every_margin_within_their_hold(
    traffic: float, margins: list[tuple[float, float]]
) -> None:
    stages = suggested(traffic, margins)
    if not stages:
        # Half the traffic for a week is not enough for one of them.
        assert any(
            (hours_to_see(base, margin, Decimal(50), traffic, SEQUENTIAL) or 0) > PATIENCE for base, margin in margins
        )
        return
    check_ladder(stages)
    for stage in stages[:-1]:
        for base, margin in margins:
            seen = sight(stage, traffic, base, margin).sequential
            assert seen is not None
            assert seen <= margin * (1 + 1e-9)
        assert stage.sample <= math.ceil(traffic * stage.hold_hours * float(stage.percent) / 100)
