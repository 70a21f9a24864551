"""Plans through the API: made, read, told what to do; two at once, and what may not be done."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from costcalc.accounts.models import User
from migrations_app.plans import Plan, PlanEvent
from tests.factories import Cast, a_token, signed_in

PLANS = "/api/v1/plans"


class Program:
    """An application with a token, of Bob's if of nobody else's."""

    def __init__(self, cast: Cast, person: User | None = None) -> None:
        _row, secret = a_token(cast.workspace, person or cast.bob)
        self.headers = {"Authorization": f"Bearer {secret}"}
        self.client = Client()

    def post(self, path: str, body: Any) -> tuple[int, Any]:
        response = self.client.post(path, body, "application/json", headers=self.headers)
        return response.status_code, response.json()

    def get(self, path: str) -> tuple[int, Any]:
        response = self.client.get(path, headers=self.headers)
        return response.status_code, response.json()

    def plan(self, **said: Any) -> dict[str, Any]:
        status, made = self.post(PLANS, {"name": "To Gemini", **said})
        assert status == 201, made
        return dict(made)

    def tell(self, plan: dict[str, Any], command: str, **said: Any) -> tuple[int, Any]:
        body = {"command": command, "revision": plan["revision"], **said}
        return self.post(f"{PLANS}/{plan['id']}/commands", body)


@pytest.fixture
def program(cast: Cast) -> Program:
    return Program(cast)


def test_a_plan_is_made_started_and_read(program: Program) -> None:
    made = program.plan(start_on="2026-12-01")
    assert (made["revision"], made["weight"], made["canary"]["standing"]) == (1, "0", "planned")
    status, started = program.tell(made, "start")
    assert (status, started["revision"], started["weight"]) == (200, 2, "10")
    assert program.get(f"{PLANS}/{made['id']}")[1]["weight"] == "10"
    assert [row["id"] for row in program.get(PLANS)[1]["items"]] == [made["id"]]


def test_a_plan_without_a_name_takes_its_scenarios_or_its_templates(program: Program) -> None:
    body = {"name": "Move to Flash", "query": "to=google/gemini-2.5-flash&requests=60000"}
    scenario = program.post("/api/v1/scenarios", body)[1]["id"]
    of_both = program.post(PLANS, {"scenario": scenario, "template": "base-url", "name": None})
    assert (of_both[0], of_both[1]["name"]) == (201, "Move to Flash")
    assert program.post(PLANS, {"template": "key-rotation"})[1]["name"] == "Key rotation only"
    status, said = program.post(PLANS, {"start_on": "2026-12-01"})
    assert (status, said["errors"][0]["pointer"]) == (422, "/name")


def test_a_canary_command_may_hold_all_of_the_envelope(program: Program) -> None:
    plan = program.tell(program.plan(), "start", reason=None, percent=None)[1]
    assert program.tell(plan, "skip", reason="little traffic", percent=100)[0] == 422
    plan = program.tell(plan, "skip", reason="little traffic", percent=50)[1]
    plan = program.tell(plan, "hold", reason="", percent=50)[1]
    assert (plan["canary"]["standing"], plan["weight"]) == ("held", "50")
    plan = program.tell(plan, "roll_back", reason="errors", percent=0)[1]
    # Whoever sends it again, or was slower than somebody else, has what they asked for.
    assert program.tell(plan, "roll_back", reason="errors", percent=0) == (200, plan)


def test_who_decided_on_an_older_revision_sees_how_it_stands(program: Program) -> None:
    made = program.plan()
    program.tell(made, "start")
    status, said = program.tell(made, "start")
    assert (status, said["current"]["revision"]) == (409, 2)
    assert [(row["number"], row["kind"]) for row in said["changes"]] == [(2, "canary.started")]


def test_a_roll_back_holds_however_the_plan_stands(program: Program) -> None:
    made = program.plan()
    program.tell(made, "start")
    path = f"{PLANS}/{made['id']}/commands"
    assert program.post(path, {"command": "roll_back", "reason": "errors"})[1]["weight"] == "0"


def test_what_may_not_be_done_is_refused_with_the_reason(program: Program) -> None:
    started = program.tell(program.plan(), "start")[1]
    status, said = program.tell(started, "promote")
    assert status == 422
    assert said["detail"] == (
        "This stage is to be held for 24 more hours. This stage has limits, and no figures of it yet."
        " Wait, or skip the stage with a reason."
    )


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"command": "dance", "revision": 1},
        {"command": "start"},
        {"command": "skip", "revision": 1},
        {"command": "hold", "revision": 1, "reason": "key sk-proj-abcdefghijklmnop1234"},
        {"command": "start", "revision": 1, "more": 1},
    ],
)
def test_a_body_that_is_no_command_is_refused_and_nothing_happens(program: Program, body: Any) -> None:
    made = program.plan()
    assert program.post(f"{PLANS}/{made['id']}/commands", body)[0] == 422
    assert PlanEvent.objects.count() == 1


def test_every_happening_is_in_the_audit_log(program: Program, cast: Cast) -> None:
    made = program.plan()
    program.tell(made, "start")
    found = cast.workspace.audit_entries.filter(target=Plan.objects.get().target).order_by("sequence")
    assert [entry.action for entry in found] == ["plan.made", "canary.started"]


def test_from_a_plan_of_another_workspace_one_comes_to_that_one_s_list(cast: Cast) -> None:
    program, reader = Program(cast), signed_in(cast.bob)
    plan = program.plan()
    page = reader.get(f"/plans/{plan['id']}/").content.decode()
    there = f"/w/{cast.workspace.public_id}/switch/"
    assert f'<form id="elsewhere" method="post" action="{there}" hidden>' in page
    assert '<button class="link" form="elsewhere">Plans</button>' in page
    listed = reader.post(there, {"next": "/plans/"}, follow=True)
    assert (listed.redirect_chain, "To Gemini" in listed.content.decode()) == ([("/plans/", 302)], True)
    assert 'form="elsewhere"' not in reader.get(f"/plans/{plan['id']}/").content.decode()


@pytest.mark.parametrize("wanted", ["https://example.org/", "//example.org", "", "javascript:alert(1)"])
def test_who_switches_is_led_nowhere_else(cast: Cast, wanted: str) -> None:
    answer = signed_in(cast.bob).post(f"/w/{cast.workspace.public_id}/switch/", {"next": wanted})
    assert answer.headers["location"] == "/"
