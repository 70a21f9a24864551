"""What of a plan somebody is told: what is theirs, by their own calendar, and nothing where nothing is due."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from migrations_app.digests.items import Item, Reader, When, items
from migrations_app.rules.happening import Happening
from migrations_app.rules.state import MADE, replayed
from tests.planner.test_rollout import BEGUN, HOUR, Plan

DAY = dt.timedelta(days=1)
ALICE, BOB = Reader("alice", True, dt.UTC), Reader("bob", True, dt.UTC)
VIEWER = Reader("alice", False, dt.UTC)


def step(plan: Plan, title: str, owner: str = "", due: dt.date | None = None, phase: str = "prepare") -> None:
    plan.do("add_step", phase=phase, title=title, owner=owner, due=due.isoformat() if due else None)


def said(plan: Plan, reader: Reader, now: dt.datetime | None = None) -> list[tuple[str, str]]:
    """When and what, in few words."""
    return [(item.when.value, words(item)) for item in items(plan.state, reader, now or plan.now)]


def words(item: Item) -> str:
    return str(item.named.parts.get("title", item.kind)) if item.named else item.kind


def test_nothing_is_due_where_nothing_was_asked_of_anybody() -> None:
    assert said(Plan(), ALICE) == []


def test_steps_are_late_today_or_within_a_week_and_no_earlier() -> None:
    plan, today = Plan(), BEGUN.date()
    for title, days in (("gone", -1), ("now", 0), ("soon", 6), ("later", 7)):
        step(plan, title, "alice", today + days * DAY)
    step(plan, "whenever", "alice")
    assert said(plan, ALICE) == [("late", "gone"), ("today", "now"), ("soon", "soon")]
    assert said(plan, BOB) == []
    plan.do("move_steps", steps=["s1", "s2"], to="done")
    assert ("late", "gone") not in said(plan, ALICE)


def test_what_is_nobodys_is_told_to_those_who_can_act_once_it_is_late() -> None:
    plan = Plan()
    step(plan, "nobody's", due=BEGUN.date() + DAY)
    assert said(plan, ALICE) == said(plan, VIEWER) == []
    later = BEGUN + 3 * DAY
    assert said(plan, ALICE, later) == said(plan, BOB, later) == [("late", "nobody's")]
    assert said(plan, VIEWER, later) == []


def test_a_viewer_is_told_of_their_own_steps_alone() -> None:
    plan = Plan()
    step(plan, "mine", "alice", BEGUN.date())
    plan.do("add_key", provider="openai", environment="production", expires_on=BEGUN.date().isoformat())
    plan.do("start")
    assert ("today", "key") in said(plan, ALICE)
    assert [one for one in said(plan, VIEWER) if one[0] != "ahead"] == [("today", "mine")]


def test_a_day_is_the_reader_s_own() -> None:
    plan = Plan()
    step(plan, "mine", "alice", dt.date(2026, 11, 3))
    evening = dt.datetime(2026, 11, 2, 18, tzinfo=dt.UTC)
    assert said(plan, Reader("alice", True, ZoneInfo("Pacific/Auckland")), evening) == [("today", "mine")]
    assert said(plan, Reader("alice", True, ZoneInfo("America/New_York")), evening) == [("soon", "mine")]


def test_a_stage_waits_for_somebody_once_nothing_is_in_its_way() -> None:
    plan = Plan()
    plan.do("start")
    assert ("waits", "figures") not in said(plan, ALICE, plan.now + 23 * HOUR)
    assert ("waits", "figures") in said(plan, ALICE, plan.now + 24 * HOUR)
    plan.unlimited()
    assert "promote" not in [kind for _when, kind in said(plan, ALICE, plan.now + 23 * HOUR)]
    assert ("waits", "promote") in said(plan, ALICE, plan.now + 24 * HOUR)
    plan.do("hold", 24, reason="wait")
    assert ("waits", "promote") not in said(plan, ALICE)


def test_a_sign_off_waits_for_whoever_did_none_of_it() -> None:
    plan = Plan()
    step(plan, "one", "alice")
    plan.do("move_steps", steps=["s1"], to="done")
    assert said(plan, ALICE) == []
    assert said(plan, BOB) == [("waits", "sign-off")]
    assert said(plan, Reader("bob", False, dt.UTC)) == []


def test_proofs_of_the_way_back_age_while_traffic_is_on_the_target() -> None:
    plan = Plan()
    for need in ("old_key", "old_quota", "old_code"):
        plan.do("vouch", need=need, statement="I called it")
    assert said(plan, ALICE, plan.now + 20 * DAY) == []
    plan.do("start")
    assert "proof" not in [kind for _when, kind in said(plan, ALICE)]
    assert [one for one in said(plan, ALICE, plan.now + 8 * DAY) if one[1] == "proof"] == [("waits", "proof")] * 3
    proofs = [one.parts["age"] for one in items(plan.state, ALICE, plan.now + 15 * DAY) if one.kind == "proof"]
    assert proofs == ["lapsed"] * 3


def test_keys_are_told_of_in_the_week_before_their_day() -> None:
    plan = Plan()
    plan.do("add_key", provider="openai", environment="production", expires_on="2026-11-20")
    assert said(plan, ALICE, BEGUN + 11 * DAY) == []
    assert said(plan, ALICE, BEGUN + 12 * DAY) == [("soon", "key")]
    assert said(plan, ALICE, BEGUN + 30 * DAY) == [("late", "key")]


def test_the_review_is_due_and_stages_come_by_themselves() -> None:
    plan = Plan()
    plan.do("review_date", due_on=(BEGUN.date() + 3 * DAY).isoformat())
    assert said(plan, ALICE) == [("soon", "review")]
    plan.do("start")
    found = items(plan.state, ALICE, plan.now)
    assert [item.kind for item in found if item.when is When.AHEAD] == ["stage", "stage", "cut-over"]
    assert [item.kind for item in found if item.counts and item.kind != "proof"] == ["review"]


def test_stages_have_days_where_a_canary_is_to_begin_on_one() -> None:
    plan = Plan()
    plan.told = [Happening(MADE, BEGUN, "alice", {"name": "To Gemini", "candidate": "Gemini"})]
    plan.state = replayed(plan.told)
    plan.do("reschedule", start_on=(BEGUN.date() + 2 * DAY).isoformat())
    assert [kind for _when, kind in said(plan, ALICE)] == ["start", "stage", "stage", "stage"]
    assert said(plan, ALICE, BEGUN + 3 * DAY) == [], "It may begin any day."


def test_a_plan_that_rotates_keys_alone_has_no_stages() -> None:
    plan = Plan()
    plan.do("reschedule", start_on=BEGUN.date().isoformat())
    assert said(plan, ALICE) == []


def test_the_last_day_to_roll_back_is_told_of_once_it_is_certain() -> None:
    plan = Plan().unlimited()
    assert "window" not in [kind for _when, kind in said(plan, ALICE, BEGUN + 5 * DAY)]
    plan.do("start")
    for hours in (24, 48, 72):
        plan.do("promote", hours)
    last = plan.now + plan.state.keys.window_days * DAY
    assert ("ahead", "window") in said(plan, ALICE, last)
    assert "window" not in [kind for _when, kind in said(plan, ALICE, last + DAY)]


def test_of_an_archived_plan_nothing_is_said() -> None:
    plan = Plan()
    step(plan, "mine", "alice", BEGUN.date())
    plan.do("archive")
    assert said(plan, ALICE) == []


@pytest.mark.parametrize("days", [0, 5, 30, 400])
def test_lines_are_in_the_order_of_their_urgency(days: int) -> None:
    plan = Plan()
    for number in range(6):
        step(plan, f"{number}", "alice", BEGUN.date() + (3 - number) * DAY)
    plan.do("start")
    order = list(When)
    found = items(plan.state, ALICE, plan.now + days * DAY)
    assert [order.index(item.when) for item in found] == sorted(order.index(item.when) for item in found)
