"""Every page in both languages and schemes, at a desk and on a phone: accessible, and never wider than the screen."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

PAGES = [
    "/",
    "/?requests=1,5&lang=en",
    "/elsewhere/",
    "/claims/",
    "/import/",
    "/stream/",
    "/stream/faults/",
    "/stream/snippets/",
    "/stream/snippets/?provider=openai&kind=browser",
    "/stream/snippets/?provider=google&kind=openai",
    "/stream/adviser/",
    "/stream/comparison/",
    "/claims/?said=Save+40%25%3A+%248+instead+of+%2460+per+MTok&in=1,5&lang=en",
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
DESK: ViewportSize = {"width": 1360, "height": 1060}
PHONE: ViewportSize = {"width": 360, "height": 740}
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What is clipped makes the page no wider: nobody could move it into sight.
CUT_OFF = """() => [...document.querySelectorAll("main *")]
    .filter((e) => e.checkVisibility() && !e.closest(".scroll, pre"))
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
    .map((e) => `cut off at ${innerWidth} px: ${e.outerHTML.slice(0, 80)}`)"""
SMALL = """() => [...document.querySelectorAll("a, button, summary, select, input")]
    .filter((e) => e.checkVisibility() && !e.closest(".skip, p, li, td, th, dd") && e.type !== "hidden")
    .map((e) => [e.getBoundingClientRect(), e.outerHTML.slice(0, 80)])
    .filter(([box]) => box.height && box.height < 24).map(([, html]) => html)"""


# Each language, each scheme and each width with each of the others: a page's faults lie in one or two of them.
PAIRS: list[tuple[str, Any, Any]] = [
    ("en", "light", DESK),
    ("en", "dark", PHONE),
    ("vi", "light", PHONE),
    ("vi", "dark", DESK),
]


@pytest.mark.parametrize(("language", "scheme", "size"), PAIRS, ids=["en-light", "en-dark", "vi-light", "vi-dark"])
def test_every_page_is_accessible_and_fits(browser: Browser, site: str, language: str, scheme: Any, size: Any) -> None:
    context = browser.new_context(viewport=size, color_scheme=scheme, locale=language)
    reader = context.new_page()
    found = {address: problems(reader, site + address, size) for address in PAGES}
    context.close()
    assert {address: faults for address, faults in found.items() if faults} == {}


def problems(reader: Page, address: str, size: ViewportSize) -> list[str]:
    """What axe finds, what is too small to be hit, and what sticks out to the side at either width."""
    reader.goto(address)
    violations = Axe().run(reader).response["violations"]
    found = [f"{one['id']}: {node['html'][:120]}" for one in violations for node in one["nodes"]]
    found += reader.evaluate(SMALL)
    for width in (DESK, PHONE, size):
        reader.set_viewport_size(width)
        found += [f"{reader.evaluate(WIDER)} px too wide"] if reader.evaluate(WIDER) > 0 else []
        found += reader.evaluate(CUT_OFF)
    return found


def test_the_calculator_fits_at_twice_the_size(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport={"width": 640, "height": 400}, device_scale_factor=2)
    reader = context.new_page()
    for address in PAGES:
        reader.goto(site + address)
        assert reader.evaluate(WIDER) <= 0, address
    context.close()


SCROLLED = """() => [...document.querySelectorAll(".scroll")]
    .filter((e) => e.checkVisibility() && e.scrollWidth > e.clientWidth).map((e) => e.ariaLabel)"""


@pytest.mark.parametrize("language", ["en", "vi"])
def test_the_calculator_shows_large_sums_whole_at_every_width(browser: Browser, site: str, language: str) -> None:
    context = browser.new_context(viewport=DESK, locale=language)
    reader = context.new_page()
    reader.goto(f"{site}/?requests=84725000&in=1000&out=500")
    assert {"en": "$15,250,500.00", "vi": "15.250.500,00\u00a0US$"}[language] in reader.content().replace(
        "&nbsp;", "\u00a0"
    )
    found = {width: [*cut_off(reader, width), *reader.evaluate(SCROLLED)] for width in range(320, 1921, 32)}
    assert {width: faults for width, faults in found.items() if faults} == {}
    reader.goto(f"{site}/?requests=1000000000000&in=1000000&out=1000000")
    assert {width: cut for width in (320, 700, 1100, 1360) if (cut := cut_off(reader, width, page=True))} == {}
    context.close()


def cut_off(reader: Page, width: int, *, page: bool = False) -> list[str]:
    """What sticks out to the right; with `page`, only by how much the page is too wide."""
    reader.set_viewport_size({"width": width, "height": 900})
    wider = reader.evaluate(WIDER)
    return ([] if page else reader.evaluate(CUT_OFF)) + ([f"{wider} px too wide"] if wider > 0 else [])


# What decides on each page: both sides and the difference, a model with its prices, a unit with its standard price.
DECIDING = {
    "/?requests=84725000": ["tr.total > :nth-child(3)", "tr.total > :nth-child(5)", "#elsewhere td:nth-child(5)"],
    "/elsewhere/?requests=84725000": [
        "#elsewhere tbody th a",
        "#elsewhere td:nth-child(4)",
        "#elsewhere td:nth-child(5)",
    ],
    "/claims/": [".warnings li", "tbody td:nth-child(2)", "tbody td:last-child"],
    "/prices/?sort=-input": ["th .under", "tbody td:nth-child(3)", "tbody td:nth-child(5)"],
    "/prices/openai/": ["tbody td:nth-child(2)", "tbody td:nth-child(4)"],
    "/prices/openai/gpt-4.1/": [
        ".measure",
        "tbody td:nth-child(2)",
        ".stacked td:nth-child(2)",
        ".stacked td:last-child",
    ],
    "/prices/deepseek/deepseek-v4-pro/": [".tariff tbody td:nth-child(3)", ".stacked td:nth-child(2)"],
}
OUT_OF_SIGHT = """(names) => names.flatMap((name) => [...document.querySelectorAll(name)].slice(0, 40)
    .filter((e) => !e.closest("details:not([open])"))
    .filter((e) => !e.checkVisibility() || e.getBoundingClientRect().right > innerWidth)
    .map((e) => name + ": " + e.textContent))"""


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("width", [320, 360, 700])
def test_what_decides_is_in_sight_on_a_phone(browser: Browser, site: str, language: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 740}, locale=language)
    reader = context.new_page()
    for address, names in DECIDING.items():
        reader.goto(site + address)
        assert all(reader.locator(name).count() for name in names), address
        assert reader.evaluate(OUT_OF_SIGHT, names) == [], address
    context.close()


def test_an_opened_figure_shows_its_formula_inside_the_screen(browser: Browser, site: str) -> None:
    for size in (DESK, PHONE):
        context = browser.new_context(viewport=size, java_script_enabled=False)
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
    ledger, assumed = (reader.locator(name).bounding_box() for name in ("table.ledger", "#assumed"))
    assert ledger is not None
    assert assumed is not None
    assert assumed["y"] > ledger["y"] + ledger["height"]
    assert reader.evaluate("getComputedStyle(document.querySelector('.ledger')).color") == "rgb(22, 32, 27)"
    paper = reader.pdf(prefer_css_page_size=True, format="A4")
    assert paper.count(b"/Type /Page") - paper.count(b"/Type /Pages") == 1
    reader.close()
