"""Pages that say what went wrong."""

import pytest
from playwright.sync_api import Page, expect


@pytest.mark.complains
def test_a_page_that_does_not_exist_says_so_and_offers_the_calculator(page: Page, site: str) -> None:
    answer = page.goto(f"{site}/no-such-page")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")
    expect(page.get_by_role("link", name="Open the calculator")).to_have_attribute("href", "/")


def test_the_api_browser_works_under_the_content_security_policy(page: Page, site: str) -> None:
    page.goto(f"{site}/api/v1/docs")
    expect(page.get_by_role("heading", name="costcalc")).to_be_visible()
