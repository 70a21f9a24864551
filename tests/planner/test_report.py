"""The report: what is late, what is at risk and what was saved, on a page and through the API."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import override

from migrations_app.report.contents import report, risks
from migrations_app.rules import dates
from tests.factories import Cast, signed_in
from tests.planner.test_api import PLANS, Program
from tests.planner.test_review_pages import text
from tests.planner.test_rollout import Plan
from tests.planner.test_saved_so_far import foreseen, side


def test_nothing_is_late_and_nothing_at_risk_where_nothing_has_begun() -> None:
    plan = Plan()
    found = report(plan.state, plan.now)
    assert (found.late, found.risks, found.standing) == ([], [], "The canary has not started.")
    assert [line.what for line in found.ahead] == [
        "Canary at 10 %",
        "Canary at 50 %",
        "Canary at 100 %",
        "Everything on the target",
        "Review of the move",
    ]


def test_risks_are_what_failed_what_is_blocked_and_what_is_not_shown() -> None:
    plan = foreseen()
    plan.do("add_step", phase="prepare", title="Read the contract", owner="alice", due="2026-11-01")
    plan.do("move_steps", steps=["s1"], to="blocked", reason="no answer")
    plan.do("start")
    plan.do(
        "take_reading",
        10,
        baseline=side(9_000, "45", errors=9),
        candidate=side(1_000, "4", errors=200),
    )
    found = report(plan.state, plan.now)
    assert [(line.what, line.on, line.owner) for line in found.late] == [
        ("Read the contract", dt.date(2026, 11, 1), "alice")
    ]
    for risk in (
        "A limit is not kept: Error rate",
        "A limit is not kept: Cost per 1,000 requests",
        "Less is saved than was forecast: $1.00, not $9.00.",
        "A step is blocked: Read the contract",
        "The roll-back has not been rehearsed.",
        "The old key is alive: not shown yet.",
        "Not finished, though later phases have begun: Prepare (0 of 1 · planned 1 November 2026).",
    ):
        assert risk in found.risks
    with override("vi"):
        assert "Giới hạn không được giữ: Tỷ lệ lỗi" in report(plan.state, plan.now).risks


def test_the_way_back_is_at_risk_until_its_last_day_after_the_cut_over() -> None:
    plan = Plan()
    plan.do("start")
    for _stage in range(3):
        plan.do("skip", reason="decided")
    assert plan.state.rollout.finished_at is not None
    last = plan.now + dt.timedelta(days=plan.state.keys.window_days)
    assert dates.last_day_back(plan.state, plan.now) == last.date()
    assert "The roll-back has not been rehearsed." in list(risks(plan.state, last))
    assert list(risks(plan.state, last + dt.timedelta(days=1))) == []


def test_the_days_of_keys_are_days_of_the_plan() -> None:
    plan = Plan()
    plan.do("add_key", provider="openai", environment="production", expires_on="2026-11-20")
    (expires,) = (each for each in dates.of(plan.state, plan.now) if each.kind == "key")
    assert (expires.on, expires.late(plan.now), expires.late(plan.now + dt.timedelta(days=30))) == (
        dt.date(2026, 11, 20),
        False,
        True,
    )


def test_a_page_for_people_and_the_same_for_programs(cast: Cast) -> None:
    program = Program(cast)
    made = program.plan(start_on=timezone.now().date().isoformat())
    late = {"phase": "prepare", "title": "Read the contract", "due": "2026-01-05"}
    status, started = program.tell(program.tell(made, "add_step", **late)[1], "start")
    assert status == 200, started
    client, address = signed_in(cast.bob, cast.workspace), f"/plans/{made['id']}/"
    assert f"{address}report/" in client.get(address).content.decode()
    page = text(client.get(f"{address}report/"))
    assert "Stage 1 of 3 is running. 10 % of the traffic is on the target." in page
    assert "Read the contract 5 January 2026" in page
    assert "The roll-back has not been rehearsed." in page
    status, said = program.get(f"{PLANS}/{made['id']}/report")
    assert (status, said["weight"], said["saved"]["actual"]) == (200, "10", None)
    assert [(line["what"], line["on"]) for line in said["late"]] == [("Read the contract", "2026-01-05")]
    assert client.get(f"{address}report/", headers={"accept-language": "vi"}).status_code == 200
