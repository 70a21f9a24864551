"""What a roll-back stands on: stated or tested, ageing, never in its way; and the drill that leaves evidence."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from migrations_app.plans import Plan, PlanEvent
from migrations_app.rules.safety import Age, Need, Safety
from migrations_app.rules.state import replayed
from tests.factories import Cast
from tests.planner.test_api import PLANS, Program
from tests.planner.test_canary_pages import Page, words
from tests.planner.test_rollout import HOUR
from tests.planner.test_rollout import Plan as InMemory
from tests.streaming.test_key_test import KEY, OK, at, error, left_of

DAY = 24 * HOUR


def ages(plan: InMemory, after: dt.timedelta) -> list[str]:
    safety: Safety = plan.state.safety
    return [age.value for age in safety.ages(plan.now + after).values()]


def test_a_statement_ages_and_lapses() -> None:
    plan = InMemory()
    assert ages(plan, DAY) == ["missing"] * 3
    for need in Need:
        plan.do("vouch", need=need.value, statement="Lan called it this morning")
    assert ages(plan, 7 * DAY - HOUR) == ["fresh"] * 3
    assert ages(plan, 7 * DAY) == ["ageing"] * 3
    assert ages(plan, 14 * DAY) == ["lapsed"] * 3
    plan.do("vouch", need="old_key", holds=False, statement="revoked by mistake")
    assert ages(plan, DAY)[0] == "broken"
    assert replayed(plan.told) == plan.state


def test_a_statement_of_an_earlier_day_is_that_old_and_none_is_of_a_day_to_come() -> None:
    plan = InMemory()
    before = plan.now.date() - dt.timedelta(days=10)
    plan.do("vouch", need="old_quota", statement="their dashboard", on=before.isoformat())
    assert plan.state.safety.ages(plan.now)[Need.OLD_QUOTA] is Age.AGEING
    tomorrow = plan.now.date() + dt.timedelta(days=1)
    assert plan.refused("vouch", need="old_quota", statement="soon", on=tomorrow.isoformat()) == "day-to-come"


def test_nobody_says_themselves_that_a_key_was_tested() -> None:
    with pytest.raises(ValueError, match="record_test"):
        InMemory().do("record_test", outcome="works", endpoint="x", model="y")


def test_a_drill_leaves_the_evidence_of_a_roll_back_and_neither_waits_for_proofs() -> None:
    plan = InMemory()
    plan.do("start")
    plan.do("vouch", need="old_key", holds=False, statement="revoked")
    plan.do("rehearse", reason="before the weekend")
    plan.do("roll_back", reason="errors")
    drill, real = plan.told[-2], plan.told[-1]
    assert (drill.kind, real.kind) == ("canary.rehearsed", "canary.rolled_back")
    for told in (drill, real):
        assert told.data["safety"] == {"old_key": "broken", "old_quota": "missing", "old_code": "missing"}
        assert (told.data["percent"], told.data["weight"]) == ("0", "10")


@pytest.fixture
def page(cast: Cast) -> Page:
    found = Page(cast, cast.bob)
    found.done("start")
    return found


def send(page: Page, path: str = "", **said: Any) -> Any:
    page.plan.refresh_from_db()
    return page.client.post(f"{page.home}way-back/{path}", {"revision": page.plan.revision, **said})


def test_what_is_missing_is_said_beside_the_roll_back_which_works_all_the_same(page: Page) -> None:
    said = words(page.text())
    assert "It may not work: The old key is alive: not shown yet." in said
    assert send(page, need="old_key", holds="yes", statement="Lan called it").status_code == 302
    said = words(page.text())
    assert "The old key is alive: not shown yet." not in said
    assert "Lan called it shown" in said
    page.done("roll_back", percent="0", reason="errors")
    assert page.weight() == 0


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"need": "the_moon", "holds": "yes", "statement": "x"},
        {"need": "old_key", "holds": "yes", "statement": "\x01"},
        {"need": "old_key", "holds": "yes", "statement": "sk-proj-abcdefghijklmnop1234"},
        {"need": "old_key", "holds": "yes", "statement": "x", "on": "0001-01-01"},
        {"need": "old_key", "holds": "yes", "statement": "x", "on": "2099-01-01"},
    ],
)
def test_a_statement_that_is_none_is_refused_beside_its_field(page: Page, typed: dict[str, str]) -> None:
    answer = send(page, **typed)
    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode()
    assert Plan.objects.get().revision == 2


@pytest.mark.parametrize(
    ("answer", "proofs"),
    [
        (OK, ["fresh", "fresh", "missing"]),
        (error("401 Unauthorized", f"Incorrect API key provided: {KEY}."), ["broken", "missing", "missing"]),
        (error("429 Too Many Requests", "Slow."), ["fresh", "broken", "missing"]),
        (error("500 Internal Server Error", "Oh."), ["missing"] * 3),
    ],
)
def test_the_old_key_is_tried_with_a_real_call_and_left_nowhere(
    page: Page, settings: Settings, caplog: pytest.LogCaptureFixture, answer: bytes, proofs: list[str]
) -> None:
    with caplog.at_level(logging.DEBUG), at(answer, settings):
        sent = send(page, "test/", **{"trial-provider": "acme", "trial-model": "m", "trial-key": KEY})
    assert sent.status_code == 200, words(sent)
    row = PlanEvent.objects.get(number=3)
    assert row.kind == "safety.tested"
    found = Plan.objects.get().state.safety.ages(row.at)
    assert [age.value for age in found.values()] == proofs
    assert left_of(KEY, [], caplog.text + sent.content.decode()) == []


def test_a_key_that_was_not_typed_is_asked_for(page: Page) -> None:
    assert send(page, "test/").status_code == 422


def test_the_api_takes_statements_figures_and_limits(cast: Cast) -> None:
    program = Program(cast)
    plan = program.tell(program.plan(), "start")[1]
    plan = program.tell(plan, "vouch", need="old_code", statement="the flag was switched in staging")[1]
    status, plan = program.tell(plan, "take_reading", candidate={"requests": 50, "errors": 1, "cost": "0.02"})
    assert status == 200
    assert plan["canary"]["gates"][0]["outcome"] == "not-yet"
    assert plan["canary"]["reading"]["candidate"]["requests"] == 50
    assert plan["way_back"][2] == {**plan["way_back"][2], "need": "old_code", "age": "fresh", "tested": False}
    status, _said = program.tell(plan, "take_reading", candidate={"requests": 1, "errors": 2})
    assert status == 422
    status, plan = program.tell(plan, "set_limits", limits=[], requests_day=50_000)
    assert (status, plan["canary"]["gates"]) == (200, [])
    assert plan["canary"]["detects"] == []
    limit = {"metric": "error_rate", "kind": "points", "margin": "0.5", "base": "1"}
    plan = program.tell(plan, "set_limits", limits=[limit], requests_day=50_000)[1]
    first = plan["canary"]["detects"][0]
    assert (first["percent"], first["target_requests"]) == ("10", 5000)
    assert round(first["rise_one_look"], 2) == 0.37
    assert round(first["rise_many_looks"], 1) == 0.6
    assert program.get(f"{PLANS}/{plan['id']}")[1] == plan
