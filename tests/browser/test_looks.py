"""Every page in both languages and schemes, at a desk and on a phone: accessible, and never wider than the screen."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

PAGES = [
    "/",
    "/?requests=1,5&lang=en",
    "/elsewhere/",
    "/prices/",
    "/prices/?q=zzzz",
    "/prices/openai/",
    "/prices/openai/gpt-4.1/",
    "/prices/deepseek/deepseek-chat/",
    "/prices/google/gemini-2.5-pro/",
    "/prices/article-relay/gpt-4.1/",
    "/preferences/",
    "/no-such-page",
]
DESK, PHONE = {"width": 1360, "height": 1060}, {"width": 360, "height": 740}
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL = """() => [...document.querySelectorAll("a, button, summary, select, input")]
    .filter((e) => e.checkVisibility() && !e.closest(".skip, p, li, td, th, dd") && e.type !== "hidden")
    .map((e) => [e.getBoundingClientRect(), e.outerHTML.slice(0, 80)])
    .filter(([box]) => box.height && box.height < 24).map(([, html]) => html)"""


# Each language, each scheme and each width with each of the others: a page's faults lie in one or two of them.
PAIRS = [("en", "light", DESK), ("en", "dark", PHONE), ("vi", "light", PHONE), ("vi", "dark", DESK)]


@pytest.mark.parametrize(("language", "scheme", "size"), PAIRS, ids=["en-light", "en-dark", "vi-light", "vi-dark"])
def test_every_page_is_accessible_and_fits(browser: Browser, site: str, language: str, scheme: Any, size: Any) -> None:
    context = browser.new_context(viewport=size, color_scheme=scheme, locale=language)
    reader = context.new_page()
    found = {address: problems(reader, site + address, size) for address in PAGES}
    context.close()
    assert {address: faults for address, faults in found.items() if faults} == {}


def problems(reader: Page, address: str, size: Any) -> list[str]:
    """What axe finds, what is too small to be hit, and what sticks out to the side at either width."""
    reader.goto(address)
    violations = Axe().run(reader).response["violations"]
    found = [f"{one['id']}: {node['html'][:120]}" for one in violations for node in one["nodes"]]
    found += reader.evaluate(SMALL)
    for width in (DESK, PHONE, size):
        reader.set_viewport_size(width)  # type: ignore[arg-type]
        found += [f"{reader.evaluate(WIDER)} px too wide"] if reader.evaluate(WIDER) > 0 else []
    return found


def test_the_calculator_fits_at_twice_the_size(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport={"width": 640, "height": 400}, device_scale_factor=2)
    reader = context.new_page()
    for address in PAGES:
        reader.goto(site + address)
        assert reader.evaluate(WIDER) <= 0, address
    context.close()


def test_an_opened_figure_shows_its_formula_inside_the_screen(browser: Browser, site: str) -> None:
    for size in (DESK, PHONE):
        context = browser.new_context(viewport=size, java_script_enabled=False)  # type: ignore[arg-type]
        reader = context.new_page()
        reader.goto(site)
        reader.locator("table details.figure summary").first.click()
        formula = reader.locator("table details.figure[open] > div").first
        box = formula.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size["width"]
        assert reader.evaluate(WIDER) <= 0
        context.close()


def test_paper_gets_one_page_with_the_ledger_and_what_was_assumed(browser: Browser, site: str) -> None:
    reader = browser.new_page()
    reader.goto(site)
    reader.emulate_media(media="print", color_scheme="dark")
    assert reader.locator("button:visible, nav:visible").count() == 0
    assert reader.locator("table.ledger").is_visible()
    ledger, assumed = (reader.locator(name).bounding_box() for name in ("table.ledger", "form#scenario"))
    assert ledger is not None
    assert assumed is not None
    assert assumed["y"] > ledger["y"] + ledger["height"]
    assert reader.evaluate("getComputedStyle(document.querySelector('.ledger')).color") == "rgb(22, 32, 27)"
    paper = reader.pdf(prefer_css_page_size=True, format="A4")
    assert paper.count(b"/Type /Page") - paper.count(b"/Type /Pages") == 1
    reader.close()
