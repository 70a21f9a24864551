"""What the sections of a plan's page show. Each part adds its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from costcalc.accounts.access import Visit
from costcalc.accounts.roles import Role
from migrations_app import log_words
from migrations_app.canary import page as canary_page
from migrations_app.keys import shown as keys_shown
from migrations_app.plans import Plan
from migrations_app.report import forecast
from migrations_app.review import page as review_page
from migrations_app.rules.state import State
from migrations_app.steps import page as step_pages
from migrations_app.way_back import page as safety_page

MOST_LOGGED = 20


def sections(
    plan: Plan, came: Visit, now: dt.datetime, more: Mapping[str, Any], *, whole: bool = False
) -> dict[str, Any]:
    """The context of every section; `more` is what came of a command that could not be done.

    `whole` shows the log from its beginning, not only what happened last.
    """
    state = plan.state
    return {
        "canary": canary_page.canary(state, now, more),
        "forecast": forecast.shown(state, now),
        "keys": keys_shown.rows(state, now),
        "key_reminders": keys_shown.reminders(state, now),
        "review": review_page.shown(state, now),
        "way_back": canary_page.way_back(state, more),
        "needs": safety_page.rows(state.safety, now),
        "way_back_doubts": safety_page.doubts(state.safety, now),
        **step_pages.section(plan, came),
        "is_owner": came.may(Role.OWNER),
        "log": _log(plan, state, None if whole else MOST_LOGGED),
        "log_hides": not whole and plan.revision > MOST_LOGGED,
    }


def _log(plan: Plan, state: State, most: int | None) -> list[dict[str, Any]]:
    """What happened, the latest first."""
    rows, after = plan.events.select_related("actor").order_by("-number")[:most], log_words.shares(plan)
    return [log_words.told(row, state, after.get(row.number)) for row in rows]
