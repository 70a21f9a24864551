"""Two people look at a plan in two browsers: what one does the other sees, and nothing that was typed is lost."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Route, expect

from costcalc.accounts.models import User
from costcalc.accounts.workspaces import Membership
from migrations_app.plans import Plan
from tests.factories import Cast, a_cast, signed_in
from tests.planner.looked import a_plan, rolled_back, started

ROLLED_BACK, STARTED = re.compile("rolled back", re.IGNORECASE), re.compile("canary started", re.IGNORECASE)
FORM = """<form method="post" action="/plans/{plan}/commands/" id="act-hold">
<input type="hidden" name="command" value="hold"><input type="hidden" name="revision" value="{revision}">
<label>Why <input name="reason" id="act-hold-reason" maxlength="500"></label>
<label>Sure <input type="checkbox" name="sure"></label><button>Hold</button></form>"""


@pytest.fixture
def people(site: str) -> Cast:
    return a_cast()


@pytest.fixture
def opened(browser: Browser, site: str, people: Cast) -> Iterator[Any]:
    """Opens the page of a plan, as somebody, in a browser of their own."""
    contexts = []

    def open_(user: User, plan: Plan, form: bool = False, **options: Any) -> Page:
        context = browser.new_context(locale="en", **options)
        contexts.append(context)
        session = signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
        page = context.new_page()
        if form:
            page.route(re.compile(rf"/plans/{plan.public_id}/$"), lambda route: with_form(route, plan))
        page.goto(f"{site}/plans/{plan.public_id}/")
        return page

    yield open_
    for context in contexts:
        context.close()


def with_form(route: Route, plan: Plan) -> None:
    """The server's answer with a form in one of its parts, as long as the canary has not begun to roll back."""
    answer = route.fetch()
    text = answer.text()
    found = re.search(r'data-revision="(\d+)"', text)
    assert found
    form = FORM.format(plan=plan.public_id, revision=found[1])
    # The section ends with the form; what is before it says how the canary stands.
    route.fulfill(
        response=answer,
        body=re.sub(r'(<section[^>]*id="canary".*?)(</section>)', rf"\1{form}\2", text, flags=re.DOTALL),
    )


def test_what_one_does_the_other_sees_within_a_second(opened: Any, people: Cast) -> None:
    plan = a_plan(people)
    alice, vera = opened(people.alice, plan), opened(people.vera, plan)
    alice.wait_for_timeout(500)
    begun = time.monotonic()
    rolled_back(people, started(people, plan))
    for page in (alice, vera):
        expect(page.locator("#log")).to_contain_text(ROLLED_BACK, timeout=1500)
    assert time.monotonic() - begun < 1.5
    expect(vera.locator("#heard")).to_have_text("rolled back · Alice")


def test_what_is_typed_stays_with_its_caret_and_its_revision(opened: Any, people: Cast) -> None:
    plan = a_plan(people)
    page = opened(people.alice, plan, form=True)
    reason = page.locator("#act-hold-reason")
    reason.press_sequentially("too many errors")
    page.locator("[name=sure]").check()
    reason.focus()
    reason.press("ArrowLeft")
    started(people, plan)
    expect(page.locator("#plan")).to_have_attribute("data-revision", "2", timeout=1500)
    expect(reason).to_have_value("too many errors")
    expect(reason).to_be_focused()
    expect(page.locator("[name=sure]")).to_be_checked()
    reason.press_sequentially("!")
    expect(reason).to_have_value("too many error!s")
    page.wait_for_timeout(1300)
    expect(page.locator("[name=revision]")).to_have_value("1")
    rolled_back(people, plan)
    expect(page.locator("#plan")).to_have_attribute("data-revision", "3")
    page.wait_for_timeout(1300)
    expect(page.locator("[name=revision]")).to_have_value("1")
    expect(reason).to_have_value("too many error!s")


def test_a_form_that_nobody_has_begun_is_of_the_new_revision_once_it_can_be_seen(opened: Any, people: Cast) -> None:
    plan = a_plan(people)
    page = opened(people.alice, plan, form=True)
    started(people, plan)
    expect(page.locator("#plan")).to_have_attribute("data-revision", "2", timeout=1500)
    assert page.locator("[name=revision]").input_value() == "1"
    expect(page.locator("[name=revision]")).to_have_value("2", timeout=1500)


def test_a_form_that_is_gone_keeps_what_was_typed(opened: Any, people: Cast) -> None:
    plan = a_plan(people)
    page = opened(people.alice, plan, form=True)
    page.locator("#act-hold-reason").fill("too many errors")
    page.unroute_all()
    started(people, plan)
    expect(page.locator("#heard")).to_contain_text("This part has changed meanwhile", timeout=1500)
    expect(page.locator("#act-hold-reason")).to_have_value("too many errors")
    expect(page.locator("#log")).to_contain_text(STARTED)
    page.locator("#heard a").click()
    expect(page.locator("#plan")).to_have_attribute("data-revision", "2")


@pytest.mark.parametrize("failing", ["abort", "refuse", "hold back"])
def test_where_streams_fail_the_revision_is_asked_for(opened: Any, people: Cast, failing: str) -> None:
    plan = a_plan(people)
    page = opened(people.alice, plan)

    held: list[Route] = []

    def fail(route: Route) -> None:
        if route.request.headers.get("accept") != "text/event-stream":
            route.continue_()
        elif failing == "abort":
            route.abort()
        elif failing == "refuse":
            route.fulfill(status=502, body="")
        else:
            held.append(route)

    page.route("**/live/plans/*", fail)
    page.reload()
    page.wait_for_timeout(500)
    started(people, plan)
    expect(page.locator("#plan")).to_have_attribute("data-revision", "2", timeout=15_000)
    for route in held:
        route.abort()


def test_a_lost_stream_is_opened_again(opened: Any, people: Cast) -> None:
    plan = a_plan(people)
    page = opened(people.alice, plan)
    page.context.set_offline(True)
    started(people, plan)
    page.wait_for_timeout(1500)
    expect(page.locator("#plan")).to_have_attribute("data-revision", "1")
    page.context.set_offline(False)
    expect(page.locator("#plan")).to_have_attribute("data-revision", "2", timeout=5_000)
    rolled_back(people, plan)
    expect(page.locator("#log")).to_contain_text(ROLLED_BACK, timeout=5_000)


def test_who_may_look_no_longer_is_told(opened: Any, people: Cast) -> None:
    plan = a_plan(people)
    page = opened(people.vera, plan)
    page.wait_for_timeout(300)
    Membership.objects.filter(user=people.vera).delete()
    started(people, plan)
    expect(page.locator("#heard")).to_contain_text("This plan can no longer be shown.")


def test_who_is_signed_out_is_told(opened: Any, people: Cast) -> None:
    plan = a_plan(people)
    page = opened(people.vera, plan)
    page.wait_for_timeout(300)
    page.context.clear_cookies()
    started(people, plan)
    expect(page.locator("#heard")).to_contain_text("You are no longer signed in")
    expect(page.locator("#plan")).to_have_attribute("data-revision", "1")
