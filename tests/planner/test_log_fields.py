"""What happens to a plan, as the workspace's audit log says it."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from costcalc.accounts.models import User
from migrations_app.plans import Plan
from migrations_app.views import COMMANDS
from tests.factories import Cast, signed_in
from tests.planner.looked import a_plan, does

pytestmark = pytest.mark.usefixtures("db")


def log(cast: Cast, language: str = "en") -> str:
    """The page's text, without its tags."""
    User.objects.filter(pk=cast.alice.pk).update(language=language)
    cast.alice.refresh_from_db()
    page = signed_in(cast.alice).get(f"/w/{cast.workspace.public_id}/audit/").content.decode()
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", page)))


@pytest.fixture
def plan(cast: Cast) -> Plan:
    return a_plan(cast)


def done(cast: Cast, plan: Plan, command: str, **said: Any) -> Plan:
    """Bob carries a command out."""
    fresh = Plan.objects.get(pk=plan.pk)
    return does(cast, plan, COMMANDS.validate_python({"command": command, "revision": fresh.revision, **said}))


def test_steps_are_told_by_their_titles_and_what_changes_of_them_by_its_name(cast: Cast, plan: Plan) -> None:
    row = done(cast, plan, "add_step", title="Call finance", phase="prepare")
    assert "Steps: Call finance" in log(cast)
    (step,) = row.state.steps.each
    changed = {"title": "Call finance", "phase": "keys", "owner": cast.bob.public_id, "due": "2026-12-01"}
    done(cast, plan, "edit_step", step=step.id, **changed)
    said = f"Changes: {step.id}: Due: 1 December 2026, Owner: {cast.bob}, Phase: Keys, Title: Call finance"
    assert said in log(cast)


def test_what_happens_is_said_as_the_plan_s_own_pages_say_it(cast: Cast, plan: Plan) -> None:
    done(
        cast, plan, "plan_stages", stages=[{"percent": "12.5", "hold_hours": 24}, {"percent": "100", "hold_hours": 72}]
    )
    limit = {"metric": "error_rate", "kind": "points", "margin": "0.5", "base": "1"}
    done(cast, plan, "set_limits", limits=[limit], requests_day=50000)
    done(cast, plan, "vouch", need="old_key", statement="I called with it", on="2026-11-01")
    done(cast, plan, "start")
    done(cast, plan, "roll_back", reason="TTFT rose")
    english, vietnamese = log(cast), log(cast, "vi")
    for words in (
        "Stages: 12.5 % for 24 h, 100 % for 72 h",
        "Limits: Error rate +0.5 pt (base rate 1 %)",
        "Requests a day: 50,000",
        "As of: 1 November 2026",
        "For the way back: The old key is alive",
        "It holds: yes",
        "The old key is alive: lapsed, The old quota is there: not shown yet",
        "Share: 0 %",
        "Share until then: 12.5 %",
    ):
        assert words in english
    # Of a scenario such a field would be another one.
    assert "Scenario: " not in english
    for words in ("Các chặng: 12,5 % trong 24 giờ, 100 % trong 72 giờ", "Số yêu cầu mỗi ngày: 50.000"):
        assert words in vietnamese
