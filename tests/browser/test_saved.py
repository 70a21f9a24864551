"""Saved scenarios in a real browser: every page accessible and within the screen, and saved without a script too."""

from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from costcalc.scenarios import saving
from tests.browser.test_looks import PAIRS, problems
from tests.catalog.test_own_prices import added
from tests.factories import Cast, a_cast, signed_in
from tests.scenarios.keeping import FLASH, NOW, by, drafted, kept


def entering(browser: Browser, site: str, cast: Cast, **settings_: Any) -> Page:
    """A browser in which Alice is signed in and works in the team's workspace."""
    session = signed_in(cast.alice, cast.workspace).cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(**settings_)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
    return context.new_page()


def addresses(cast: Cast) -> list[str]:
    """Every page of a scenario that has been through everything."""
    scenario = kept(cast)
    bob, home = by(cast, "bob"), f"/scenarios/{scenario.public_id}/"
    saving.revise(bob, scenario, 1, drafted(cast, FLASH.replace("60000", "120000")), NOW)
    approval = saving.ask_approval(bob, scenario, 2, cast.vera, NOW)
    saving.decide(by(cast, "vera"), approval, approval.Decision.GIVEN, "Fine.", NOW)
    saving.ask_approval(bob, scenario, 2, cast.alice, NOW)
    said = saving.comment(by(cast, "alice"), scenario, "Why so much output?", timezone.now())
    _row, link = saving.share(bob, saving.revision_of(scenario), NOW, "For the board")
    rest = ["", "1/", "reprice/", "revise/?requests=5&revision=2", "revise/?requests=5&revision=1", "rename/"]
    rest += ["delete/", "share/", f"comments/{said.public_id}/"]
    both = f"a={scenario.public_id}.1&b={scenario.public_id}"
    return [
        *(home + one for one in rest),
        *("/scenarios/", "/scenarios/?archived=1", "/scenarios/?q=zzzz", f"/scenarios/new/?{FLASH}"),
        *("/scenarios/compare/", f"/scenarios/compare/?{both}", f"/w/{cast.workspace.public_id}/links/"),
        *(f"/?{FLASH}&scenario={scenario.public_id}&revision=2", f"/s/{link}/"),
    ]


@pytest.mark.parametrize(("language", "scheme", "size"), [PAIRS[0], PAIRS[1], PAIRS[2]], ids=["light", "dark", "vi"])
def test_every_page_is_accessible_and_fits(browser: Browser, site: str, language: str, scheme: Any, size: Any) -> None:
    cast = a_cast()
    pages = addresses(cast)
    reader = entering(browser, site, cast, viewport=size, color_scheme=scheme, locale=language)
    found = {address: problems(reader, site + address, size) for address in pages}
    reader.context.close()
    assert {address: faults for address, faults in found.items() if faults} == {}


def test_a_scenario_is_saved_and_revised_without_a_script(browser: Browser, site: str) -> None:
    plain = entering(browser, site, a_cast(), java_script_enabled=False, locale="en")
    plain.goto(f"{site}/?to=google/gemini-2.5-flash")
    plain.locator("#w1-requests").fill("60k")
    plain.locator("button[name=save]").click()
    plain.locator("input[name=name]").fill("Flash")
    plain.locator("main form button.primary").click()
    expect(plain.locator("h1")).to_have_text("Flash")
    expect(plain.locator("#verdict")).to_contain_text("$8,010 a month")

    plain.get_by_role("link", name="Change in the calculator").click()
    plain.locator("#w1-requests").fill("120k")
    plain.locator("button[name=save]").click()
    plain.locator("input[name=comment]").fill("Twice the traffic")
    plain.locator("main form button.primary").click()
    expect(plain.locator("#verdict")).to_contain_text("$16,020 a month")
    expect(plain.locator("#revisions tbody tr")).to_have_count(2)
    expect(plain.locator("#revisions")).to_contain_text("Twice the traffic")
    plain.context.close()


def test_of_two_who_rename_at_once_the_second_sees_both_names_and_decides(browser: Browser, site: str) -> None:
    cast = a_cast()
    address = f"{site}/scenarios/{kept(cast).public_id}/"
    first, second = (entering(browser, site, cast, locale="en") for _ in "ab")
    for tab in (first, second):
        tab.goto(f"{address}rename/")
    for tab, name in ((first, "First"), (second, "Second")):
        tab.locator("input[name=name]").fill(name)
        tab.locator("textarea[name=note]").fill(f"By the {name.lower()}.")
        tab.locator("main form button.primary").click()
    expect(first.locator("h1")).to_have_text("First")
    expect(second.get_by_role("alert")).to_contain_text("it is now called “First”")
    expect(second.locator("blockquote")).to_have_text("By the first.")
    expect(second.locator("input[name=name]")).to_have_value("Second")
    expect(second.locator("textarea[name=note]")).to_have_value("By the second.")
    second.locator("main form button.primary").click()
    expect(second.locator("h1")).to_have_text("Second")

    first.get_by_role("button", name="Archive", exact=True).click()
    expect(first.get_by_role("alert")).to_have_text(
        "Somebody has changed this scenario meanwhile. Nothing was changed."
    )
    first.get_by_role("button", name="Archive", exact=True).click()
    expect(first.locator("h1")).to_contain_text("archived")
    for tab in (first, second):
        tab.context.close()


@pytest.mark.parametrize("width", [320, 360, 700])
def test_on_a_phone_no_column_is_out_of_sight_and_the_header_is_three_rows(
    browser: Browser, site: str, width: int
) -> None:
    cast = a_cast()
    addresses(cast)
    scenario = kept(cast, FLASH + "0", "Another one")
    added(cast)
    here, both = f"/w/{cast.workspace.public_id}/", f"a={scenario.public_id}.1&b={scenario.public_id}"
    six = "&".join(f"{column}={scenario.public_id}" for column in "abcdef")
    reader = entering(browser, site, cast, viewport={"width": width, "height": 740}, locale="vi")
    found = {}
    for address in (
        *("/scenarios/", f"/scenarios/compare/?{both}", f"/scenarios/compare/?{six}"),
        *(f"/scenarios/{scenario.public_id}/reprice/", f"{here}prices/", f"{here}links/", f"{here}audit/"),
    ):
        reader.goto(site + address)
        assert reader.locator("main tbody td").count(), address
        found[address] = reader.evaluate(CUT, width)
        assert (reader.locator("header.top").bounding_box() or {"height": 999})["height"] < 130, address
    reader.context.close()
    assert {address: cut for address, cut in found.items() if cut} == {}


CUT = """(width) => [...document.querySelectorAll("main tbody :is(th, td)")]
    .filter((e) => e.checkVisibility())
    .filter((e) => e.getBoundingClientRect().right > width - 15 || e.scrollWidth > e.clientWidth + 1)
    .map((e) => e.textContent.trim())"""
