"""The journeys of the product's people, each in a real browser. This far: *compute*, *save, share, open*, and
*advance or roll back*."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from migrations_app.plans import Plan
from tests.browser.test_saved import entering
from tests.factories import PASSWORD, Cast, a_cast, a_person
from tests.planner.looked import a_plan, started

LANGUAGES = {
    "en": {
        "typed": "60k",
        "shown": "60,000",
        "before": "$9,000 more a month",
        "after": "$8,010 a month",
        "mistake": "1,5",
        "message": "can be read in two ways",
        "stale": "These figures are from before your last change",
        "compute": "Compute",
        "total": "$10,800.00",
    },
    "vi": {
        "typed": "60 nghìn",
        "shown": "60.000",
        "before": "9.000 US$",
        "after": "8.010 US$",
        "mistake": "1.5",
        "message": "có thể hiểu theo hai cách",
        "stale": "Các số này là của lần tính trước",
        "compute": "Tính",
        "total": "10.800,00 US$",
    },
}


@pytest.fixture(params=["en", "vi"])
def language(request: pytest.FixtureRequest) -> str:
    """Each journey is made in both languages."""
    return str(request.param)


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], language: str) -> dict[str, Any]:
    """A browser set to the language."""
    return {**browser_context_args, "locale": language}


@pytest.mark.complains
def test_compute_with_a_script(page: Page, site: str, language: str) -> None:
    """A change moves ledger and address in place; a mistake keeps both; the address restores it all."""
    words = LANGUAGES[language]
    page.goto(site)
    expect(page.locator("#verdict")).to_contain_text(words["before"])
    pick(page, "gemini 2.5 flash", "google/gemini-2.5-flash")
    expect(page).to_have_url(f"{site}/?to=google/gemini-2.5-flash")
    requests = page.locator("#w1-requests")
    requests.fill(words["typed"])
    requests.press("Tab")
    expect(page.locator("#verdict")).to_contain_text(words["after"])
    expect(page).to_have_url(f"{site}/?to=google/gemini-2.5-flash&requests=60000")
    expect(requests).to_have_value(words["shown"])
    expect(page.locator("#w1-per")).to_be_focused()
    expect(page.locator("#announce")).to_contain_text(words["after"])

    page.locator("#w1-in").fill(words["mistake"])
    page.locator("#w1-in").press("Enter")
    expect(page.locator("#w1-in-error")).to_contain_text(words["message"])
    expect(page.locator("#w1-in")).to_have_value(words["mistake"])
    expect(page.locator("#w1-in")).to_be_focused()
    expect(page.locator(".stale-note")).to_contain_text(words["stale"])
    expect(page.locator("#verdict")).to_contain_text(words["after"])
    expect(page).to_have_url(f"{site}/?to=google/gemini-2.5-flash&requests=60000")
    page.locator("#w1-in").fill("1000")
    page.locator("#w1-in").press("Enter")
    expect(page.locator("#w1-in-error")).to_have_count(0)
    expect(page.locator(".stale-note")).to_have_count(0)

    figure = page.locator(".ledger details.figure").first
    figure.locator("summary").click()
    expect(figure.locator(".formula").first).to_contain_text(words["shown"])
    page.keyboard.press("Escape")
    expect(figure).not_to_have_attribute("open", re.compile(".*"))

    page.go_back()
    expect(page.locator("#w1-requests")).not_to_have_value(words["shown"])


@pytest.mark.complains
def test_mistakes_are_shown_one_after_another_and_workloads_come_and_go(page: Page, site: str, language: str) -> None:
    """A second mistake has its own message; an added workload is in focus; a removed one is gone in place."""
    page.goto(site)
    for typed in ("abc", "1_000"):
        page.locator("#w1-requests").fill(typed)
        page.locator("#w1-requests").press("Enter")
        expect(page.locator("#w1-requests-error")).to_contain_text(typed)
    page.locator("#w1-requests").fill("1000")
    page.locator("#w1-requests").press("Enter")
    expect(page.locator(".stale-note")).to_have_count(0)
    page.locator("#add-workload").click()
    expect(page.locator("#w2-requests")).to_be_focused()
    expect(page).to_have_url(re.compile(r"workloads=2"))
    page.locator("button[name=remove][value='1']").click()
    expect(page.locator("#w2-requests")).to_have_count(0)
    expect(page).not_to_have_url(re.compile(r"workloads=2"))


def pick(page: Page, words: str, key: str) -> None:
    """Choose a model with the keyboard: type words, go to the option, take it."""
    to = page.locator("#w1-to")
    to.fill(words)
    expect(page.locator(f"#w1-to-options [data-value='{key}']")).to_be_visible()
    for _ in range(12):
        to.press("ArrowDown")
        active = to.get_attribute("aria-activedescendant")
        if page.locator(f"[id='{active}']").get_attribute("data-value") == key:
            break
    to.press("Enter")
    expect(to).to_have_value(key)
    expect(page.locator("#w1-to-options")).to_be_hidden()


@pytest.fixture
def plain(browser: Browser, browser_context_args: dict[str, Any], site: str) -> Iterator[Page]:
    """A browser without scripts."""
    context = browser.new_context(**{**browser_context_args, "java_script_enabled": False})
    yield context.new_page()
    context.close()


def test_compute_without_a_script(plain: Page, site: str, language: str) -> None:
    """The form's own button does the same, and the address it leads to is the same one."""
    words = LANGUAGES[language]
    plain.goto(site)
    plain.locator("#w1-to").fill("google/gemini-2.5-flash")
    plain.locator("#w1-requests").fill(words["typed"])
    plain.get_by_role("button", name=words["compute"], exact=True).click()
    assert plain.url == f"{site}/?to=google/gemini-2.5-flash&requests=60000"
    expect(plain.locator("#verdict")).to_contain_text(words["after"])
    expect(plain.locator(".ledger .total")).to_contain_text(words["total"])
    expect(plain.locator("#w1-requests")).to_have_value(words["shown"])

    plain.locator("#w1-in").fill(words["mistake"])
    plain.get_by_role("button", name=words["compute"], exact=True).click()
    expect(plain.locator("#w1-in")).to_have_value(words["mistake"])
    expect(plain.locator("#w1-in-error")).to_contain_text(words["message"])
    expect(plain.locator("#verdict")).to_contain_text(words["after"])


def test_the_address_restores_the_scenario_on_another_machine(plain: Page, site: str, language: str) -> None:
    """The same address, another browser, the same figures."""
    words = LANGUAGES[language]
    plain.goto(f"{site}/?to=google/gemini-2.5-flash&requests=60000")
    expect(plain.locator("#verdict")).to_contain_text(words["after"])


def test_save_share_open(
    page: Page, browser: Browser, browser_context_args: dict[str, Any], site: str, language: str
) -> None:
    """Alice saves what she sees without an account at hand, and Ben, elsewhere, reads the same until she ends it."""
    words, alice = LANGUAGES[language], a_person("Alice")
    page.goto(f"{site}/?to=google/gemini-2.5-flash")
    page.locator("#w1-requests").fill(words["typed"])
    page.locator("#w1-requests").press("Tab")
    expect(page.locator("#verdict")).to_contain_text(words["after"])
    page.locator("button[name=save]").click()
    page.locator("input[name=login]").fill(alice.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    expect(page.locator("#verdict")).to_contain_text(words["after"])
    page.locator("input[name=name]").fill("Flash")
    page.locator("input[name=name]").press("Enter")
    expect(page.locator("h1")).to_have_text("Flash")
    expect(page.locator("#verdict")).to_contain_text(words["after"])

    page.locator("a[href$='/share/']").click()
    page.locator("main form button.primary").click()
    link = page.locator("#link").inner_text()
    context = browser.new_context(**browser_context_args)
    ben = context.new_page()
    asked: list[str] = []
    ben.on("request", lambda request: asked.append(request.url))
    ben.goto(link)
    expect(ben.locator("h1")).to_have_text("Flash")
    expect(ben.locator("#verdict")).to_contain_text(words["after"])
    expect(ben.locator(".ledger .total")).to_contain_text(words["total"])
    # But for what the library of charts puts into each of them.
    assert ben.locator("form:not(.vega-bindings)").count() == 0
    assert [address for address in asked if not address.startswith(site + "/")] == []
    ben.locator("#copy").click()
    expect(ben).to_have_url(f"{site}/?to=google/gemini-2.5-flash&requests=60000")
    expect(ben.locator("#w1-requests")).to_have_value(words["shown"])
    assert ben.evaluate("document.referrer") == ""

    page.locator("main a[href$='/links/']").click()
    page.locator("form[action*='/revoke/'] button").click()
    expect(page.locator("form[action*='/revoke/']")).to_have_count(0)
    gone = ben.goto(link)
    assert gone is not None
    assert gone.status == 404
    context.close()


def beside(browser: Browser, site: str, people: Cast, options: dict[str, Any], address: str) -> Page:
    """One more window at a plan, without the script that would bring the other's change into it."""
    page = entering(browser, site, people, **{**options, "java_script_enabled": False})
    page.goto(site + address)
    return page


def types_a_reason(page: Page, command: str, reason: str) -> None:
    """Open a command's form, and say why; it is not sent yet."""
    page.locator(f"#act-{command} > summary").click()
    page.locator(f"#act-{command}-reason").fill(reason)


def test_advance_or_roll_back(browser: Browser, browser_context_args: dict[str, Any], site: str, language: str) -> None:
    """Of two who advance at once one wins, and the other gets the fresh state; who rolls back is never kept waiting."""
    people = a_cast()
    plan = started(people, a_plan(people))
    address = f"/plans/{plan.public_id}/"
    first, second, third = (beside(browser, site, people, browser_context_args, address) for _ in range(3))
    types_a_reason(first, "skip", "little traffic")
    types_a_reason(second, "skip", "seen enough")
    types_a_reason(third, "roll_back", "twice the errors")

    first.locator("#act-skip form button").click()
    expect(first).to_have_url(re.compile(f"{address}(#.*)?$"))
    with second.expect_response(lambda answer: "/commands/" in answer.url) as answered:
        second.locator("#act-skip form button").click()
    assert answered.value.status == 409
    expect(second.locator(".late")).to_contain_text("little traffic")
    expect(second.locator(".late")).to_contain_text("seen enough")
    expect(second.locator(".split")).to_contain_text("50\u00a0%")
    assert weight(plan) == 50

    with third.expect_response(lambda answer: "/commands/" in answer.url) as answered:
        third.locator("#act-roll_back form button").click()
    assert answered.value.status == 302
    expect(third.locator("#log")).to_contain_text("twice the errors")
    assert weight(plan) == 0
    for window in (first, second, third):
        window.context.close()


def weight(plan: Plan) -> int:
    """The share of the target, in per cent."""
    plan.refresh_from_db()
    return plan.weight // 100
