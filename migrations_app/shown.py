"""A plan as the API shows it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from ninja import Schema
from pydantic import Field

from costcalc.wire.paging import Page
from costcalc.wire.problem import Problem
from migrations_app.canary.shown import CanaryOut, NeedOut, canary, way_back
from migrations_app.keys.shown import KeysOut, keys
from migrations_app.plans import Plan, PlanEvent
from migrations_app.rules.about import Forecast
from migrations_app.rules.dates import review_day
from migrations_app.rules.review import Figure, Verdict, table, tally
from migrations_app.rules.state import State
from migrations_app.steps.shown import PhaseOut, StepOut, phases_of, steps_of


class ReviewOut(Schema):
    """The review: the table as it stands, and the verdict once there is one. Changes are shares of what was before."""

    figures: list[Figure]
    due_on: dt.date | None = Field(description="30 days after the cut-over, unless another day was set.")
    verdict: Verdict | None
    learnt: str
    concluded_at: dt.datetime | None
    compared: int
    better: int
    worse: int
    forecasts: int
    forecasts_kept: int


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
    review: ReviewOut
    phases: list[PhaseOut]
    steps: list[StepOut]
    keys: KeysOut
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
        "keys": keys(state, now),
        "phases": phases_of(state),
        "review": review(state, now),
        "steps": steps_of(state, now.date()),
        "way_back": way_back(state, now),
    }


def plain(plan: dict[str, Any]) -> dict[str, Any]:
    """The same, of plain values: for what is stored to be given again, and for the problem of a conflict."""
    return PlanOut.model_validate(plan, from_attributes=True).model_dump(by_alias=True)


def event(row: PlanEvent) -> dict[str, Any]:
    """Something that has happened; `who` is null where the product itself did it."""
    told = row.happening
    return {"number": row.number, "at": told.at, "kind": told.kind, "who": told.who or None, "data": dict(told.data)}


def review(state: State, now: dt.datetime) -> dict[str, Any]:
    """How the review stands."""
    held, figures = state.review, table(state.about, state.review)
    found = tally(figures)
    return {
        "figures": figures,
        "due_on": review_day(state, now),
        **{name: getattr(held, name) for name in ("verdict", "learnt", "concluded_at")},
        **{name: getattr(found, name) for name in ("compared", "better", "worse")},
        "forecasts": found.foreseen,
        "forecasts_kept": found.kept,
    }
