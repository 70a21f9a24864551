"""What comes after the move, in a real browser: accessible, within the screen, and usable without a script."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pydantic import TypeAdapter

from costcalc.accounts.access import Visit, visit
from migrations_app import beginning, carrying
from migrations_app.plans import Plan
from migrations_app.review import links
from migrations_app.rules.commands import Command
from migrations_app.rules.deciding import AnyCommand
from tests.browser.test_looks import PAIRS, problems
from tests.browser.test_saved import entering
from tests.factories import Cast, a_cast
from tests.planner.test_review import ARTICLE

COMMANDS: TypeAdapter[Command] = TypeAdapter(AnyCommand)
QUALITY = {"metric": "own", "name": "Answer quality, judged by people", "unit": "of 5", "better": "higher"}
TOLD: list[dict[str, Any]] = [
    {"command": "start"},
    {"command": "skip", "reason": "little traffic"},
    {"command": "skip", "reason": "little traffic"},
    {"command": "skip", "reason": "little traffic"},
    {
        "command": "review_figures",
        "figures": [
            *({**one, "source": "dashboard, p95 of a week"} for one in ARTICLE),
            {**QUALITY, "before": "4.31", "forecast": "4.2", "after": "4.22"},
        ],
    },
    {"command": "review_conclude", "verdict": "worth_it", "learnt": "Rotate keys first.\n\nRehearse the way back."},
]


def moved(cast: Cast) -> tuple[Visit, Plan]:
    """A plan of Bob's that has been through everything, 35 days ago and since."""
    came, now = visit(cast.bob, cast.workspace), timezone.now()
    plan = beginning.make(came, beginning.Wish("Chatbot to Gemini", start_on=now.date()), now - dt.timedelta(days=36))
    for days, said in zip((36, 36, 36, 35, 1, 0), TOLD, strict=True):
        command = COMMANDS.validate_python({**said, "revision": plan.revision})
        plan = carrying.carry_out(came, plan, command, now - dt.timedelta(days=days))
    return came, plan


def addresses(cast: Cast) -> list[str]:
    """Every page of what comes after a plan, at its beginning and at its end."""
    came, plan = moved(cast)
    fresh = beginning.make(came, beginning.Wish("To DeepSeek"), timezone.now())
    _row, link = links.share_review(came, plan, plan.revision, timezone.now(), "For the board")
    of_each = ("", "review/", "review/figures/", "review/share/")
    return [f"/plans/{one.public_id}/{page}" for one in (plan, fresh) for page in of_each] + [f"/plans/shared/{link}/"]


@pytest.mark.parametrize(("language", "scheme", "size"), [PAIRS[0], PAIRS[1], PAIRS[2]], ids=["light", "dark", "vi"])
def test_every_page_is_accessible_and_fits(browser: Browser, site: str, language: str, scheme: Any, size: Any) -> None:
    cast = a_cast()
    pages = addresses(cast)
    reader = entering(browser, site, cast, viewport=size, color_scheme=scheme, locale=language)
    found = {address: problems(reader, site + address, size) for address in pages}
    reader.context.close()
    assert {address: faults for address, faults in found.items() if faults} == {}


def plan_page(browser: Browser, site: str, **settings_: Any) -> Page:
    """Alice at a new plan."""
    cast = a_cast()
    plan = beginning.make(visit(cast.bob, cast.workspace), beginning.Wish("To Gemini"), timezone.now())
    page = entering(browser, site, cast, **settings_)
    page.goto(f"{site}/plans/{plan.public_id}/")
    return page


def test_a_review_is_written_and_concluded_without_a_script(browser: Browser, site: str) -> None:
    plain = plan_page(browser, site, java_script_enabled=False, locale="en")
    plain.get_by_role("link", name="Before, forecast and after").click()
    plain.get_by_role("link", name="Write the figures").click()
    cost = plain.get_by_role("group", name="Cost a month")
    cost.get_by_label("Before").fill("4,200")
    cost.get_by_label("After").fill("680")
    plain.get_by_role("button", name="Write them").click()
    expect(plain.get_by_role("row", name="Cost a month")).to_contain_text("−84%")
    plain.get_by_label("What was learnt").fill("Rotate keys first.")
    plain.get_by_role("button", name="Conclude the review").click()
    expect(plain.locator(".verdict strong")).to_have_text("The move was worth it")
    plain.context.close()
