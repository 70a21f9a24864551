"""The list of prices under a reader's hands."""

import re

from playwright.sync_api import Browser, Page, expect


def test_the_list_follows_what_is_typed_and_so_does_the_address(page: Page, site: str) -> None:
    page.goto(f"{site}/prices/")
    page.keyboard.press("/")
    page.keyboard.type("claude-sonnet-4-5")
    expect(page.locator("tbody tr").first).to_contain_text("claude-sonnet-4-5")
    expect(page).to_have_url(re.compile(r"q=claude-sonnet-4-5"))
    expect(page.locator("#id_q")).to_be_focused()
    expect(page.locator("#id_q")).to_have_value("claude-sonnet-4-5")
    page.reload()
    expect(page.locator("tbody tr").first).to_contain_text("claude-sonnet-4-5")


def test_a_head_sorts_and_back_undoes_it(page: Page, site: str) -> None:
    page.goto(f"{site}/prices/?provider=openai")
    first = page.locator("tbody tr").first.text_content()
    page.get_by_role("link", name="Output").click()
    expect(page.locator("th[aria-sort]")).to_have_text("Output")
    expect(page).to_have_url(re.compile(r"sort=output"))
    page.go_back()
    expect(page.locator("th[aria-sort]")).to_have_count(0)
    expect(page.locator("tbody tr").first).to_have_text(str(first))


def test_a_search_keeps_the_order_that_was_chosen(page: Page, site: str) -> None:
    page.goto(f"{site}/prices/")
    page.get_by_role("link", name="Output").click()
    expect(page.locator("th[aria-sort]")).to_have_text("Output")
    page.locator("#id_q").press_sequentially("mini")
    expect(page).to_have_url(re.compile("q=mini"))
    expect(page).to_have_url(re.compile("sort=output"))
    expect(page.locator("th[aria-sort]")).to_have_text("Output")


def test_from_the_list_to_a_model_to_the_calculator(page: Page, site: str) -> None:
    page.goto(f"{site}/prices/?q=openai+gpt-4.1-mini")
    page.get_by_role("link", name="gpt-4.1-mini", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("gpt-4.1-mini")
    page.get_by_role("link", name="Move to it").click()
    expect(page.get_by_role("combobox", name="To")).to_have_value("openai/gpt-4.1-mini")


def test_the_filters_work_without_a_script(browser: Browser, site: str) -> None:
    plain = browser.new_page(java_script_enabled=False)
    plain.goto(f"{site}/prices/")
    plain.get_by_label("Provider", exact=True).select_option("anthropic")
    plain.get_by_label("With a price for").select_option("batch")
    plain.get_by_role("button", name="Search").click()
    expect(plain.locator("tbody tr td:nth-child(2)").first).to_have_text("Anthropic")
    plain.get_by_role("link", name="Input", exact=True).click()
    expect(plain.locator("th[aria-sort=ascending]")).to_have_text("Input")
    assert "provider=anthropic" in plain.url
    plain.close()
