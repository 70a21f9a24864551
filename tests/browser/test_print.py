"""On paper a scenario is one page: verdict, ledger, return, what is assumed, where the prices are from, the address."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page

from tests.browser.test_saved import entering
from tests.factories import a_cast
from tests.scenarios.keeping import kept
from tests.scenarios.test_workbook import ISSUE

GEMINI = "from=openai/gpt-4.1&to=google/gemini-2.5-flash&cached=30&to.cached=10&growth=3&once.1.price=20000&horizon=24"


def pages(page: Page) -> int:
    """How many sheets of A4 the page is printed on."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))


def shown(page: Page) -> str:
    """The text that stands on paper."""
    page.emulate_media(media="print")
    return page.inner_text("body")


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("query", ["", ISSUE, GEMINI], ids=["article", "issue", "gemini"])
def test_a_scenario_is_printed_on_one_page(page: Page, site: str, query: str, language: str) -> None:
    page.set_extra_http_headers({"Accept-Language": language})
    page.goto(f"{site}/?{query}", wait_until="networkidle")
    assert pages(page) == 1


def test_what_is_printed_says_what_it_rests_on(page: Page, site: str) -> None:
    page.goto(f"{site}/?{GEMINI}", wait_until="networkidle")
    text = shown(page)
    day = timezone.now().date()
    said = ("Monthly ledger", "Net present value", "Assumed", "Discount rate", "30%", "genai-prices", str(day.year))
    for words in said:
        assert words in text, words
    assert f"{site}/?" in text
    for words in ("Take away", "The same traffic elsewhere", "Compute", "Sign in"):
        assert words not in text, words


def test_what_is_assumed_is_as_it_was_typed_last(page: Page, site: str) -> None:
    page.goto(f"{site}/")
    page.fill("[name=requests]", "777")
    with page.expect_response(lambda answer: "/return/" in answer.url):
        page.press("[name=requests]", "Enter")
    page.wait_for_function("() => document.querySelector('#assumed')?.textContent.includes('777')")
    assert "777 a day" in shown(page)


def test_a_saved_scenario_is_printed_on_one_page_too(browser: Browser, site: str) -> None:
    cast = a_cast()
    scenario = kept(cast, GEMINI)
    page = entering(browser, site, cast, locale="en")
    page.goto(f"{site}/scenarios/{scenario.public_id}/", wait_until="networkidle")
    assert pages(page) == 1
    text = shown(page)
    assert f"{site}/scenarios/{scenario.public_id}/1/" in text
    assert "Comments" not in text
