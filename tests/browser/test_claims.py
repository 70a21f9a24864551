"""The page of a claim in a real browser, with and without JavaScript."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.scenarios.test_claims_hearing import VIETNAMESE


def test_a_pasted_sentence_is_read_and_its_findings_shown(page: Page, site: str) -> None:
    page.goto(f"{site}/claims/")
    expect(page.locator("#verdict")).to_contain_text("costs $9,000 more a month")
    page.get_by_label("What the vendor says, in English or Vietnamese").fill(VIETNAMESE)
    page.get_by_role("button", name="Read it").click()
    expect(page.locator("#findings")).to_contain_text("$4,200 ÷ 2,250 MTok = $1.87 per MTok.")
    assert "lang=" not in page.url
    assert "said=" in page.url
    expect(page.get_by_label("Offered at")).to_have_value("8")


def test_enter_in_a_field_checks_and_removes_nothing(page: Page, site: str) -> None:
    page.goto(f"{site}/claims/")
    page.get_by_label("Output per request").fill("1k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/claims/?out=1000")
    # (1,000 × 2 + 1,000 × 8) ÷ 2,000 = $5.00 for the mix; 100 MTok a day × $8 × 30 = $24,000.
    expect(page.locator("#findings")).to_contain_text("$60.00 ÷ $5.00 = 12.0×")
    expect(page.locator(".facts")).to_contain_text("$24,000")


def test_it_works_without_javascript(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="vi")
    reader = context.new_page()
    reader.goto(f"{site}/claims/")
    reader.locator("summary", has_text="gpt-4.1").click()
    reader.get_by_label("Giá chào").first.fill("2,5")
    reader.get_by_role("button", name="Kiểm tra").last.click()
    assert reader.url == f"{site}/claims/?offer=2.5"
    expect(reader.locator("#verdict")).to_contain_text("tiết kiệm")
    reader.get_by_role("button", name="Thêm model").click()
    assert reader.url == f"{site}/claims/?rows=5&offer=2.5"
    context.close()


@pytest.mark.complains
def test_a_mistake_is_said_beside_its_field_and_the_field_is_in_sight(page: Page, site: str) -> None:
    page.goto(f"{site}/claims/?offer=2.5")
    page.locator("summary", has_text="Bills").click()
    page.get_by_label("Bill before, a month").fill("lots")
    page.keyboard.press("Enter")
    field = page.get_by_label("Bill before, a month")
    expect(field).to_have_value("lots")
    expect(field).to_be_visible()
    expect(page.locator("#w1-bill-before-error")).to_contain_text("“lots” is not a number.")
    expect(page.locator("#w1-offer")).to_have_value("2.5")
