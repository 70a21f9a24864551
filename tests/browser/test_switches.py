"""The header's switches: what is half typed is not lost by them, nor is a secret that is shown once."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.factories import Cast, a_cast, signed_in
from tests.scenarios.keeping import FLASH, kept


@pytest.fixture
def cast_here(site: str) -> Cast:
    """Everybody, on the site."""
    return a_cast()


@pytest.fixture
def reader(browser: Browser, site: str, cast_here: Cast) -> Iterator[Page]:
    """A browser in which Alice is signed in, at work in the team's workspace."""
    session = signed_in(cast_here.alice, cast_here.workspace).cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(locale="en", color_scheme="light")
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def answering(page: Page, *, leave: bool) -> list[str]:
    """Answer each question whether to leave; the kinds of the questions."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        if leave:
            dialog.accept()
        else:
            dialog.dismiss()

    page.on("dialog", answer)
    return asked


def test_the_colours_change_without_leaving_a_half_filled_form_and_stay(
    reader: Page, site: str, cast_here: Cast
) -> None:
    reader.goto(f"{site}/w/{cast_here.workspace.public_id}/prices/new/")
    reader.locator("#id_name").fill("Half typed")
    with reader.expect_response(f"{site}/preferences/"):
        reader.get_by_role("button", name="Dark").click()
    expect(reader.locator("html")).to_have_attribute("data-theme", "dark")
    expect(reader.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    expect(reader.get_by_role("button", name="Auto")).to_have_attribute("aria-pressed", "false")
    expect(reader.locator("#id_name")).to_have_value("Half typed")
    reader.goto(f"{site}/prices/")
    expect(reader.locator("html")).to_have_attribute("data-theme", "dark")
    reader.get_by_role("button", name="Auto").click()
    expect(reader.locator("html")).not_to_have_attribute("data-theme", "dark")
    reader.reload()
    expect(reader.get_by_role("button", name="Auto")).to_have_attribute("aria-pressed", "true")


def test_colours_that_could_not_be_kept_in_place_are_sent_as_a_form(reader: Page, site: str) -> None:
    reader.goto(f"{site}/prices/")
    reader.evaluate("() => { window.fetch = () => Promise.reject(new Error('no')) }")
    reader.get_by_role("button", name="Dark").click()
    expect(reader.locator("html")).to_have_attribute("data-theme", "dark")
    expect(reader).to_have_url(f"{site}/prices/")


@pytest.mark.parametrize("leave", [False, True])
def test_another_language_asks_before_it_loses_what_is_typed(
    reader: Page, site: str, cast_here: Cast, *, leave: bool
) -> None:
    asked = answering(reader, leave=leave)
    reader.goto(f"{site}/scenarios/new/?{FLASH}")
    reader.locator("#id_note").fill("Half typed")
    reader.get_by_role("button", name="Tiếng Việt").click()
    expect(reader.locator("html")).to_have_attribute("lang", "vi" if leave else "en")
    expect(reader.locator("#id_note")).to_have_value("" if leave else "Half typed")
    assert asked == ["beforeunload"]


def test_what_was_refused_counts_as_typed_and_what_is_sent_asks_nothing(
    reader: Page, site: str, cast_here: Cast
) -> None:
    asked = answering(reader, leave=False)
    home = f"{site}/w/{cast_here.workspace.public_id}/"
    reader.goto(home)
    cast_here.workspace.settle(1, "First", True)
    reader.locator("#id_name").fill("Second")
    reader.get_by_role("button", name="Save").click()
    expect(reader.get_by_role("alert")).to_contain_text("It is called “First” now.")
    expect(reader.locator("#id_name")).to_have_value("Second")
    assert asked == []
    reader.get_by_role("button", name="Tiếng Việt").click()
    expect(reader.locator("html")).to_have_attribute("lang", "en")
    assert asked == ["beforeunload"]
    reader.get_by_role("button", name="Save").click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("Second")
    reader.get_by_role("button", name="Tiếng Việt").click()
    expect(reader.locator("html")).to_have_attribute("lang", "vi")
    assert asked == ["beforeunload"]


def test_a_link_shown_once_is_not_lost_to_a_switch_unasked(reader: Page, site: str, cast_here: Cast) -> None:
    asked = answering(reader, leave=False)
    members = f"{site}/w/{cast_here.workspace.public_id}/members/"
    reader.goto(members)
    reader.get_by_role("button", name="Invite").click()
    link = reader.locator(".once code").inner_text()
    reader.get_by_role("button", name="Dark").click()
    expect(reader.locator("html")).to_have_attribute("data-theme", "dark")
    reader.get_by_role("button", name="Tiếng Việt").click()
    expect(reader.locator(".once code")).to_have_text(link)
    assert asked == ["beforeunload"]


def test_two_quick_clicks_show_the_one_link_that_they_make(reader: Page, site: str, cast_here: Cast) -> None:
    reader.goto(f"{site}/w/{cast_here.workspace.public_id}/members/")
    reader.get_by_role("button", name="Invite").dblclick()
    expect(reader.locator(".once code")).to_contain_text("/invitations/")
    assert cast_here.workspace.invitations.count() == 1
    reader.reload()
    expect(reader.locator("main")).to_contain_text("This form was sent before")
    assert cast_here.workspace.invitations.count() == 1


def test_without_a_script_too_no_click_ends_on_an_empty_page(browser: Browser, site: str, cast_here: Cast) -> None:
    session = signed_in(cast_here.alice).cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(locale="en", java_script_enabled=False)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
    plain, scenario = context.new_page(), kept(cast_here)
    plain.goto(f"{site}/scenarios/{scenario.public_id}/")
    plain.locator("#id_comment-text").evaluate("field => field.required = false")
    plain.get_by_role("button", name="Comment", exact=True).click()
    expect(plain).to_have_url(f"{site}/scenarios/{scenario.public_id}/comments/")
    plain.get_by_role("button", name="Dark").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Move to Flash")
    expect(plain.locator("html")).to_have_attribute("data-theme", "dark")
    plain.goto(f"{site}/w/{cast_here.workspace.public_id}/members/")
    plain.get_by_role("button", name="Invite").click()
    plain.get_by_role("button", name="Tiếng Việt").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Platform team")
    context.close()
