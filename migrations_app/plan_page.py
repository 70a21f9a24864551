"""What the sections of a plan's page show. Each part adds its own."""

from __future__ import annotations

import datetime as dt
from typing import Any

from costcalc.accounts.access import Visit
from migrations_app.keys_shown import reminders, rows
from migrations_app.plans import Plan
from migrations_app.shown import canary


def sections(plan: Plan, came: Visit, now: dt.datetime) -> dict[str, Any]:
    """The context of every section."""
    del came
    state = plan.state
    return {"canary": canary(state, now), "keys": rows(state, now), "key_reminders": reminders(state, now)}
