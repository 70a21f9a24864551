"""What a swap must not take from the reader, and what is said when it does not come."""

import re

import pytest
from playwright.sync_api import Page, Route, expect


def change(page: Page) -> None:
    page.locator("#w1-requests").fill("60k")
    page.locator("#w1-requests").press("Enter")


@pytest.mark.complains
@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, "Not updated: the server could not be reached."),
        (503, "Not updated: the server answered with error 503."),
    ],
)
def test_a_ledger_that_could_not_be_updated_says_so_until_it_is(page: Page, site: str, status: int, words: str) -> None:
    page.goto(site)
    total = page.locator("tr.total").inner_text()

    def fail(route: Route) -> None:
        if status:
            route.fulfill(status=status, body="no")
        else:
            route.abort()

    page.route(re.compile("requests=60k"), fail)
    change(page)
    note = page.locator("#ledger .not-updated")
    expect(note).to_contain_text(words)
    expect(page.locator("#announce")).to_have_text(words)
    expect(page.locator("#ledger")).to_have_class(re.compile("stale"))
    expect(page.locator("tr.total")).to_have_text(total, use_inner_text=True)
    note.get_by_role("button", name="Try again").click()
    expect(note).to_have_count(1)
    page.unroute(re.compile("requests=60k"))
    note.get_by_role("button", name="Try again").click()
    expect(note).to_have_count(0)
    expect(page.locator("#ledger")).not_to_have_class(re.compile("stale"))
    expect(page.locator("#w1-requests")).to_have_value("60,000")
    expect(page.locator("#w1-requests")).to_be_focused()
    expect(page.locator("tr.total")).not_to_have_text(total, use_inner_text=True)


@pytest.mark.complains
def test_a_list_of_models_that_did_not_come_leaves_the_ledger_as_it_is(page: Page, site: str) -> None:
    page.goto(site)
    page.route(re.compile("/models/"), lambda route: route.abort())
    page.get_by_role("combobox", name="To").fill("sonnet")
    expect(page.locator(".not-updated")).to_be_visible()
    expect(page.locator("#ledger")).not_to_have_class(re.compile("stale"))
    page.unroute(re.compile("/models/"))
    page.get_by_role("combobox", name="To").press_sequentially("-4")
    expect(page.locator(".not-updated")).to_have_count(0)
    expect(page.locator("#w1-to-options [role=option]").first).to_be_visible()


@pytest.mark.complains
def test_prices_that_could_not_be_updated_say_so(page: Page, site: str) -> None:
    page.goto(f"{site}/prices/")
    page.route(re.compile("q=sonnet"), lambda route: route.abort())
    page.locator("#id_q").fill("sonnet")
    expect(page.get_by_role("alert")).to_contain_text("could not be reached")
    page.unroute(re.compile("q=sonnet"))
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("tbody tr").first).to_contain_text("sonnet")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_head_that_sorts_keeps_the_focus(page: Page, site: str) -> None:
    for address, name in (("/prices/", "Output"), ("/", "A month"), ("/elsewhere/", "A month")):
        page.goto(site + address)
        for direction in ("ascending", "descending", "ascending"):
            head = page.get_by_role("link", name=name, exact=True)
            if page.locator(f"th[aria-sort={direction}]", has_text=name).count():
                continue
            head.press("Enter")
            expect(page.locator(f"th[aria-sort={direction}]")).to_contain_text(name)
            expect(head).to_be_focused()


def test_a_page_of_the_list_keeps_the_focus_in_its_pager(page: Page, site: str) -> None:
    page.goto(f"{site}/prices/?provider=openai")
    page.get_by_role("link", name="Next").press("Enter")
    expect(page.locator(".pager")).to_contain_text("page 2 of")
    page.wait_for_function("() => document.activeElement.closest('#prices')")


def test_the_switch_between_a_model_and_typed_prices_leads_to_the_first_price_or_keeps_the_focus(
    page: Page, site: str
) -> None:
    page.goto(site)
    page.get_by_role("link", name="Type prices instead").first.press("Enter")
    expect(page.locator("#w1-from-input")).to_be_visible()
    page.wait_for_function("() => document.activeElement.closest('#scenario')")
    page.get_by_role("link", name="Choose a model instead").press("Enter")
    expect(page.locator("#w1-from-input")).to_have_count(0)
    page.wait_for_function("() => document.activeElement.closest('#scenario')")


def test_what_was_added_is_where_the_reader_goes_on(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 390, "height": 700})
    page.goto(site)
    page.get_by_role("button", name="Add a workload").press("Enter")
    page.wait_for_function("() => document.activeElement.id.startsWith('w2-')")
    expect(page.locator(":focus")).to_be_in_viewport()
    expect(page.locator("[data-focus]")).to_have_count(0)
