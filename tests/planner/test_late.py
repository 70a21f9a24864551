"""Two people act at once: one wins, the other sees what has changed, and can send their form once more."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse, QueryDict
from django.test import Client

from migrations_app import late
from migrations_app.plans import Plan
from migrations_app.rules.canary_commands import Hold, Skip
from tests.factories import Cast, signed_in
from tests.planner.looked import a_plan, does, rolled_back, started


@pytest.fixture
def plan(cast: Cast) -> Plan:
    return started(cast, a_plan(cast))


def told(client: Client, plan: Plan, command: str, revision: int, **said: str) -> HttpResponse:
    """The answer to a form of the page."""
    body = {"command": command, "revision": str(revision), **said}
    return client.post(f"/plans/{plan.public_id}/commands/", body)  # type: ignore[return-value]


def again(answer: HttpResponse) -> tuple[str, dict[str, str]]:
    """The form that the page offers to send once more."""
    page = answer.content.decode()
    found = re.search(r'<section class="late".*?<form method="post" action="([^"]+)".*?</form>', page, re.DOTALL)
    assert found, page
    return found[1], dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found[0]))


def test_who_comes_late_sees_what_changed_and_by_whom(cast: Cast, plan: Plan) -> None:
    does(cast, plan, Hold(command="hold", revision=2, reason="release day"), "alice")
    answer = told(signed_in(cast.bob, cast.workspace), plan, "skip", 2, reason="we are <sure>")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert re.search(r"Canary held\s+<q>release day</q> <span[^>]*>Alice", page)
    assert "<q>we are &lt;sure&gt;</q>" in page
    assert Plan.objects.get().revision == 3


def test_who_comes_late_sees_where_the_canary_was_led(cast: Cast, plan: Plan) -> None:
    does(cast, plan, Skip(command="skip", revision=2, reason="quiet night"), "alice")
    page = told(signed_in(cast.bob, cast.workspace), plan, "skip", 2, reason="sure").content.decode()
    assert re.search(r"Stage skipped → 50&nbsp;%\s+<q>quiet night</q>", page.partition('id="late-title"')[2])


def test_the_form_can_be_sent_once_more_as_it_was_typed(cast: Cast, plan: Plan) -> None:
    does(cast, plan, Hold(command="hold", revision=2, reason="release day"), "alice")
    bob = signed_in(cast.bob, cast.workspace)
    path, fields = again(told(bob, plan, "skip", 2, reason="we are sure"))
    assert {name: fields[name] for name in ("command", "revision", "reason")} == {
        "command": "skip",
        "revision": "3",
        "reason": "we are sure",
    }
    assert bob.post(path, fields).status_code == 302
    assert Plan.objects.get().state.rollout.reason == ""
    assert Plan.objects.get().weight == 5000


def test_what_can_no_longer_be_done_is_said_and_not_offered(cast: Cast, plan: Plan) -> None:
    rolled_back(cast, plan)
    page = told(signed_in(cast.bob, cast.workspace), plan, "hold", 2, reason="wait").content.decode()
    assert "It can no longer be done: The canary is not running." in page
    assert "Do it all the same" not in page


def test_ones_own_other_window_is_named_so(cast: Cast, plan: Plan) -> None:
    does(cast, plan, Hold(command="hold", revision=2, reason="release day"), "bob")
    page = told(signed_in(cast.bob, cast.workspace), plan, "pause", 2, reason="wait").content.decode()
    assert "you, in another window" in page


def test_a_form_is_sent_again_whole_but_for_its_own_keys() -> None:
    form = QueryDict("csrfmiddlewaretoken=x&form_key=y&revision=2&steps=a&steps=b&reason=")
    assert late.sent(form, 7) == [("revision", "7"), ("steps", "a"), ("steps", "b"), ("reason", "")]
