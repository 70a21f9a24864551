"""The page of a claim in a real browser, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.scenarios.test_claims_hearing import VIETNAMESE


def test_a_pasted_sentence_is_read_and_its_findings_shown(page: Page, site: str) -> None:
    page.goto(f"{site}/claims/")
    expect(page.locator("#verdict")).to_contain_text("costs $9,000 more a month")
    page.get_by_label("What the vendor says, in English or Vietnamese").fill(VIETNAMESE)
    page.get_by_role("button", name="Read it").click()
    expect(page.locator("#findings")).to_contain_text("$4,200 ÷ 2,250 MTok = $1.87 per MTok.")
    expect(page).to_have_url(re.compile(r"/claims/\?said="))
    assert "lang=" not in page.url
    expect(page.get_by_label("Offered at")).to_have_value("8")


def test_enter_in_a_field_checks_and_removes_nothing(page: Page, site: str) -> None:
    page.goto(f"{site}/claims/")
    page.get_by_label("Output per request").fill("1k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/claims/?out=1000")
    # (1,000 × 2 + 1,000 × 8) ÷ 2,000 = $5.00 for the mix; 100 MTok a day × $8 × 30 = $24,000.
    expect(page.locator("#findings")).to_contain_text("$60.00 ÷ $5.00 = 12.0×")
    expect(page.locator(".facts")).to_contain_text("$24,000")


def test_a_field_brings_the_findings_up_to_date_without_a_new_page(page: Page, site: str) -> None:
    page.goto(f"{site}/claims/")
    page.evaluate("window.sameDocument = true")
    page.get_by_label("Requests", exact=True).fill("60k")
    page.keyboard.press("Tab")
    # 90 MTok a day × $60 × 30 = $162,000.
    expect(page.locator(".facts")).to_contain_text("$162,000")
    expect(page).to_have_url(f"{site}/claims/?requests=60000")
    expect(page.get_by_label("Requests", exact=True)).to_have_value("60,000")
    expect(page.get_by_label("… or tokens")).to_be_focused()
    expect(page.locator("#announce")).to_contain_text("moving costs $10,800 more a month")
    assert page.evaluate("window.sameDocument")
    page.go_back()
    expect(page.locator(".facts")).to_contain_text("$135,000")


def test_a_model_is_added_and_its_field_is_gone_to(page: Page, site: str) -> None:
    page.goto(f"{site}/claims/")
    page.get_by_role("button", name="Add a model").click()
    expect(page).to_have_url(f"{site}/claims/?rows=5")
    expect(page.locator("#w5-model")).to_be_focused()
    page.keyboard.type("openai gpt-4o")
    expect(page.locator("#w5-model-options [role=option]").first).to_contain_text("gpt-4o")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}/claims/?rows=5&5.model=openai/gpt-4o")
    page.get_by_role("button", name="Remove gpt-4o").click()
    expect(page).to_have_url(f"{site}/claims/")


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
    # What was found before the mistake is still there, and says so.
    expect(page.locator("#findings")).to_contain_text("These figures are from before your last change")
    expect(page.locator("#verdict")).to_contain_text("saves")
    assert page.url == f"{site}/claims/?offer=2.5"


def test_the_paste_box_scrolls_away_and_lies_over_nothing(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 1360, "height": 800})
    page.goto(f"{site}/claims/")
    page.mouse.wheel(0, 900)
    page.wait_for_function("() => window.scrollY > 500")
    expect(page.locator("#said")).not_to_be_in_viewport()
