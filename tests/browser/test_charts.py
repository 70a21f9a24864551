"""Charts under a reader's eyes: drawn late, without a violation, in the scheme, on paper and without a script."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

CHAT = "/prices/deepseek/deepseek-chat/"
BUNDLE = "**/vega/vega.*.js"
INKS = """() => [...document.querySelectorAll(".drawing svg .mark-line path")].map((e) => getComputedStyle(e).stroke)"""

FILLED = """() => {
    const drawing = document.querySelector(".drawing");
    return Math.abs(drawing.querySelector("svg").getBoundingClientRect().width - drawing.clientWidth) < 2;
}"""


def drawn(page: Page) -> Locator:
    """The chart, once it is drawn."""
    figure = page.locator("figure.chart").first
    figure.scroll_into_view_if_needed()
    expect(figure.locator(".mark-line path").first).to_be_attached()
    return figure


def test_a_chart_is_drawn_and_tells_a_pointer_its_numbers(page: Page, site: str) -> None:
    page.goto(site + CHAT)
    drawing = drawn(page).get_by_role("img", name="Price history of deepseek-chat")
    expect(drawing).to_be_visible()
    page.locator(".drawing .mark-symbol path").last.hover(force=True)
    told = page.locator("#vg-tooltip-element")
    expect(told).to_be_visible()
    expect(told).to_contain_text("Price per MTok")
    expect(told).to_contain_text("from 26 April 2026 on")


def test_the_library_comes_after_the_page_and_only_for_a_chart(page: Page, site: str) -> None:
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url))
    page.goto(f"{site}/prices/openai/gpt-4.1/", wait_until="networkidle")
    assert not [url for url in asked if "/vega/" in url or "/js/charts" in url]
    page.goto(site + CHAT)
    drawn(page)
    bundle = next(url for url in asked if "/vega/" in url)
    painted, came = page.evaluate(
        """(url) => [performance.getEntriesByName("first-contentful-paint")[0].startTime,
                     performance.getEntriesByName(url)[0].startTime]""",
        bundle,
    )
    assert came > painted


def test_a_switch_of_the_scheme_recolours_what_is_drawn(page: Page, site: str) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(site + CHAT)
    drawn(page)
    assert set(page.evaluate(INKS)) == {"rgb(22, 32, 27)"}
    page.evaluate("document.querySelector('.drawing svg').id = 'the-same'")
    page.get_by_role("button", name="Dark").click()
    page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    assert set(page.evaluate(INKS)) == {"rgb(233, 236, 232)"}
    expect(page.locator("#the-same")).to_be_visible()


@pytest.mark.parametrize(
    ("scheme", "language", "width"), [("light", "vi", 360), ("dark", "en", 1360), ("dark", "vi", 360)]
)
def test_a_drawn_chart_is_accessible_and_fits(
    browser: Browser, site: str, scheme: Any, language: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, locale=language)
    reader = context.new_page()
    reader.goto(site + CHAT)
    drawing = drawn(reader).locator("svg")
    assert Axe().run(reader).response["violations"] == []
    box = drawing.bounding_box()
    assert box is not None
    assert 0 < box["x"] + box["width"] <= width
    reader.set_viewport_size({"width": 500, "height": 800})
    reader.wait_for_function(FILLED)
    context.close()


def test_without_a_script_and_on_paper_the_servers_drawing_is_shown(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, color_scheme="dark")
    reader = context.new_page()
    asked: list[str] = []
    reader.on("request", lambda sent: asked.append(sent.url))
    reader.goto(site + CHAT)
    image = reader.locator("figure.chart img")
    image.scroll_into_view_if_needed()
    expect(image).to_be_visible()
    expect(reader.locator(".drawing")).to_be_hidden()
    reader.wait_for_load_state("networkidle")
    assert [url.partition("history")[2] for url in asked if "history" in url] == [".svg?scheme=dark"]
    with reader.expect_request("**/history.svg"):
        reader.emulate_media(media="print")
    context.close()


def test_paper_gets_the_servers_drawing_in_ink_whatever_the_screen_had(browser: Browser, site: str) -> None:
    reader = browser.new_page(color_scheme="dark")
    reader.goto(site + CHAT)
    drawn(reader)
    with reader.expect_response("**/history.svg") as answered:
        reader.emulate_media(media="print")
    assert "#16201b" in answered.value.text()
    expect(reader.locator("figure.chart img")).to_be_visible()
    expect(reader.locator(".drawing")).to_be_hidden()
    reader.close()


@pytest.mark.complains
def test_where_the_library_cannot_be_had_the_servers_drawing_stands_in(page: Page, site: str) -> None:
    page.route(BUNDLE, lambda route: route.abort())
    page.goto(site + CHAT)
    image = page.locator("figure.chart img")
    page.locator("figure.chart").scroll_into_view_if_needed()
    expect(image).to_be_visible()
    page.wait_for_function("() => document.querySelector('figure.chart img').naturalWidth > 300")


def test_a_chart_can_be_taken_along(page: Page, site: str) -> None:
    page.goto(site + CHAT)
    for kind, begins in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
        with page.expect_download() as taken:
            page.locator("figure.chart").get_by_role("link", name=kind).click()
        assert taken.value.suggested_filename == f"history.{kind.lower()}"
        assert taken.value.path().read_bytes().startswith(begins)


CALCULATOR = (
    "/?from=typed&from.input=2&from.output=8&to=typed&to.input=0.42&to.output=0.42&once.1.quantity=60000&once.1.price=1"
    "&range.1.of=requests&range.1.low=30000&range.1.high=60000"
)


def test_the_charts_of_the_calculator_follow_what_is_typed(page: Page, site: str) -> None:
    page.goto(site + CALCULATOR)
    for name in ("money", "cash", "drivers"):
        page.locator(f"#chart-{name}").scroll_into_view_if_needed()
        expect(page.locator(f"#chart-{name} svg.marks")).to_be_visible()
    expect(page.locator("#chart-money .drawing")).to_contain_text("−$5,685.00")
    page.get_by_label("Requests", exact=True).fill("60000")
    page.keyboard.press("Tab")
    expect(page.locator("#chart-cash figcaption")).to_have_text("Pays back after 7.61 months")
    page.locator("#chart-money").scroll_into_view_if_needed()
    expect(page.locator("#chart-money .drawing")).to_contain_text("−$6,822.00")
    page.locator("#chart-cash").scroll_into_view_if_needed()
    expect(page.locator("#chart-cash .drawing")).to_contain_text("7.61 months")
    assert page.locator("#vg-tooltip-element").count() == 1


def test_the_charts_of_the_calculator_are_accessible_with_a_number_told(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, color_scheme="dark")
    reader = context.new_page()
    reader.goto(site + CALCULATOR)
    for name in ("money", "cash", "drivers"):
        reader.locator(f"#chart-{name}").scroll_into_view_if_needed()
        expect(reader.locator(f"#chart-{name} svg.marks")).to_be_visible()
    reader.locator("#chart-cash .drawing").hover()
    expect(reader.locator("#vg-tooltip-element")).to_contain_text("P90")
    assert Axe().run(reader).response["violations"] == []
    assert reader.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    context.close()


def test_the_numbers_open_under_the_chart(page: Page, site: str) -> None:
    page.goto(site + CHAT)
    figure = drawn(page)
    figure.get_by_text("The numbers").press("Enter")
    expect(figure.get_by_role("row", name="from 26 April 2026 on")).to_contain_text("$0.0028")
