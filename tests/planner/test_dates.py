"""The days of a plan: what is behind stays, what cannot come is not foreseen, and each stands there once."""

from __future__ import annotations

import datetime as dt

from migrations_app.rules import dates
from migrations_app.rules.happening import Happening
from migrations_app.rules.state import MADE, replayed
from tests.planner.test_rollout import BEGUN, HOUR, Plan


def days(plan: Plan) -> dict[str, dates.Named]:
    return {one.key: one for one in dates.of(plan.state, plan.now)}


def test_stages_that_are_behind_stay_as_they_were_held_last() -> None:
    plan = Plan().unlimited()
    plan.do("start")
    plan.do("promote", 30)
    found = days(plan)
    assert (found["stage-1"].on, found["stage-1"].until, found["stage-1"].done) == (BEGUN, BEGUN + 30 * HOUR, True)
    plan.do("roll_back", 10, percent=10, reason="errors")
    assert days(plan)["stage-1"].on == BEGUN + 40 * HOUR
    assert days(plan)["stage-2"].on > plan.now
    for _stage in range(3):
        plan.do("skip", 1, reason="little traffic")
    found = days(plan)
    assert [found[f"stage-{number}"].done for number in (1, 2, 3)] == [True] * 3
    assert found["stage-3"].until == found["cut-over"].on == plan.now


def test_after_everything_was_rolled_back_only_what_was_is_left() -> None:
    plan = Plan().unlimited()
    plan.do("start")
    plan.do("promote", 30)
    plan.do("roll_back", 10, reason="errors")
    assert days(plan).keys() == {"stage-1", "stage-2"}
    assert days(plan)["stage-2"].until == plan.now


def test_where_keys_alone_are_rotated_no_traffic_is_foreseen_to_move() -> None:
    plan = Plan()
    plan.do("add_step", phase="keys", title="Create the new key", due="2026-11-04")
    assert days(plan).keys() == {"step-s1"}
    plan.do("start")
    assert "cut-over" in days(plan)


def test_where_a_step_of_the_canary_says_that_traffic_moves_its_stages_have_days() -> None:
    plan = Plan()
    plan.do("add_step", phase="keys", title="Create the new key", due="2026-11-04")
    plan.do("add_step", phase="cut_over", title="Send all traffic to the target")
    assert {"stage-1", "stage-2", "stage-3", "cut-over", "review", "window"} <= days(plan).keys()


def test_one_can_go_back_for_the_days_that_the_old_side_is_kept() -> None:
    plan = Plan().unlimited()
    plan.do("rollback_window", days=5)
    plan.do("start")
    for _stage in range(3):
        plan.do("promote", 72)
    last = plan.now.date() + dt.timedelta(days=5)
    assert (days(plan)["window"].on, days(plan)["window"].done) == (last, False)
    plan.now += 6 * 24 * HOUR
    assert days(plan)["window"].done
    plan.do("rollback_window", days=0)
    assert "window" not in days(plan)


def test_a_sign_off_is_awaited_from_the_day_of_the_last_step_and_nobody_is_late_with_it() -> None:
    plan = Plan()
    plan.do("add_step", phase="prepare", title="Read the contract", due="2026-11-02")
    assert "sign-off-prepare" not in days(plan)
    plan.do("move_steps", 24, steps=["s1"], to="skipped", reason="it is ours")
    waits = days(plan)["sign-off-prepare"]
    assert (waits.on, waits.done) == (dt.date(2026, 11, 3), False)
    assert days(plan)["step-s1"].parts["skipped"]
    assert dates.late(plan.state, plan.now + 300 * HOUR) == []


def test_a_canary_begins_when_the_step_that_starts_it_is_due() -> None:
    plan = Plan()
    plan.told = [Happening(MADE, BEGUN, "alice", {"name": "To Gemini", "candidate": "google/gemini-2.5-flash"})]
    plan.state = replayed(plan.told)
    plan.do("reschedule", start_on="2026-11-04")
    assert days(plan)["stage-1"].day == dt.date(2026, 11, 4)
    plan.do("add_step", phase="canary", title="Start it", automatic="canary-started", due="2026-12-01")
    assert days(plan)["stage-1"].day == dt.date(2026, 12, 1)
    # Three stages of 24, 48 and 72 hours.
    assert days(plan)["cut-over"].day == dt.date(2026, 12, 7)
    assert days(plan)["review"].day == dt.date(2027, 1, 6)
