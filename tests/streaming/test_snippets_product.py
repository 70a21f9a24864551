"""The browser's snippet, as the page shows it, with the product's own relay, under the product's own policy."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from costcalc.streaming.sample.texts import IN_ONE_ANSWER, PARAGRAPHS
from costcalc.streaming.snippets.kinds import Kind
from tests.streaming.running import shown

Opens = Callable[[str], Page]


@pytest.fixture
def opened(page: Page, site: str) -> Opens:
    """The product's page with the markup and the file that the snippet asks for."""

    def opens(model: str) -> Page:
        text = shown(site, provider="sample", kind=Kind.BROWSER, model=model, silence="5").text
        lines = [line.removeprefix("// ") for line in text.splitlines() if line.startswith("// <")]
        page.route(f"{site}/stream.js", lambda route: route.fulfill(body=text, content_type="text/javascript"))
        page.goto(f"{site}/stream/snippets/")
        page.evaluate("(html) => { document.querySelector('main').innerHTML = html; }", lines[0])
        page.add_script_tag(url=f"{site}/stream.js", type="module")
        return page

    return opens


def test_the_products_own_relay_brings_the_answer(opened: Opens) -> None:
    page = opened("sample-vietnamese")
    expect(page.locator("#state")).to_contain_text("complete, usage: {", timeout=30_000)
    text = page.locator("#answer").evaluate("(e) => e.textContent")
    assert set(text.split("\n\n")) <= set(PARAGRAPHS["vi"])
    assert len(text.split("\n\n")) == IN_ONE_ANSWER


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("fault-401", "error 401"),
        ("fault-cut", "truncated"),
        ("fault-error-inside", "error"),
        ("fault-500", "error 500"),
    ],
)
def test_each_failure_is_told_apart(opened: Opens, model: str, said: str) -> None:
    expect(opened(model).locator("#state")).to_contain_text(said, timeout=30_000)


def test_what_was_asked_to_stop_stops(opened: Opens) -> None:
    page = opened("sample-plain")
    expect(page.locator("#answer")).not_to_be_empty()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#state")).to_have_text("stopped")
