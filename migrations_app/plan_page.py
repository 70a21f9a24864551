"""What the sections of a plan's page show. Each part adds its own."""

from __future__ import annotations

import datetime as dt
from typing import Any

from costcalc.accounts.access import Visit
from costcalc.accounts.roles import Role
from migrations_app import review_page
from migrations_app.plans import Plan
from migrations_app.shown import canary


def sections(plan: Plan, came: Visit, now: dt.datetime) -> dict[str, Any]:
    """The context of every section."""

    return {
        "canary": canary(plan.state, now),
        "review": review_page.shown(plan.state, now),
        "is_owner": came.may(Role.OWNER),
    }
