"""The pages about people: accessible and fitting, and signing in by hand, without a script too."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, expect

from costcalc.accounts.access import Visit
from costcalc.accounts.first_owner import new_first_owner_link
from costcalc.accounts.models import User
from costcalc.accounts.roles import Role, Scope
from costcalc.accounts.team import invite_somebody, new_token
from tests.browser.test_looks import PAIRS, problems
from tests.factories import PASSWORD, Cast, a_cast, types_the_password

ANYBODY = ["login/", "signup/", "inactive/", "password/reset/", "password/reset/done/", "password/reset/key/1-none/"]
LONG = "Ein-sehr-langer-Name-ohne-jede-Trennstelle-der-nirgends-umbricht-und-doch-passen-muss-auf-das-Telefon"


def enter(context: BrowserContext, site: str, user: User) -> None:
    """Put somebody's session into a browser."""
    client = Client()
    client.force_login(user)
    types_the_password(client)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])


def busy() -> Cast:
    """A workspace with long names, an invitation and a token, of which the log tells."""
    cast = a_cast(LONG[:80])
    User.objects.filter(pk=cast.bob.pk).update(name=LONG)
    visit = Visit(cast.alice, cast.workspace, Role.OWNER)
    invite_somebody(visit, Role.EDITOR, timezone.now(), "somebody.with.a.long.address@subdomain.example.org")
    new_token(visit, LONG[:80], Scope.WRITE, None)
    return cast


@pytest.mark.parametrize(("language", "scheme", "size"), PAIRS, ids=["en-light", "en-dark", "vi-light", "vi-dark"])
def test_every_page_is_accessible_and_fits(browser: Browser, site: str, language: str, scheme: Any, size: Any) -> None:
    link = new_first_owner_link()
    context = browser.new_context(viewport=size, color_scheme=scheme, locale=language)
    reader = context.new_page()
    found = {f"{site}/first-owner/": problems(reader, f"{site}/first-owner/{link}/", size)}
    cast = busy()
    found |= {page: problems(reader, f"{site}/accounts/{page}", size) for page in ANYBODY}
    enter(context, site, cast.alice)
    here = f"/w/{cast.workspace.public_id}/"
    leaving = f"members/{cast.bob.public_id}/remove/"
    pages = ["/w/", here, *(here + tail for tail in ("members/", leaving, "tokens/", "audit/", "delete/"))]
    pages += [
        "/me/",
        "/me/address/",
        "/accounts/password/again/",
        "/me/delete/",
        "/accounts/password/change/",
        "/accounts/logout/",
        "/preferences/",
    ]
    found |= {page: problems(reader, site + page, size) for page in pages}
    reader.locator("#person summary").click()
    found |= {"menu": [] if reader.get_by_role("button", name=cast.workspace.name).is_visible() else ["is shut"]}
    context.close()
    assert {page: faults for page, faults in found.items() if faults} == {}


def test_on_a_phone_roles_and_labels_can_be_read_and_every_button_is_in_sight(browser: Browser, site: str) -> None:
    cast = busy()
    context = browser.new_context(viewport={"width": 360, "height": 800}, locale="vi")
    enter(context, site, cast.alice)
    reader = context.new_page()
    here = f"{site}/w/{cast.workspace.public_id}/"
    for address in (f"{here}members/", f"{here}tokens/", f"{here}audit/", f"{here}prices/new/", f"{site}/preferences/"):
        reader.goto(address)
        for select in reader.locator("main select").all():
            assert (select.bounding_box() or {"width": 0})["width"] > 80, address
        for label in reader.locator("main label:visible").all():
            assert (label.bounding_box() or {"height": 999})["height"] < 60, (address, label.inner_text())
        for button in reader.locator("main button:visible").all():
            box = button.bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= 360, (address, button.inner_text())
    context.close()


@pytest.mark.parametrize("script", [True, False])
def test_signing_up_leads_back_with_nothing_lost_and_signing_out_ends_it(
    browser: Browser, site: str, script: bool
) -> None:
    reader = browser.new_page(java_script_enabled=script)
    reader.goto(f"{site}/?requests=60000")
    reader.get_by_role("link", name="Sign in").click()
    reader.get_by_role("link", name="Sign up").click()
    reader.get_by_label("Name").fill("Dora")
    reader.get_by_label("E-mail address").fill("dora@example.org")
    reader.get_by_label("Password").fill("x")
    reader.get_by_role("button", name="Sign up").click()
    expect(reader.get_by_text("at least 8 characters.")).to_be_visible()
    reader.get_by_label("Password").fill(PASSWORD)
    reader.get_by_role("button", name="Sign up").click()
    expect(reader).to_have_url(f"{site}/?requests=60000")
    reader.locator("#person summary").click()
    reader.get_by_role("button", name="Sign out").click()
    expect(reader.get_by_role("link", name="Sign in")).to_be_visible()
    reader.close()


def test_the_menu_closes_with_escape(browser: Browser, site: str) -> None:
    cast = a_cast()
    context = browser.new_context()
    enter(context, site, cast.bob)
    reader = context.new_page()
    reader.goto(f"{site}/prices/")
    reader.locator("#person summary").click()
    expect(reader.get_by_role("button", name="Platform team")).to_be_visible()
    reader.keyboard.press("Escape")
    expect(reader.get_by_role("button", name="Platform team")).to_be_hidden()
    reader.locator("#person summary").click()
    reader.get_by_role("button", name="Platform team").click()
    reader.locator("#person summary").click()
    expect(reader.get_by_role("link", name="Platform team")).to_have_attribute("aria-current", "true")
    context.close()


@pytest.mark.parametrize("first", [True, False])
def test_a_new_account_has_the_time_zone_of_its_browser(browser: Browser, site: str, first: bool) -> None:
    address = f"/first-owner/{new_first_owner_link()}/" if first else "/accounts/signup/"
    context = browser.new_context(timezone_id="Asia/Ho_Chi_Minh", locale="en")
    reader = context.new_page()
    reader.goto(site + address)
    reader.get_by_label("E-mail address").fill("dora@example.org")
    reader.get_by_label("Password").fill(PASSWORD)
    reader.locator("main button.primary").click()
    reader.goto(f"{site}/preferences/")
    expect(reader.locator("select[name=time_zone]")).to_have_value("Asia/Ho_Chi_Minh")
    context.close()
