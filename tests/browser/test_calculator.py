"""The calculator's form under the hands: the picker's keys, and what a swap must not take from the reader."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect


def combobox(page: Page) -> Locator:
    return page.get_by_role("combobox", name="From")


def options(page: Page) -> Locator:
    return page.locator("#w1-from-options [role=option]")


def test_the_slash_goes_to_the_picker_and_the_keys_choose(page: Page, site: str) -> None:
    page.goto(site)
    page.keyboard.press("/")
    expect(combobox(page)).to_be_focused()
    page.keyboard.type("claude-sonnet-4-5")
    expect(options(page).first).to_contain_text("claude-sonnet-4-5Anthropic")
    expect(combobox(page)).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options(page).nth(1)).to_have_attribute("aria-selected", "true")
    active = str(combobox(page).get_attribute("aria-activedescendant"))
    expect(options(page).nth(1)).to_have_id(active)
    page.keyboard.press("Home")
    expect(options(page).first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(combobox(page)).to_have_value("anthropic/claude-sonnet-4-5")
    expect(combobox(page)).to_have_attribute("aria-expanded", "false")
    expect(combobox(page)).to_be_focused()
    expect(page).to_have_url(re.compile("from=anthropic/claude-sonnet-4-5"))


def test_escape_closes_the_list_and_then_gives_the_old_model_back(page: Page, site: str) -> None:
    page.goto(site)
    combobox(page).fill("sonnet")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(options(page).first).to_be_hidden()
    expect(combobox(page)).to_have_value("sonnet")
    page.keyboard.press("Escape")
    expect(combobox(page)).to_have_value("openai/gpt-4.1")


def test_a_click_chooses_and_what_was_chosen_comes_first_the_next_time(page: Page, site: str) -> None:
    page.goto(site)
    combobox(page).fill("gemini-2.5-flash")
    options(page).first.click()
    expect(page).to_have_url(re.compile("from=google/gemini-2.5-flash"))
    page.goto(f"{site}/?to=openai/gpt-4.1-mini")
    combobox(page).click()
    expect(options(page).first).to_contain_text("gemini-2.5-flash")


def test_a_row_of_costs_is_computed_when_it_is_whole_or_left(page: Page, site: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.headers.get("hx-request") else None)
    page.goto(site)
    page.click("#part-once-toggle")
    page.fill("[name='once.1.quantity']", "400")
    page.press("[name='once.1.quantity']", "Tab")
    page.keyboard.type("120")
    assert asked == []
    expect(page.locator("#ledger")).not_to_have_class(re.compile("stale"))
    page.keyboard.press("Tab")
    expect(page.locator("#part-once-summary")).to_have_text("$48,000")
    expect(page).to_have_url(re.compile("once.1.quantity=400&once.1.price=120"))


@pytest.mark.complains
def test_half_a_row_that_is_left_is_a_mistake(page: Page, site: str) -> None:
    page.goto(site)
    page.click("#part-once-toggle")
    page.fill("[name='once.1.quantity']", "400")
    page.locator("[name=requests]").focus()
    expect(page.locator("#once-1-price-error")).to_have_text("What does one of them cost?")
    expect(page.locator(".stale-note a")).to_have_attribute("href", "#once-1-price")


def test_what_is_typed_while_the_server_answers_stays(page: Page, site: str) -> None:
    page.goto(site)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"requests=60"), hold)
    page.locator("#w1-requests").fill("60k")
    page.locator("#w1-requests").press("Tab")
    page.locator("#w1-in").focus()
    page.wait_for_timeout(100)
    assert held, "The change was not sent."
    page.locator("#w1-in").press_sequentially("7")
    before = page.locator("#w1-in").input_value()
    held[0].continue_()
    expect(page.locator("#w1-requests")).to_have_value("60,000")
    expect(page.locator("#w1-in")).to_be_focused()
    expect(page.locator("#w1-in")).to_have_value(before)


def test_a_swap_of_the_whole_form_keeps_what_was_open_and_where_the_reader_was(page: Page, site: str) -> None:
    page.goto(site)
    page.set_viewport_size({"width": 1360, "height": 560})
    section = page.locator("details.section").nth(1)
    section.locator("summary").click()
    field = section.locator("input").first
    field.scroll_into_view_if_needed()
    field.fill("5")
    scrolled = page.evaluate("document.querySelector('#scenario').scrollTop")
    assert scrolled > 0
    other = re.compile(r"shape=[^&]*")
    page.route(other, lambda route: route.continue_(url=other.sub("shape=other", route.request.url)))
    field.press("Enter")
    expect(page).to_have_url(re.compile("batch=5"))
    expect(page.locator("details.section").nth(1)).to_have_attribute("open", "")
    expect(field).to_be_focused()
    assert abs(page.evaluate("document.querySelector('#scenario').scrollTop") - scrolled) < 40


def test_escape_and_a_click_elsewhere_close_an_opened_figure(page: Page, site: str) -> None:
    page.goto(site)
    figure = page.locator("table details.figure").first
    figure.locator("summary").click()
    expect(figure).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(figure).not_to_have_attribute("open", "")
    expect(figure.locator("summary")).to_be_focused()
    figure.locator("summary").click()
    page.locator("h1").click()
    expect(figure).not_to_have_attribute("open", "")


def test_a_list_that_comes_after_the_choice_stays_closed(page: Page, site: str) -> None:
    page.goto(site)
    combobox(page).fill("gemini-2.5-flash")
    expect(options(page).first).to_contain_text("gemini-2.5-flash")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"/models/.*&from=gemini-2\.5(&|$)"), hold)
    combobox(page).fill("gemini-2.5")
    page.wait_for_timeout(300)
    assert held, "The list was not asked for."
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(combobox(page)).to_have_value("google/gemini-2.5-flash")
    with page.expect_response(re.compile("/models/")):
        held[0].continue_()
    expect(page).to_have_url(re.compile("from=google/gemini-2.5-flash"))
    expect(combobox(page)).to_have_attribute("aria-expanded", "false")
