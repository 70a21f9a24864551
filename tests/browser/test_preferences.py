"""Language, colours and time zone: switched anywhere, kept, with and without a script."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect


def test_the_language_is_switched_where_one_is_and_stays(page: Page, site: str) -> None:
    page.goto(f"{site}/prices/?q=gpt-4.1")
    page.get_by_role("button", name="Tiếng Việt").click()
    expect(page).to_have_url(f"{site}/prices/?q=gpt-4.1")
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bảng giá")
    page.goto(f"{site}/preferences/")
    expect(page.get_by_role("button", name="Tiếng Việt")).to_have_attribute("aria-pressed", "true")


def test_a_switch_keeps_the_address_that_a_search_has_moved_on(page: Page, site: str) -> None:
    page.goto(f"{site}/prices/")
    page.locator("#id_q").press_sequentially("sonnet")
    expect(page).to_have_url(re.compile("q=sonnet"))
    page.get_by_role("button", name="Dark").click()
    expect(page).to_have_url(re.compile("q=sonnet"))
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_follow_the_system_until_chosen(browser: Browser, site: str, scheme: Literal["light", "dark"]) -> None:
    other = "dark" if scheme == "light" else "light"
    reader = browser.new_page(color_scheme=scheme, java_script_enabled=False)
    reader.goto(f"{site}/prices/")
    paper = reader.locator("html")
    before = paper.evaluate("(paper) => getComputedStyle(paper).backgroundColor")
    reader.get_by_role("button", name=other.title()).click()
    expect(paper).not_to_have_css("background-color", before)
    reader.get_by_role("button", name="Auto").click()
    expect(paper).to_have_css("background-color", before)
    reader.close()


def test_the_time_zone_is_chosen_without_a_script(browser: Browser, site: str) -> None:
    reader = browser.new_page(java_script_enabled=False)
    reader.goto(f"{site}/preferences/")
    reader.get_by_label("Time zone").select_option("Asia/Ho_Chi_Minh")
    reader.get_by_role("button", name="Save").click()
    expect(reader.get_by_label("Time zone")).to_have_value("Asia/Ho_Chi_Minh")
    reader.close()
