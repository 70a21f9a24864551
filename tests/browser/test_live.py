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
from migrations_app.rules.canary_commands import Pause
from tests.factories import Cast, a_cast, signed_in
from tests.planner.looked import a_plan, does, rolled_back, started

ROLLED_BACK = re.compile("rolled back", re.IGNORECASE)


@pytest.fixture
def people(site: str) -> Cast:
    return a_cast()


@pytest.fixture
def opened(browser: Browser, site: str, people: Cast) -> Iterator[Any]:
    """Opens the page of a plan, as somebody, in a browser of their own."""
    contexts = []

    def open_(user: User, plan: Plan, **options: Any) -> Page:
        context = browser.new_context(locale="en", **options)
        contexts.append(context)
        session = signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
        page = context.new_page()
        page.goto(f"{site}/plans/{plan.public_id}/")
        return page

    yield open_
    for context in contexts:
        context.close()


def test_what_one_does_the_other_sees_within_a_second(opened: Any, people: Cast) -> None:
    plan = a_plan(people)
    alice, vera = opened(people.alice, plan), opened(people.vera, plan)
    alice.wait_for_timeout(500)
    begun = time.monotonic()
    rolled_back(people, started(people, plan))
    for page in (alice, vera):
        expect(page.locator("#log")).to_contain_text(ROLLED_BACK, timeout=4000)
    assert time.monotonic() - begun < 4
    expect(vera.locator("#heard")).to_have_text("rolled back · Alice")


def stands_at(page: Page, revision: int) -> None:
    """Wait until the page is of this revision, which is to take no longer than a second and a bit."""
    expect(page.locator("#plan")).to_have_attribute("data-revision", str(revision), timeout=2500)


def test_what_is_typed_stays_with_its_caret_and_its_revision(opened: Any, people: Cast) -> None:
    plan = started(people, a_plan(people))
    page = opened(people.alice, plan)
    page.locator("#act-hold > summary").click()
    reason, revision = page.locator("#act-hold-reason"), page.locator("#act-hold [name=revision]")
    reason.press_sequentially("too many errors")
    reason.press("ArrowLeft")
    does(people, plan, Pause(command="pause", revision=2, reason="release day"))
    stands_at(page, 3)
    expect(page.locator("#act-pause")).to_have_count(0)
    expect(reason).to_have_value("too many errors")
    expect(reason).to_be_focused()
    reason.press_sequentially("!")
    expect(reason).to_have_value("too many error!s")
    page.wait_for_timeout(1300)
    expect(revision).to_have_value("2")
    expect(page.locator("#act-skip [name=revision]")).to_have_value("3")
    page.locator("#act-hold form button").click()
    expect(page.locator(".late")).to_contain_text("release day")
    expect(page.locator(".late")).to_contain_text("too many error!s")
    page.get_by_role("button", name="Do it all the same").click()
    expect(page.locator("#log")).to_contain_text("too many error!s")


def test_a_form_that_is_gone_keeps_what_was_typed(opened: Any, people: Cast) -> None:
    plan = started(people, a_plan(people))
    page = opened(people.alice, plan)
    page.locator("#act-hold > summary").click()
    page.locator("#act-hold-reason").fill("too many errors")
    rolled_back(people, plan)
    expect(page.locator("#heard")).to_contain_text("This part has changed meanwhile", timeout=2500)
    expect(page.locator("#act-hold-reason")).to_have_value("too many errors")
    expect(page.locator("#log")).to_contain_text(ROLLED_BACK)
    page.locator("#heard a").click()
    expect(page.locator("#act-hold")).to_have_count(0)


def test_a_form_that_nobody_has_begun_is_of_the_new_revision_once_it_can_be_seen(opened: Any, people: Cast) -> None:
    plan = started(people, a_plan(people))
    page = opened(people.alice, plan)
    does(people, plan, Pause(command="pause", revision=2, reason="release day"))
    stands_at(page, 3)
    revision = page.locator("#act-skip [name=revision]")
    assert revision.input_value() == "2"
    expect(revision).to_have_value("3", timeout=4000)


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
