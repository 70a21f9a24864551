"""On paper a scenario is one page: verdict, ledger, return, what is assumed, where the prices are from, the address."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page

from tests.browser.test_saved import entering
from tests.factories import a_cast
from tests.scenarios.keeping import kept
from tests.scenarios.test_workbook import ISSUE, TYPED

GEMINI = "from=openai/gpt-4.1&to=google/gemini-2.5-flash&cached=30&to.cached=10&growth=3&once.1.price=20000&horizon=24"

# Everything that a return has once: costs, work by hand, a reserve, a change of prices, and three uncertain inputs.
UNCERTAIN = (
    f"{TYPED}&once.1.quantity=400&once.1.price=120&once.2.price=12000&people.incidents=8&people.hours=2.5"
    "&people.rate=40&people.to.hours=0.4167&run.1.before=500&run.1.after=300&overlap=800&cold=50"
    "&reserve.probability=10&reserve.cost=20000&change.1.percent=10&change.1.from=2027-03-01"
    "&range.1.of=requests&range.1.low=30000&range.1.high=60000&range.2.of=verbosity&range.2.low=0.9&range.2.high=1.4"
    "&range.3.of=once.1.quantity&range.3.low=300&range.3.high=800"
)
QUERIES = {"article": "", "issue": ISSUE, "gemini": GEMINI, "uncertain": UNCERTAIN}


def pages(page: Page) -> int:
    """How many sheets of A4 the page is printed on."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))


def shown(page: Page) -> str:
    """The text that stands on paper."""
    page.emulate_media(media="print")
    return page.inner_text("body")


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_a_scenario_is_printed_on_one_page(page: Page, site: str, query: str, language: str) -> None:
    page.set_extra_http_headers({"Accept-Language": language})
    page.goto(f"{site}/?{query}", wait_until="networkidle")
    assert page.locator("#assumed").count() == 1
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


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("query", [GEMINI, UNCERTAIN], ids=["gemini", "uncertain"])
def test_a_saved_scenario_is_printed_on_one_page_too(browser: Browser, site: str, query: str, language: str) -> None:
    cast = a_cast()
    scenario = kept(cast, query)
    page = entering(browser, site, cast, locale=language)
    page.goto(f"{site}/scenarios/{scenario.public_id}/", wait_until="networkidle")
    assert pages(page) == 1
    text = shown(page)
    assert f"{site}/scenarios/{scenario.public_id}/1/" in text
    assert page.locator("#talk").is_hidden()
