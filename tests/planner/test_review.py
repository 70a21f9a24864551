"""The review's rules: what is compared with what, what a verdict needs, and when it is due."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from migrations_app.rules import dates
from migrations_app.rules.happening import Happening
from migrations_app.rules.review import Figure, Metric, Verdict, table, tally
from migrations_app.rules.state import MADE, replayed
from tests.planner.test_rollout import BEGUN, HOUR, Plan

# The article's result table.
ARTICLE = [
    {"metric": "latency", "before": "420", "after": "180", "forecast": "200"},
    {"metric": "cost", "before": "4200", "after": "680", "forecast": "600"},
    {"metric": "debugging", "before": "150", "after": "25"},
    {"metric": "lines", "before": "1200", "after": "680"},
]


def figures(*said: dict[str, Any]) -> list[Figure]:
    return [Figure.model_validate(each) for each in said]


def test_the_articles_table_gives_the_articles_changes() -> None:
    shares = [round(float(figure.change or 0), 2) for figure in figures(*ARTICLE)]
    assert shares == [-0.57, -0.84, -0.83, -0.43]
    found = tally(figures(*ARTICLE))
    assert (found.compared, found.better, found.worse, found.foreseen, found.kept) == (4, 4, 0, 2, 1)


def test_a_metric_of_ones_own_may_be_better_when_it_is_higher() -> None:
    own: dict[str, Any] = {"metric": "own", "name": "Answer quality", "better": "higher"}
    (worse, same, unknown) = figures(
        {**own, "before": "4.31", "after": "4.22", "forecast": "4.2"},
        {**own, "before": "4.31", "after": "4.310"},
        {**own, "before": "4.31"},
    )
    assert (worse.outcome, worse.kept) == ("worse", True)
    assert (same.outcome, same.kept) == ("same", None)
    assert same.change == 0
    assert (unknown.outcome, unknown.change) == ("unknown", None)


@given(st.decimals(0, 10**9, places=4), st.decimals(0, 10**9, places=4))
def test_less_is_better_and_the_change_has_its_sign(before: Decimal, after: Decimal) -> None:
    figure = Figure(metric=Metric.COST, before=before, after=after)
    assert (figure.outcome == "better") == (after < before)
    if figure.change is not None:
        assert (figure.change < 0) == (figure.outcome == "better")
    else:
        assert before == 0


@pytest.mark.parametrize(
    "said",
    [
        {"metric": "own"},
        {"metric": "cost", "name": "Cost"},
        {"metric": "cost", "unit": "EUR"},
        {"metric": "lines", "better": "higher"},
        {"metric": "cost", "before": "-1"},
        {"metric": "cost", "before": "1e30"},
        {"metric": "cost", "before": "NaN"},
        {"metric": "own", "name": "Key", "source": "sk-proj-abcdefghijklmnop1234"},
    ],
)
def test_what_cannot_be_compared_is_no_line_of_the_table(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Figure.model_validate(said)


def test_each_metric_stands_in_the_table_once() -> None:
    plan = Plan()
    own = {"metric": "own", "name": "Tickets"}
    for said in ([ARTICLE[0], ARTICLE[0]], [own, {**own, "name": "TICKETS"}]):
        with pytest.raises(ValidationError, match="once"):
            plan.do("review_figures", figures=said)


def test_the_verdict_needs_something_compared_and_holds_until_it_is_taken_back() -> None:
    plan = Plan()
    assert plan.refused("review_conclude", verdict="worth_it") == "review-empty"
    plan.do("review_figures", figures=[{"metric": "cost", "before": "4200"}])
    assert plan.refused("review_conclude", verdict="worth_it") == "review-empty"
    plan.do("review_figures", figures=ARTICLE)
    done = plan.do("review_conclude", verdict="worth_it", learnt="Test the roll-back earlier.")
    assert (done.review.verdict, done.review.concluded_at) == (Verdict.WORTH_IT, plan.now)
    assert plan.refused("review_figures", figures=[]) == "review-concluded"
    assert plan.refused("review_conclude", verdict="partly") == "review-concluded"
    again = plan.do("review_reopen", reason="the bill of the last week was missing")
    assert (again.review.verdict, again.review.learnt) == (None, "Test the roll-back earlier.")
    assert plan.refused("review_reopen", reason="again") == "review-open"
    assert replayed(plan.told) == plan.state


def test_before_anybody_wrote_it_the_table_has_what_the_scenario_foresees() -> None:
    forecast = {"baseline_month": "9000.00", "candidate_month": "990.00"}
    state = replayed([Happening(MADE, BEGUN, "alice", {"name": "To Gemini", "forecast": forecast})])
    cost, *others = table(state.about, state.review)
    assert cost.values == (Decimal(9000), Decimal(990), None)
    assert [one.values for one in others] == [(None, None, None)] * 4


def test_the_review_is_due_30_days_after_the_cut_over_wherever_that_comes_to_lie() -> None:
    plan = Plan()
    # 24 + 48 + 72 hours from 2 November 9:00.
    assert dates.review_day(plan.state, plan.now) == dt.date(2026, 12, 8)
    plan.do("start", 24)
    assert dates.review_day(plan.state, plan.now) == dt.date(2026, 12, 9)
    plan.do("hold", 100, reason="an outage")
    assert dates.review_day(plan.state, plan.now) == dt.date(2026, 12, 12)
    plan.do("review_date", due_on="2027-01-15")
    assert dates.review_day(plan.state, plan.now) == dt.date(2027, 1, 15)
    plan.do("review_date")
    plan.do("roll_back", reason="errors")
    assert dates.review_day(plan.state, plan.now) is None


def test_the_days_of_a_plan_follow_each_other_as_its_ladder_does() -> None:
    plan = Plan()
    plan.do("start")
    plan.now += 10 * HOUR
    found = dates.of(plan.state, plan.now)
    assert [(one.key, one.done) for one in found] == [
        ("stage-1", True),
        ("stage-2", False),
        ("stage-3", False),
        ("cut-over", False),
        ("review", False),
        ("window", False),
    ]
    assert [one.on for one in found[1:4]] == [BEGUN + hours * HOUR for hours in (24, 72, 144)]


def test_a_step_is_late_from_the_day_after_its_own_until_it_is_settled() -> None:
    plan = Plan()
    plan.do("add_step", phase="prepare", title="Read the contract", owner="alice", due="2026-11-04")
    on_the_day, after = (dt.datetime(2026, 11, day, 23, tzinfo=dt.UTC) for day in (4, 5))
    assert dates.late(plan.state, on_the_day) == []
    (late,) = dates.late(plan.state, after)
    assert (late.key, late.owner, late.parts["title"]) == ("step-s1", "alice", "Read the contract")
    plan.do("move_steps", steps=["s1"], to="done")
    assert dates.late(plan.state, after) == []


def test_what_was_due_before_today_is_late_until_it_is_done() -> None:
    plan = Plan().unlimited()
    plan.do("start")
    for _stage in range(3):
        plan.do("promote", 72)
    due = dates.review_day(plan.state, plan.now)
    assert due is not None
    on_the_day = dt.datetime.combine(due, dt.time(23), dt.UTC)
    assert dates.late(plan.state, on_the_day) == []
    assert [one.key for one in dates.late(plan.state, on_the_day + 2 * HOUR)] == ["review"]
    plan.do("review_figures", figures=ARTICLE)
    plan.do("review_conclude", verdict="partly")
    assert dates.late(plan.state, on_the_day + 2 * HOUR) == []
