"""The fault lab in a browser: one fault run in its place, and all of them at once."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

ADDRESS = "/stream/faults/"


def test_a_fault_is_run_in_its_place(page: Page, site: str) -> None:
    page.goto(site + ADDRESS)
    row = page.locator("#fault-error-inside")
    row.get_by_role("button").click()
    expect(row.get_by_text("Running …")).to_be_visible()
    expect(row.get_by_role("status")).to_have_text("Our client saw: error, as it must.")
    expect(row.get_by_text("The provider says: The server is overloaded.")).to_be_visible()
    expect(page.get_by_role("status")).to_have_count(1)
    expect(row.get_by_role("button")).to_be_enabled()


def test_all_faults_are_run_at_once_and_the_page_stays_accessible(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(site + ADDRESS)
    page.get_by_role("button", name="Run them all").click()
    expect(page.locator(".message")).to_have_text("16 faults were run; each ended as it must.", timeout=20_000)
    expect(page.locator(".fault [role=status]")).to_have_count(16)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert Axe().run(page).response["violations"] == []
