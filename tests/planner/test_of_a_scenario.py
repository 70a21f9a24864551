"""A plan of a scenario: one click on the scenario's page."""

from __future__ import annotations

import re

from django.utils import timezone
from playwright.sync_api import Browser, expect

from costcalc.scenarios import saving
from migrations_app.plans import Plan
from tests.browser.test_saved import entering
from tests.factories import Cast, a_cast, signed_in
from tests.scenarios.keeping import by, kept


def test_one_click_makes_a_plan_with_the_scenarios_sides_and_steps_from_today(browser: Browser, site: str) -> None:
    cast = a_cast()
    scenario = kept(cast)
    reader = entering(browser, site, cast, java_script_enabled=False)
    reader.goto(f"{site}/scenarios/{scenario.public_id}/")
    reader.get_by_role("button", name="Make a plan").click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("Move to Flash")
    reader.context.close()
    plan = Plan.objects.get()
    assert re.search("gemini-2.5-flash", plan.state.about.candidate)
    assert plan.scenario == saving.revision_of(scenario)
    assert plan.workspace == cast.workspace
    assert min(step.due for step in plan.state.steps.each if step.due) >= timezone.now().date()
    assert plan.state.about.template == "four-weeks"


def test_no_plan_is_offered_of_what_is_put_away_or_past(cast: Cast) -> None:
    scenario, bob = kept(cast), signed_in(cast.bob)
    here = f"/scenarios/{scenario.public_id}/"
    offer = f'action="/plans/of/{scenario.public_id}/"'
    assert offer in bob.get(here).content.decode()
    assert offer not in signed_in(cast.vera).get(here).content.decode()
    saving.archive(by(cast, "bob"), scenario, scenario.edition, timezone.now())
    assert offer not in bob.get(here).content.decode()


def test_a_scenario_leads_to_the_plans_that_were_made_from_it(cast: Cast) -> None:
    scenario, bob = kept(cast), signed_in(cast.bob)
    there = f"/plans/?scenario={scenario.public_id}"
    assert f'href="{there}"' in bob.get(f"/scenarios/{scenario.public_id}/").content.decode()
    assert "No plan has been made from this scenario yet." in bob.get(there).content.decode()
    bob.post(f"/plans/of/{scenario.public_id}/")
    bob.post("/plans/new/", {"name": "Of nothing", "start_on": "2026-12-01"})
    made = Plan.objects.get(name="Move to Flash")
    shown = bob.get(there).content.decode()
    assert "Plans made from “Move to Flash”" in shown
    assert f"/plans/{made.public_id}/" in shown
    assert "Of nothing" not in shown
    assert signed_in(cast.charlie).get(there).status_code == 404
    assert bob.get("/plans/?scenario=none").status_code == 404
