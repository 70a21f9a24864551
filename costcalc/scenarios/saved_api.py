"""The API of saved scenarios: kept, listed, read, and what is done to one as a whole."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Prefetch, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from costcalc.accounts.credentials import Bearer, visit_of
from costcalc.accounts.once import sendable_again
from costcalc.accounts.roles import Role
from costcalc.scenarios import saving
from costcalc.scenarios.saved import Revision, SavedScenario
from costcalc.scenarios.saved_shown import (
    GUARDED,
    SENT,
    ScenarioOut,
    ScenariosOut,
    line_shown,
    shown,
    with_example,
)
from costcalc.scenarios.saving_bodies import ScenarioIn, drafted
from costcalc.wire.paging import Paging, paged, refuse_strangers
from costcalc.wire.problem import problems

router = Router(tags=["scenarios"], auth=Bearer())


class Archived(Schema):
    """Which scenarios."""

    archived: bool = Field(False, description="Those that were put away, in place of the others.")


class ScenarioArchiveIn(Schema):
    """Whether a scenario is put away."""

    model_config = with_example({"archived": True})
    archived: bool = True


@router.get("/scenarios", response={200: ScenariosOut, **GUARDED}, operation_id="list_scenarios")
def list_scenarios(request: HttpRequest, asked: Query[Archived], paging: Query[Paging]) -> dict[str, Any]:
    """The workspace's scenarios, what changed last first."""
    visit = visit_of(request)
    refuse_strangers(request, Archived, Paging)
    rows = SavedScenario.objects.of(visit.workspace).filter(archived_at__isnull=not asked.archived)
    return paged(_with_current(rows), paging, lambda row: line_shown(row, row.standing[0]))


@router.post("/scenarios", response={201: ScenarioOut, **GUARDED, **SENT}, operation_id="create_scenario")
@sendable_again(Role.EDITOR)
def create_scenario(request: HttpRequest, body: ScenarioIn) -> tuple[int, dict[str, Any]]:
    """Keep a scenario, as revision 1."""
    visit = visit_of(request, Role.EDITOR)
    said = drafted(visit.workspace, body.query, body.comment)
    made = saving.save(visit, said, body.name, timezone.now(), body.note)
    return 201, shown(saving.revision_of(made))


@router.get(
    "/scenarios/{scenario_id}", response={200: ScenarioOut, **GUARDED, **problems(404)}, operation_id="get_scenario"
)
def get_scenario(request: HttpRequest, scenario_id: str) -> dict[str, Any]:
    """A scenario as it stands, with the money of the day it was saved."""
    return shown(saving.revision_of(saving.scenario_in(visit_of(request), scenario_id)))


@router.post(
    "/scenarios/{scenario_id}/archive",
    response={200: ScenarioOut, **GUARDED, **SENT, **problems(404)},
    operation_id="archive_scenario",
)
def archive_scenario(request: HttpRequest, scenario_id: str, body: ScenarioArchiveIn) -> dict[str, Any]:
    """Put a scenario away, or take it out again."""
    visit = visit_of(request, Role.EDITOR)
    scenario = saving.scenario_in(visit, scenario_id)
    saving.archive(visit, scenario, timezone.now() if body.archived else None)
    return shown(saving.revision_of(scenario))


def _with_current(rows: QuerySet[SavedScenario]) -> QuerySet[SavedScenario]:
    current = Revision.objects.filter(number=F("scenario__revision")).select_related("author")
    return rows.prefetch_related(Prefetch("revisions", current, to_attr="standing"))
