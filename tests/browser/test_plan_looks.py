"""Every page of plans in a real browser: accessible, within the screen, and the whole way without a script."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pydantic import TypeAdapter

from costcalc.accounts.access import visit
from migrations_app import beginning, carrying
from migrations_app.plans import Plan
from migrations_app.playbook.templates import TEMPLATES
from migrations_app.rules.commands import Command
from migrations_app.rules.deciding import AnyCommand
from migrations_app.rules.key_commands import Tried
from tests.browser.test_looks import PAIRS, problems
from tests.browser.test_saved import entering
from tests.factories import Cast, a_cast

COMMANDS: TypeAdapter[Command] = TypeAdapter(AnyCommand)
SEEN = {"requests": 21_408, "errors": 88, "ttft_p95_ms": 612, "cost": "128.45"}
TOLD: list[dict[str, Any]] = [
    {"command": "move_steps", "steps": ["s1"], "to": "done"},
    {"command": "show_step", "step": "s1", "kind": "number", "text": "Places found", "number": "14", "unit": "files"},
    {"command": "comment_step", "step": "s1", "text": "The batch jobs call it, too."},
    {"command": "start"},
    {"command": "take_reading", "baseline": SEEN, "candidate": {**SEEN, "ttft_p95_ms": 480}, "source": "Grafana"},
    {"command": "rehearse", "percent": "0", "reason": "a drill"},
    {"command": "add_key", "provider": "OpenAI", "environment": "production", "print": {"last": "9fQ2"}},
    {"command": "create_key", "provider": "DeepSeek", "environment": "production", "print": {"last": "w7Lk"}},
    {"command": "hold", "reason": "over the weekend"},
]
OF_PLAN = ["", "steps/", "steps/?several=1", "steps/s1/", "steps/s1/edit/", "steps/new/", "steps/start/", "template/"]
OF_PLAN += ["report/", "keys/", "figures/", "limits/", "stages/", "way-back/", "rename/", "delete/", "calendar/"]


def under_way(cast: Cast) -> Plan:
    """A plan of Bob's in its first stage, with steps, keys and figures."""
    came, now = visit(cast.bob, cast.workspace), timezone.now() - dt.timedelta(hours=30)
    wish = beginning.Wish(
        "OpenAI → DeepSeek for the support chatbot",
        template="four-weeks",
        to_do=TEMPLATES["four-weeks"],
        start_on=now.date(),
        baseline="openai/gpt-4.1",
        candidate="deepseek/deepseek-chat",
    )
    plan = beginning.make(came, wish, now)
    for said in TOLD:
        plan = carrying.carry_out(came, plan, COMMANDS.validate_python({**said, "revision": plan.revision}), now)
    tried = Tried(key="k1", outcome="works", endpoint="openai", model="gpt-4.1", known="print", revision=plan.revision)
    return carrying.carry_out(came, plan, tried, now)


@pytest.mark.parametrize(("language", "scheme", "size"), PAIRS, ids=["en-light", "en-dark", "vi-light", "vi-dark"])
def test_every_page_is_accessible_and_fits(browser: Browser, site: str, language: str, scheme: Any, size: Any) -> None:
    cast = a_cast()
    home = f"/plans/{under_way(cast).public_id}/"
    pages = [
        "/plans/",
        "/plans/?archived=1",
        "/plans/?q=zzz",
        "/plans/new/",
        "/plans/templates/",
        "/plans/import/",
        "/me/calendar/",
    ]
    reader = entering(browser, site, cast, viewport=size, color_scheme=scheme, locale=language)
    found = {address: problems(reader, site + address, size) for address in [*pages, *(home + one for one in OF_PLAN)]}
    reader.context.close()
    assert {address: faults for address, faults in found.items() if faults} == {}


def test_what_decides_on_a_stage_is_in_sight_on_a_phone(browser: Browser, site: str) -> None:
    cast = a_cast()
    plan = under_way(cast)
    reader = entering(browser, site, cast, viewport={"width": 360, "height": 740}, locale="vi")
    reader.goto(f"{site}/plans/{plan.public_id}/")
    verdicts = reader.locator(".gates td:last-child")
    assert verdicts.count()
    for box in (one.bounding_box() for one in verdicts.all()):
        assert box is not None
        assert box["x"] + box["width"] <= 360
    reader.context.close()


def test_the_way_back_covers_nothing_when_it_is_opened(browser: Browser, site: str) -> None:
    cast = a_cast()
    plan = under_way(cast)
    reader = entering(browser, site, cast, viewport={"width": 1360, "height": 900}, locale="en")
    reader.goto(f"{site}/plans/{plan.public_id}/")
    reader.locator("#act-roll_back > summary").click()
    form, rail = reader.locator("#act-roll_back > form").bounding_box(), reader.locator("#rail").bounding_box()
    assert form is not None
    assert rail is not None
    assert form["y"] + form["height"] <= rail["y"]
    reader.context.close()


def test_a_move_is_made_and_rolled_back_without_a_script(browser: Browser, site: str) -> None:
    plain = entering(browser, site, a_cast(), java_script_enabled=False, locale="en")
    plain.goto(f"{site}/plans/")
    plain.get_by_role("link", name="A new plan").click()
    plain.get_by_label("Name").fill("Chatbot to DeepSeek")
    plain.get_by_label("Template").select_option("four-weeks")
    plain.get_by_role("button", name="Make the plan").click()
    expect(plain.locator("h1")).to_have_text("Chatbot to DeepSeek")
    tick(plain)
    plain.get_by_role("button", name="Start at 10 %").click()
    expect(plain.locator("#canary")).to_contain_text("Stage 1 of 3 is running.")
    write_figures(plain)
    expect(plain.locator(".gates")).to_contain_text("pass")
    roll_back(plain)
    expect(plain.locator("#canary")).to_contain_text("Everything was rolled back.")
    expect(plain.locator("#log")).to_contain_text("twice the errors")
    plain.context.close()


def tick(plain: Page) -> None:
    """The first step is done; the log says which one."""
    first = plain.locator("#steps .steps > li").first
    title = first.locator(".what").inner_text()
    first.locator("button.tick").click()
    expect(plain.locator("#log")).to_contain_text(f"Steps done: {title}")


def write_figures(plain: Page) -> None:
    """What was seen on both sides."""
    plain.get_by_role("link", name="Type or upload figures").click()
    for side in range(2):
        plain.get_by_label("Requests").nth(side).fill("21,408")
        plain.get_by_label("Errors").nth(side).fill("81")
    plain.get_by_role("button", name="Take these figures").click()


def roll_back(plain: Page) -> None:
    """One button, and why."""
    plain.locator("#act-roll_back > summary").click()
    plain.locator("#act-roll_back-reason").fill("twice the errors")
    plain.get_by_role("button", name="Roll back now").click()


def test_a_calendar_link_stays_in_sight_while_others_change_the_plan(browser: Browser, site: str) -> None:
    cast = a_cast()
    plan = under_way(cast)
    reader = entering(browser, site, cast, locale="en")
    reader.goto(f"{site}/plans/{plan.public_id}/calendar/")
    reader.get_by_label("What it is for").fill("Laptop")
    reader.get_by_role("button", name="Make it").click()
    link = reader.locator("#link").inner_text()
    expect(reader.get_by_role("button", name="Copy")).to_be_visible()
    expect(reader.locator("#days")).not_to_contain_text("skipped")
    said = {
        "command": "move_steps",
        "steps": ["s2"],
        "to": "skipped",
        "reason": "it is ours",
        "revision": plan.revision,
    }
    carrying.carry_out(visit(cast.alice, cast.workspace), plan, COMMANDS.validate_python(said), timezone.now())
    expect(reader.locator("#days")).to_contain_text("skipped")
    expect(reader.locator("#link")).to_have_text(link)
    answer = reader.request.get(link)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    reader.context.close()
