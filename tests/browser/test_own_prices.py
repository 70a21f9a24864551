"""Pages of own prices: accessible and fitting; added by hand without a script, chosen in the calculator with one."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from costcalc.accounts.access import visit
from costcalc.accounts.audit import acting
from costcalc.catalog.own import OwnPrice, add
from tests.browser.test_accounts import enter
from tests.browser.test_looks import PAIRS, problems
from tests.catalog.test_own_prices import terms
from tests.factories import Cast, a_cast

LONG = "A-very-long-name-that-nowhere-breaks-and-must-still-fit-a-telephone-whatever-it-is-called"


def priced() -> tuple[Cast, OwnPrice]:
    cast = a_cast()
    with acting(cast.workspace, visit(cast.alice, cast.workspace).actor) as act:
        price = add(
            act, terms(name=LONG[:80], note=LONG, source=LONG, source_url=f"https://example.org/{LONG}"), cast.bob
        )
        price = price.superseded(act, terms("1.25", name=LONG[:80]), cast.bob)
        add(act, terms(name="Archived"), cast.bob).moved_to_archive(act, cast.bob)
    return cast, price


@pytest.mark.parametrize(("language", "scheme", "size"), PAIRS, ids=["en-light", "en-dark", "vi-light", "vi-dark"])
def test_every_page_is_accessible_and_fits(browser: Browser, site: str, language: str, scheme: Any, size: Any) -> None:
    cast, price = priced()
    context = browser.new_context(viewport=size, color_scheme=scheme, locale=language)
    enter(context, site, cast.alice)
    reader = context.new_page()
    home, one = f"{site}/w/{cast.workspace.public_id}/prices/", price.public_id
    pages = [home, f"{home}?archived=1", f"{home}new/", f"{home}import/", f"{home}{one}/", f"{home}{one}/change/"]
    pages.append(f"{site}/?to={price.address}")
    found = {address: problems(reader, address, size) for address in pages}
    context.close()
    assert {address: faults for address, faults in found.items() if faults} == {}


def test_a_price_is_added_without_a_script_and_a_fault_is_at_its_field(browser: Browser, site: str) -> None:
    cast = a_cast()
    context = browser.new_context(java_script_enabled=False, locale="en")
    enter(context, site, cast.bob)
    page = context.new_page()
    page.goto(f"{site}/w/{cast.workspace.public_id}/prices/")
    page.get_by_role("link", name="Add a price").click()
    page.get_by_label("Name", exact=True).fill("Ours")
    page.get_by_label("Input tokens").first.fill("much")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_label("Input tokens").first).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Input tokens").first.fill("1.25; 200,000: 2.50")
    page.get_by_label("Output tokens").first.fill("10")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ours")
    page.get_by_role("link", name="Move to it").click()
    expect(page.locator("#ledger")).to_contain_text("Ours")
    context.close()


def test_the_picker_offers_own_prices_first_and_the_ledger_follows(page: Page, site: str) -> None:
    cast, price = priced()
    enter(page.context, site, cast.alice)
    page.goto(site)
    page.locator("#person summary").click()
    page.get_by_role("button", name=cast.workspace.name).click()
    picker = page.get_by_role("combobox", name="To")
    picker.fill("very long")
    option = page.locator("#w1-to-options [role=option]").first
    expect(option).to_have_attribute("data-value", price.address)
    option.click()
    page.wait_for_url(f"**/?to={price.address}")
    expect(page.locator("#w1-to-caption")).to_contain_text(LONG[:80])
