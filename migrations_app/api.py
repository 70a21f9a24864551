"""The API of plans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import override
from ninja import Query, Router, Schema, Status
from ninja.errors import HttpError
from pydantic import ConfigDict, Field, RootModel, ValidationInfo, field_validator

from costcalc.accounts.access import Visit
from costcalc.accounts.credentials import EDITORS, OWNERS, Bearer, visit_of
from costcalc.accounts.once import sendable_again
from costcalc.accounts.roles import Role
from costcalc.scenarios import saving
from costcalc.scenarios.saved_shown import ABSENT, GUARDED, SENT, with_example
from costcalc.wire.paging import Paging, paged, refuse_strangers
from costcalc.wire.problem import ConflictError
from migrations_app import beginning, carrying, shown
from migrations_app.plans import LONGEST_SEARCH, Plan, StaleError
from migrations_app.playbook.own import template_for, templates_of
from migrations_app.playbook.template import Template
from migrations_app.playbook.templates import TEMPLATES
from migrations_app.refusal_words import in_words
from migrations_app.rules.about import Day
from migrations_app.rules.commands import Line, Name, Text
from migrations_app.rules.deciding import AnyCommand
from migrations_app.rules.happening import Refused
from migrations_app.rules.workdays import MOST_OFF

router = Router(tags=["plans"], auth=Bearer(), by_alias=True)


class PlansAsked(Schema):
    """Which plans."""

    archived: bool = Field(False, description="Those that were put away, in place of the others.")
    q: str = Field("", max_length=LONGEST_SEARCH, description="Words of the name, the note or the sides, in any case.")


class PlanSeen(Schema):
    """Which revision a plan is deleted at."""

    revision: int = Field(ge=1, le=10**9, description="The revision that this was decided on.")


class PlanIn(Schema):
    """A plan to make: of a scenario, of a template, of both, or of neither."""

    model_config = with_example({"name": "To Gemini", "start_on": "2026-12-01"})
    note: Text = ""
    scenario: str = Field("", max_length=12, description="The id of a saved scenario; its current revision is taken.")
    start_on: Day | None = Field(None, description="Today where it is absent.")
    template: str = Field(
        "",
        max_length=20,
        description="The key of one of the product's templates, as `base-url`, or the id of your own.",
    )
    name: Name | None = Field(
        None, validate_default=True, description="That of the scenario, or of the template, where it is absent."
    )
    days_off: list[Day] = Field(
        [], max_length=MOST_OFF, description="Beside weekends; the template's days leave them out."
    )
    baseline: Line = Field("", description="The side that is left; a scenario says its own.")
    candidate: Line = ""

    @field_validator("name")
    @classmethod
    def _is_there_or_to_be_taken(cls, name: str | None, info: ValidationInfo) -> str | None:
        if name is None and not (info.data.get("scenario") or info.data.get("template")):
            raise ValueError("Give a name, or a scenario or a template to take it from.")
        return name


class CommandIn(RootModel[AnyCommand]):
    """One command."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"command": "start", "revision": 1}]})


@router.get("/plans", response={200: shown.PlansOut, **GUARDED}, operation_id="list_plans")
def list_plans(request: HttpRequest, asked: Query[PlansAsked], paging: Query[Paging]) -> dict[str, Any]:
    """The workspace's plans, what changed last first."""
    visit = visit_of(request)
    refuse_strangers(request, PlansAsked, Paging)
    found = Plan.objects.of(visit.workspace).matching(asked.q).filter(archived=asked.archived)
    rows = found.select_related("scenario")
    return paged(rows, paging, shown.line)


@router.post(
    "/plans", response={201: shown.PlanOut, **GUARDED, **SENT, **ABSENT}, operation_id="create_plan", auth=EDITORS
)
@sendable_again(Role.EDITOR)
def create_plan(request: HttpRequest, body: PlanIn) -> tuple[int, dict[str, Any]]:
    """Make a plan."""
    visit, now = visit_of(request, Role.EDITOR), timezone.now()
    return 201, shown.plain(shown.whole(beginning.make(visit, _wish(visit, body), now), now))


def _wish(visit: Visit, body: PlanIn) -> beginning.Wish:
    scenario = saving.revision_of(saving.scenario_in(visit, body.scenario)) if body.scenario else None
    to_do = _template(visit, body.template) if body.template else None
    named = body.name or (scenario.scenario.name if scenario else "") or (to_do.name if to_do else "")
    said = {name: getattr(body, name) for name in ("note", "template", "start_on", "baseline", "candidate")}
    return beginning.Wish(named, scenario=scenario, to_do=to_do, days_off=tuple(body.days_off), **said)


def _template(visit: Visit, key: str) -> Template:
    """Raises HttpError where there is none."""
    found = template_for(visit.workspace, key)
    if found is None:
        own = (each.public_id for each in templates_of(visit.workspace))
        raise HttpError(422, f"There is no template “{key}”; there are: {', '.join((*TEMPLATES, *own))}.")
    return found


@router.get("/plans/{plan_id}", response={200: shown.PlanOut, **GUARDED, **ABSENT}, operation_id="get_plan")
def get_plan(request: HttpRequest, plan_id: str) -> dict[str, Any]:
    """A plan as it stands."""
    return shown.whole(carrying.plan_in(visit_of(request), plan_id), timezone.now())


@router.delete(
    "/plans/{plan_id}",
    response={204: None, **GUARDED, **ABSENT, 409: shown.StalePlan},
    operation_id="delete_plan",
    auth=OWNERS,
)
def delete_plan(request: HttpRequest, plan_id: str, seen: Query[PlanSeen]) -> Status[None]:
    """Delete a plan with everything that has happened, for good; the audit log keeps that it was there."""
    visit, now = visit_of(request, Role.OWNER), timezone.now()
    refuse_strangers(request, PlanSeen)
    try:
        carrying.delete(visit, carrying.plan_in(visit, plan_id), seen.revision, now)
    except StaleError as stale:
        raise conflict(stale, now) from None
    return Status(204, None)


@router.post(
    "/plans/{plan_id}/commands",
    response={200: shown.PlanOut, **GUARDED, **SENT, **ABSENT, 409: shown.StalePlan},
    operation_id="command_plan",
    auth=EDITORS,
)
def command_plan(request: HttpRequest, plan_id: str, body: CommandIn) -> dict[str, Any]:
    """Do something to a plan. 409 where somebody was quicker, 422 where it may not be done, with the reason."""
    visit = visit_of(request, Role.EDITOR)
    plan = carrying.plan_in(visit, plan_id)
    return answered(lambda now: carrying.carry_out(visit, plan, body.root, now))


def answered(act: Callable[[dt.datetime], Plan]) -> dict[str, Any]:
    """How a plan stands after an act. Raises ConflictError (409) and HttpError (422) where it was not done."""
    now = timezone.now()
    try:
        return shown.whole(act(now), now)
    except StaleError as stale:
        raise conflict(stale, now) from None
    except Refused as refused:
        raise impossible(refused) from None


def impossible(refused: Refused) -> HttpError:
    """422, with the reason."""
    with override("en"):
        return HttpError(422, in_words(refused))


def conflict(stale: StaleError, now: dt.datetime) -> ConflictError:
    """409, with how the plan stands now."""
    changes = [shown.event(row) for row in carrying.since(stale.plan, stale.seen)]
    current = shown.plain(shown.whole(stale.plan, now))
    return ConflictError(f"The plan is at revision {stale.plan.revision} now.", current, changes)
