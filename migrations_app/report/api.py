"""The API of a plan's report."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import override
from ninja import Router, Schema
from pydantic import Field

from costcalc.accounts.credentials import Bearer, visit_of
from costcalc.scenarios.saved_shown import ABSENT, GUARDED
from migrations_app import carrying
from migrations_app.report.contents import report
from migrations_app.rules.saved_so_far import so_far
from migrations_app.steps.shown import PhaseOut, phases_of

router = Router(tags=["plans"], auth=Bearer())


class DayOut(Schema):
    """Something that has a day."""

    what: str
    on: dt.date
    owner: str = Field(description="A person's id; empty for nobody's.")


class SoFarOut(Schema):
    """The saving in USD and the tokens of a request, with how far each reaches; null for what is not known."""

    hours: Decimal = Field(description="With traffic on the target.")
    measured: Decimal = Field(description="Of them, those that figures cover.")
    forecast: Decimal | None = Field(description="For all of the hours, by the share of the traffic.")
    forecast_measured: Decimal | None = Field(description="For the hours that figures cover.")
    actual: Decimal | None = Field(description="In the hours that figures cover.")
    old_price_forecast: bool = Field(description="The old side's cost was not measured, and is the forecast's.")
    tokens_forecast: Decimal | None
    tokens_actual: Decimal | None


class ReportOut(Schema):
    """A plan for those who decide about it. Sentences are English."""

    id: str
    revision: int
    name: str
    at: dt.datetime
    standing: str
    weight: Decimal
    phases: list[PhaseOut]
    late: list[DayOut]
    ahead: list[DayOut]
    saved: SoFarOut
    risks: list[str]


@router.get("/plans/{plan_id}/report", response={200: ReportOut, **GUARDED, **ABSENT}, operation_id="get_plan_report")
def get_plan_report(request: HttpRequest, plan_id: str) -> dict[str, Any]:
    """Where a plan is, what is late, what it has saved so far against its forecast, and its risks."""
    plan, now = carrying.plan_in(visit_of(request), plan_id), timezone.now()
    state = plan.state
    with override("en"):
        found = report(state, now)
    return {
        "id": plan.public_id,
        "revision": plan.revision,
        "name": plan.name,
        "at": now,
        "weight": state.rollout.weight,
        "phases": phases_of(state),
        "saved": {name: _rounded(value) for name, value in asdict(so_far(state, now)).items()},
        **{name: getattr(found, name) for name in ("standing", "late", "ahead", "risks")},
    }


def _rounded(value: Any) -> Any:
    """To the hundredth: of an hour, a cent, a token."""
    return round(value, 2) if isinstance(value, Decimal) else value
