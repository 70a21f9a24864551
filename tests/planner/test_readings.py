"""Figures of a stage and their limits: verdicts, what is still needed, and what keeps a stage from being passed."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations_app.rules import timely
from migrations_app.rules.about import Forecast
from migrations_app.rules.happening import Moment
from migrations_app.rules.readings import Limit, Reading, Readings, Side
from migrations_app.rules.rollout import Standing
from migrations_app.rules.state import replayed
from migrations_app.rules.verdicts import Outcome, judged, newcombe, split_is_off, still_needed, verdicts, wilson
from tests.planner.test_rollout import BEGUN, HOUR, Plan

NO_FORECAST = Forecast()
POINTS = Limit(metric="error_rate", kind="points", margin=Decimal("0.5"))


def side(**said: Any) -> Side:
    return Side.model_validate(said)


def verdict(limit: Limit, old: Side, new: Side, forecast: Forecast = NO_FORECAST) -> tuple[str, str]:
    found = judged(limit, Reading(1, BEGUN, "alice", old, new), None, forecast)
    return found.outcome.value, found.why


@pytest.mark.parametrize(
    ("old", "new", "bounds"),
    [
        # Newcombe 1998, table II, method 10, 95 % on two sides; here with its z in place of ours.
        ((56 / 70, 70), (48 / 80, 80), (-0.3339, -0.0524)),
        ((9 / 10, 10), (3 / 10, 10), (-0.8090, -0.1705)),
    ],
)
def test_the_interval_is_newcombes(
    old: tuple[float, float], new: tuple[float, float], bounds: tuple[float, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("migrations_app.rules.verdicts.Z", 1.959964)
    assert newcombe(old, new) == pytest.approx(bounds, abs=5e-5)


COUNTS = st.integers(1, 10**6).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@given(COUNTS, COUNTS)
def test_the_interval_holds_the_difference_and_stays_within_what_rates_can_be(
    old: tuple[int, int], new: tuple[int, int]
) -> None:
    rates = [(count / of, of) for count, of in (old, new)]
    low, high = newcombe(*rates)
    gap = rates[1][0] - rates[0][0]
    assert -1 - 1e-9 <= low <= gap + 1e-9
    assert gap - 1e-9 <= high <= 1 + 1e-9
    assert all(0 <= bound <= 1 for rate in rates for bound in wilson(*rate))


def test_a_rate_passes_fails_or_says_how_much_more_it_needs() -> None:
    old = side(requests=45_000, errors=185)
    assert verdict(POINTS, old, side(requests=45_000, errors=171)) == ("pass", "")
    assert verdict(POINTS, old, side(requests=45_000, errors=900)) == ("fail", "")
    assert verdict(POINTS, old, side(requests=300, errors=2)) == ("not-yet", "sample")
    assert verdict(POINTS, old, side(requests=300)) == ("not-yet", "no-figures")
    assert verdict(POINTS, Side(), side(requests=300, errors=2)) == ("not-yet", "no-comparison")


@given(st.integers(20, 10_000), st.floats(0, 0.2), st.floats(0, 0.2), st.floats(0.001, 0.1))
def test_with_what_was_still_needed_it_is_decided(of: int, old: float, new: float, margin: float) -> None:
    needed = still_needed((old, of * 9), (new, of), margin, "lower")
    if needed is None:
        assert abs(new - old - margin) < 0.01
        return
    times = (of + needed) / of
    low, high = newcombe((old, of * 9 * times), (new, of * times))
    assert high < margin + 1e-9 or low > margin - 1e-9


@pytest.mark.parametrize(
    ("limit", "old", "new", "outcome"),
    [
        (
            {"metric": "ttft_p95_ms", "kind": "percent", "margin": 10},
            {"ttft_p95_ms": 500},
            {"ttft_p95_ms": 550},
            "pass",
        ),
        (
            {"metric": "ttft_p95_ms", "kind": "percent", "margin": 10},
            {"ttft_p95_ms": 500},
            {"ttft_p95_ms": 551},
            "fail",
        ),
        ({"metric": "latency_p50_ms", "kind": "at_most", "margin": 800}, {}, {"latency_p50_ms": 800}, "pass"),
        ({"metric": "latency_p50_ms", "kind": "at_most", "margin": 800}, {}, {"latency_p50_ms": 801}, "fail"),
        (
            {"metric": "cost_per_thousand", "kind": "difference", "margin": 9},
            {"requests": 1000, "cost": 1},
            {"requests": 1000, "cost": 10},
            "pass",
        ),
        (
            {"metric": "score", "kind": "difference", "margin": "0.15", "better": "higher"},
            {"own": [{"name": "score", "value": "4.31"}]},
            {"own": [{"name": "score", "value": "4.16"}]},
            "pass",
        ),
        (
            {"metric": "score", "kind": "difference", "margin": "0.15", "better": "higher"},
            {"own": [{"name": "score", "value": "4.31"}]},
            {"own": [{"name": "score", "value": "4.15"}]},
            "fail",
        ),
        (
            {"metric": "solved", "kind": "points", "margin": 2, "better": "higher"},
            {"own": [{"name": "solved", "count": 9000, "of": 10_000}]},
            {"own": [{"name": "solved", "count": 8000, "of": 10_000}]},
            "fail",
        ),
        (
            {"metric": "solved", "kind": "points", "margin": 2, "better": "higher"},
            {"own": [{"name": "solved", "count": 9000, "of": 10_000}]},
            {"own": [{"name": "solved", "count": 8990, "of": 10_000}]},
            "pass",
        ),
    ],
)
def test_limits_of_every_kind(limit: dict[str, Any], old: dict[str, Any], new: dict[str, Any], outcome: str) -> None:
    assert verdict(Limit.model_validate(limit), side(**old), side(**new))[0] == outcome


def test_the_cost_is_compared_with_the_forecast() -> None:
    forecast = Forecast(candidate_month=Decimal(490), requests_month=1_000_000)
    limit = Limit(metric="cost_per_thousand", kind="forecast", margin=Decimal(15))
    assert verdict(limit, Side(), side(requests=1000, cost="0.56"), forecast) == ("pass", "")
    assert verdict(limit, Side(), side(requests=1000, cost="0.57"), forecast) == ("fail", "")
    assert verdict(limit, Side(), side(requests=1000, cost="0.57")) == ("not-yet", "no-comparison")


def started(**stage: Any) -> Plan:
    plan = Plan()
    first = {"percent": 10, "hold_hours": 1, **stage}
    plan.do("plan_stages", stages=[first, {"percent": 50, "hold_hours": 1}, {"percent": 100, "hold_hours": 1}])
    plan.do("start")
    return plan


GOOD = {"requests": 50_000, "errors": 200, "ttft_p95_ms": 600}
SPLIT = {"requests": 450_000, "errors": 1850, "ttft_p95_ms": 612}


def missing(plan: Plan, hours: float = 2) -> set[str]:
    with pytest.raises(Exception, match="stage-not-passed") as raised:
        plan.do("promote", hours)
    return {each["code"] for each in raised.value.parts["missing"]}  # type: ignore[attr-defined]


def test_no_figures_are_never_a_pass_and_a_stage_without_limits_needs_none() -> None:
    plan = started()
    assert missing(plan) == {"no-figures"}
    plan.do("take_reading", baseline={"requests": 9_000}, candidate={"requests": 1_000})
    assert missing(plan) == {"limit-unknown"}
    assert plan.unlimited().do("promote").rollout.weight == 50


def test_an_automatic_stage_waits_for_figures() -> None:
    plan = started(automatic=True)
    assert timely.due(plan.state, Moment(plan.now + 48 * HOUR)) == []
    plan.do("take_reading", 48, baseline=SPLIT, candidate=GOOD)
    assert plan.state.rollout.weight == 50


def test_a_failed_limit_keeps_a_stage_from_being_passed() -> None:
    plan = started()
    plan.do("take_reading", 1, baseline=SPLIT, candidate={**GOOD, "errors": 5000})
    assert missing(plan) == {"limit-failed"}
    plan.do("take_reading", 1, baseline=SPLIT, candidate=GOOD)
    assert plan.do("promote").rollout.weight == 50


def test_figures_that_a_stage_with_a_sample_wants_keep_it_from_being_passed() -> None:
    plan = started(sample=40_000)
    assert missing(plan) == {"sample-too-small", "no-figures"}
    plan.do("take_reading", baseline={"requests": 450_000}, candidate={"requests": 50_000})
    assert missing(plan) == {"limit-unknown"}
    plan.do("take_reading", baseline=SPLIT, candidate=GOOD)
    plan.do("promote")
    # What was seen belongs to the entry: the next stage has seen nothing.
    assert plan.state.readings.seen(plan.state.rollout.entry) == 0


def test_a_sample_that_decides_nothing_yet_keeps_it_too() -> None:
    plan = started()
    plan.do("take_reading", baseline={"requests": 2700, "errors": 10}, candidate={"requests": 300, "errors": 2})
    assert missing(plan) == {"limit-undecided", "limit-unknown"}


def test_a_split_that_is_not_the_stages_is_a_finding_of_its_own() -> None:
    plan = started()
    plan.do("take_reading", baseline={**SPLIT, "requests": 400_000}, candidate=GOOD)
    assert missing(plan) == {"split-is-off"}
    reading = plan.state.readings.of(1)
    assert split_is_off(reading, plan.state.rollout)


def test_an_automatic_stage_is_promoted_by_the_figures_that_pass_it() -> None:
    plan = started(automatic=True, sample=40_000)
    assert plan.do("take_reading", 0.5, baseline=SPLIT, candidate=GOOD).rollout.weight == 10
    assert plan.do("take_reading", 0.5, baseline=SPLIT, candidate=GOOD).rollout.weight == 50
    assert plan.told[-1].who == ""
    assert replayed(plan.told) == plan.state


def test_at_a_hundred_per_cent_the_old_side_is_as_it_was_last_seen() -> None:
    plan = started()
    plan.do("take_reading", 1, baseline=SPLIT, candidate=GOOD)
    plan.do("promote")
    plan.do("skip", reason="the figures are fine")
    plan.do("take_reading", 1, candidate=GOOD)
    found = verdicts(plan.state.readings, plan.state.rollout, NO_FORECAST)
    assert [each.outcome for each in found] == [Outcome.PASS, Outcome.PASS]
    assert found[0].baseline is not None
    assert found[0].baseline.of == 450_000
    assert plan.do("promote").rollout.standing is Standing.FINISHED


def test_after_the_cut_over_there_is_nothing_to_read() -> None:
    plan = Plan()
    plan.do("start")
    for _stage in plan.state.rollout.stages:
        plan.do("skip", reason="no traffic to speak of")
    assert plan.state.rollout.standing is Standing.FINISHED
    assert plan.refused("take_reading", candidate=GOOD) == "no-stage"


def test_without_a_stage_there_is_nothing_to_read() -> None:
    plan = Plan()
    assert plan.refused("take_reading", candidate=GOOD) == "no-stage"
    plan.do("start")
    assert plan.refused("take_reading", candidate={}) == "nothing-read"


def test_limits_are_set_once_a_metric_and_replayed() -> None:
    plan = Plan()
    score = {"metric": "Answer quality", "kind": "difference", "margin": "0.15", "better": "higher"}
    assert plan.refused("set_limits", limits=[score, score]) == "limit-twice"
    state = plan.do("set_limits", limits=[score], requests_day=50_000)
    assert state.readings.limits == (Limit.model_validate(score),)
    assert replayed(plan.told) == state
    assert plan.do("set_limits", limits=[]).readings.limits == ()


@pytest.mark.parametrize(
    "said",
    [
        {"requests": 1, "errors": 2},
        {"errors": 2},
        {"requests": -1},
        {"cost": "NaN"},
        {"own": [{"name": "x"}]},
        {"own": [{"name": "x", "value": 1, "count": 1, "of": 2}]},
        {"own": [{"name": "x", "count": 3, "of": 2}]},
        {"own": [{"name": "x", "value": 1}, {"name": "x", "value": 2}]},
        {"own": [{"name": "sk-proj-abcdefghijklmnop1234", "value": 1}]},
    ],
)
def test_figures_that_cannot_be_are_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        side(**said)


@pytest.mark.parametrize(
    "limit",
    [
        {"metric": "ttft_p95_ms", "kind": "points", "margin": 1},
        {"metric": "error_rate", "kind": "forecast", "margin": 1},
        {"metric": "error_rate", "kind": "points", "margin": 1, "better": "higher"},
        {"metric": "error_rate", "kind": "points", "margin": -1},
    ],
)
def test_limits_that_mean_nothing_are_refused(limit: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        Limit.model_validate(limit)


def test_no_readings_are_no_pass() -> None:
    found = verdicts(Readings(), started().state.rollout, NO_FORECAST)
    assert {each.outcome for each in found} == {Outcome.NOT_YET}
    assert math.isclose(float(POINTS.margin), 0.5)
