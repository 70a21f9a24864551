"""A plan as the API shows it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from ninja import Schema
from pydantic import Field

from costcalc.wire.paging import Page
from costcalc.wire.problem import Problem
from migrations_app.about import Forecast
from migrations_app.canary_shown import CanaryOut, NeedOut, canary, way_back
from migrations_app.plans import Plan


class PlanLine(Schema):
    """A plan as lists have it."""

    id: str
    revision: int = Field(description="Counts what has happened: what a command is decided on.")
    name: str
    note: str
    baseline: str
    candidate: str
    scenario: str
    template: str
    start_on: dt.date | None
    archived: bool
    created_at: dt.datetime
    changed_at: dt.datetime
    weight: Decimal


class PlanOut(PlanLine):
    """A plan as it stands."""

    forecast: Forecast
    canary: CanaryOut
    way_back: list[NeedOut]


class PlansOut(Page):
    """A page of plans."""

    items: list[PlanLine]


class EventOut(Schema):
    """Something that has happened."""

    number: int
    at: dt.datetime
    kind: str
    who: str | None
    data: dict[str, Any]


class StalePlan(Problem):
    """Somebody was quicker: what stands now, and what has changed since."""

    current: PlanOut
    changes: list[EventOut]


def line(plan: Plan) -> dict[str, Any]:
    """A plan as lists have it."""
    state = plan.state
    names = ("name", "note", "baseline", "candidate", "scenario", "template", "start_on", "archived")
    return {
        "id": plan.public_id,
        "revision": plan.revision,
        **{name: getattr(state.about, name) for name in names},
        "created_at": plan.created_at,
        "changed_at": plan.changed_at,
        "weight": state.rollout.weight,
    }


def whole(plan: Plan, now: dt.datetime) -> dict[str, Any]:
    """A plan as it stands."""
    state = plan.state
    return {
        **line(plan),
        "forecast": state.about.forecast,
        "canary": canary(state, now),
        "way_back": way_back(state, now),
    }
