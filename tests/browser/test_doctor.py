"""The doctor in a browser: a recording examined, an endpoint asked, in both languages, schemes and on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Page, expect

from tests.streaming.test_doctor import TOKENS, stamped

ADDRESS = "/stream/doctor/"


def look(page: Page) -> None:
    """Fail unless the page is accessible in both schemes, and as narrow as a phone."""
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for dark in (False, True):
        page.emulate_media(color_scheme="dark" if dark else "light")
        assert Axe().run(page).response["violations"] == []


@pytest.mark.parametrize("language", ["en", "vi"])
def test_a_recording_is_examined_in_a_page_for_everybody(page: Page, site: str, language: str) -> None:
    page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": site}])
    page.goto(site + ADDRESS)
    look(page)
    page.locator("#id_recording").fill(stamped(TOKENS, 0.00001).decode())
    page.locator("#recording .primary").click()
    expect(page.locator("#report")).to_contain_text("proxy_buffering off")
    expect(page.locator("#id_recording")).to_have_value(stamped(TOKENS, 0.00001).decode())
    look(page)


# A browser says on its console that a form was refused.
@pytest.mark.complains
def test_what_is_wrong_stands_at_its_field_and_a_key_is_never_filled_in_again(page: Page, site: str) -> None:
    page.goto(site + ADDRESS)
    page.locator("#id_live-address").fill("https://evil.example/v1")
    page.locator("#id_live-key").fill("sk-proj-never-again-12345")
    page.locator("#live .primary").click()
    expect(page.locator("#id_live-address_error")).to_contain_text("under no address")
    expect(page.locator("#id_live-key")).to_have_value("")
    assert "never-again" not in page.content()
    look(page)


def test_the_built_in_provider_is_asked_and_its_key_tried(page: Page, site: str) -> None:
    page.goto(site + ADDRESS)
    page.locator("#live .primary").click()
    expect(page.locator("#report")).to_contain_text("It stops when its reader leaves", timeout=30_000)
    expect(page.locator(".tabs [aria-current]")).to_have_text("Doctor")
    look(page)
    page.locator("#id_trial-key").fill("sk-any-key-will-do-here")
    page.locator("#trial .primary").click()
    expect(page.locator("#tried")).to_contain_text("works", timeout=30_000)
    look(page)
