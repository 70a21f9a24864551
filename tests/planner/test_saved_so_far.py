"""Forecast and actual: what is known of the saving, and what is said where it is not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations_app.rules.about import Forecast
from migrations_app.rules.happening import Happening, Refused
from migrations_app.rules.saved_so_far import so_far
from migrations_app.rules.state import MADE, replayed
from tests.factories import Cast, signed_in
from tests.planner.test_api import PLANS, Program
from tests.planner.test_review_pages import text
from tests.planner.test_rollout import BEGUN, HOUR, Plan

# $7,300 a month on the old side, $730 on the target: $9 an hour saved with all of the traffic there.
FORECAST = {"baseline_month": "7300", "candidate_month": "730", "requests_month": 1_460_000, "tokens_request": "1500"}


def foreseen() -> Plan:
    plan = Plan()
    plan.told = [Happening(MADE, BEGUN, "alice", {"name": "To Gemini", "forecast": FORECAST})]
    plan.state = replayed(plan.told)
    return plan


def plain(*values: Decimal | None) -> list[float | None]:
    return [None if value is None else float(value) for value in values]


def side(requests: int, cost: str, **more: Any) -> dict[str, Any]:
    return {"requests": requests, "cost": cost, **more}


def test_the_forecast_follows_the_share_of_the_traffic_and_knows_no_more_than_the_figures() -> None:
    plan = foreseen()
    before = so_far(plan.state, plan.now)
    assert plain(before.hours, before.forecast, before.actual, before.tokens_forecast) == [0, 0, None, 1500]
    plan.unlimited().do("start")
    plan.do("promote", 24)
    unread = so_far(plan.state, plan.now + 10 * HOUR)
    # 24 h of a tenth, 10 h of a half.
    assert plain(unread.hours, unread.forecast, unread.actual) == [34, 66.6, None]


def test_an_hour_of_the_forecast_is_one_of_the_scenarios_own_month() -> None:
    forecast = Forecast(baseline_month=Decimal(7200), candidate_month=Decimal(720), days_month=Decimal(30))
    assert forecast.saving_hour == 9
    assert Forecast.model_validate(FORECAST).saving_hour == pytest.approx(Decimal(9))


def test_what_was_saved_is_what_the_requests_would_have_cost_there_less_what_they_cost() -> None:
    plan = foreseen()
    plan.do("start")
    plan.do("take_reading", 20, baseline=side(36_000, "180"), candidate=side(4_000, "2.50", tokens=6_152_000))
    found = so_far(plan.state, plan.now + 4 * HOUR)
    # $5 for 1,000 on the old side.
    assert found.actual == Decimal("17.50")
    assert plain(found.measured, found.hours, found.forecast_measured, found.forecast) == [20, 24, 18, 21.6]
    assert plain(found.tokens_actual) == [1538]
    assert not found.old_price_forecast


def test_without_an_old_side_beside_it_the_last_one_counts_and_else_the_forecast() -> None:
    plan = foreseen()
    plan.do("start")
    plan.do("take_reading", 10, candidate=side(1_000, "1"))
    alone = so_far(plan.state, plan.now)
    assert plain(alone.actual) == [4]
    assert alone.old_price_forecast
    plan.do("take_reading", 1, baseline=side(9_000, "54"), candidate=side(1_000, "1"))
    plan.do("skip", 13, reason="little traffic")
    plan.do("take_reading", 10, candidate=side(2_000, "1"))
    both = so_far(plan.state, plan.now)
    assert plain(both.actual) == [5 + 11]
    assert not both.old_price_forecast


def test_a_target_that_costs_more_has_saved_less_than_nothing_and_a_rolled_back_one_stops() -> None:
    plan = foreseen()
    plan.do("start")
    plan.do("take_reading", 10, baseline=side(9_000, "45"), candidate=side(1_000, "8"))
    plan.do("roll_back", reason="too dear")
    later = so_far(plan.state, plan.now + 1000 * HOUR)
    assert plain(later.actual, later.hours, later.forecast) == [-3, 10, 9]


def test_without_a_forecast_the_actual_is_known_all_the_same() -> None:
    plan = Plan()
    plan.do("start")
    plan.do("take_reading", 10, baseline=side(9_000, "45"), candidate=side(1_000, "1"))
    found = so_far(plan.state, plan.now)
    assert plain(found.forecast, found.forecast_measured, found.actual, found.tokens_actual) == [None, None, 4, None]
    plan = Plan()
    plan.do("start")
    plan.do("take_reading", 10, candidate=side(1_000, "1"))
    assert so_far(plan.state, plan.now).actual is None


@given(st.lists(st.tuples(st.sampled_from(["skip", "hold", "pause", "roll_back", "start"]), st.integers(-5, 100))))
def test_there_are_never_more_measured_hours_than_hours_whatever_happens(acts: list[tuple[str, int]]) -> None:
    plan = foreseen()
    for name, hours in acts:
        plan.now = max(plan.now + hours * HOUR, BEGUN)
        try:
            plan.do(name, **({} if name == "start" else {"reason": "since"}))
            plan.do("take_reading", candidate=side(10, "1"))
        except Refused:
            continue
    found = so_far(plan.state, plan.now + HOUR)
    assert 0 <= found.measured <= found.hours
    assert replayed(plan.told) == plan.state


def test_the_page_says_what_is_not_known_yet(cast: Cast) -> None:
    program = Program(cast)
    made = program.plan()
    client = signed_in(cast.bob, cast.workspace)
    address = f"/plans/{made['id']}/"
    page = text(client.get(address))
    assert "Forecast and actual Figure Forecast Actual Saved so far not known yet not known yet" in page
    assert "Nothing has been on the target yet." in page
    started = program.tell(made, "start")[1]
    assert "is known once the figures of a stage say" in text(client.get(address))
    read = {"baseline": side(9_000, "45"), "candidate": side(1_000, "1.25", tokens=1_538_000)}
    status, _said = program.tell(started, "take_reading", **read)
    assert status == 200
    page = text(client.get(address))
    assert "Saved so far not known yet $3.75 Tokens per request not known yet 1,538" in page
    assert "As far as figures reach: 0 h of the 0 h" in page


@pytest.mark.parametrize("days", ["30", "365/12", "calendar"])
def test_a_day_of_the_plan_has_the_requests_of_a_day_of_the_scenario(cast: Cast, days: str) -> None:
    program = Program(cast)
    query = f"to=google/gemini-2.5-flash&requests=50000&days={days}"
    scenario = program.post("/api/v1/scenarios", {"name": "As typed", "query": query})[1]
    status, plan = program.post(PLANS, {"name": "As typed", "scenario": scenario["id"]})
    first = plan["canary"]["detects"][0]
    assert (status, first["target_requests"], first["baseline_requests"]) == (201, 5000, 45000)
    assert plan["forecast"]["days_month"] in {"30", "30.416667", "31", "28", "29"}
    page = signed_in(cast.bob).get(f"/plans/{plan['id']}/").content.decode()
    assert "<td>5,000</td>" in page
    # A plan that was kept before the days of its month were told takes a twelfth of a year.
    assert Forecast(requests_month=1_460_000).requests_day == pytest.approx(Decimal(48_000))
