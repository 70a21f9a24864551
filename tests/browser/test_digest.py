"""The pages of one's digest in a real browser: accessible, within the screen, and the whole way without a script."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from migrations_app.digests.digest import Digest
from tests.browser.test_looks import PAIRS, problems
from tests.browser.test_plan_looks import under_way
from tests.browser.test_saved import entering
from tests.factories import a_cast
from tests.planner.mailing import confirmed, wants


@pytest.mark.parametrize(("language", "scheme", "size"), PAIRS, ids=["en-light", "en-dark", "vi-light", "vi-dark"])
def test_every_page_is_accessible_and_fits(browser: Browser, site: str, language: str, scheme: Any, size: Any) -> None:
    cast = a_cast()
    under_way(cast)
    row = wants(confirmed(cast.alice) if scheme == "dark" else cast.alice)
    reader = entering(browser, site, cast, viewport=size, color_scheme=scheme, locale=language)
    pages = ["/me/digest/", f"/me/digest/stop/{row.link}/"]
    found = {address: problems(reader, site + address, size) for address in pages}
    reader.context.close()
    assert {address: faults for address, faults in found.items() if faults} == {}


def test_it_is_chosen_and_stopped_without_a_script(browser: Browser, site: str) -> None:
    cast = a_cast()
    confirmed(cast.alice)
    reader = entering(browser, site, cast, java_script_enabled=False)
    reader.goto(f"{site}/me/")
    reader.get_by_role("link", name="What is due, by e-mail").click()
    reader.get_by_label("How often").select_option("weekly")
    reader.get_by_label("Day of the week").select_option("4")
    reader.get_by_role("button", name="Save").click()
    expect(reader.get_by_text("The next one:")).to_be_visible()
    row = Digest.objects.get()
    assert (row.rhythm, row.weekday, row.site) == ("weekly", 4, site)
    reader.context.clear_cookies()
    reader.goto(f"{site}/me/digest/stop/{row.link}/")
    reader.get_by_role("button", name="Stop them").click()
    expect(reader.get_by_role("status")).to_contain_text("It is stopped")
    reader.context.close()
    assert Digest.objects.get().next_at is None
