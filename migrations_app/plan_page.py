"""What the sections of a plan's page show. Each part adds its own."""

from __future__ import annotations

import datetime as dt
from typing import Any

from costcalc.accounts.access import Visit
from migrations_app.plans import Plan
from migrations_app.shown import canary
from migrations_app.step_pages import section as steps


def sections(plan: Plan, came: Visit, now: dt.datetime) -> dict[str, Any]:
    """The context of every section."""
    return {"canary": canary(plan.state, now), **steps(plan, came)}
