"""What the sections of a plan's page show. Each part adds its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from costcalc.accounts.access import Visit
from migrations_app import canary_page, log_words, safety_page
from migrations_app.plans import Plan

MOST_LOGGED = 20


def sections(plan: Plan, came: Visit, now: dt.datetime, more: Mapping[str, Any]) -> dict[str, Any]:
    """The context of every section; `more` is what came of a command that could not be done."""
    del came
    state = plan.state
    return {
        "canary": canary_page.canary(state, now, more),
        "way_back": canary_page.way_back(state, more),
        "needs": safety_page.rows(state.safety, now),
        "way_back_doubts": safety_page.doubts(state.safety, now),
        "log": [log_words.told(row) for row in plan.events.select_related("actor").order_by("-number")[:MOST_LOGGED]],
    }
