"""The API of revisions: everything that a scenario ever said, and what it says next."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from costcalc.accounts.credentials import Bearer, visit_of
from costcalc.accounts.once import sendable_again
from costcalc.accounts.roles import Role
from costcalc.scenarios import saving
from costcalc.scenarios.saved import StaleError
from costcalc.scenarios.saved_shown import (
    GUARDED,
    SENT,
    Number,
    RevisionsOut,
    ScenarioOut,
    StaleScenario,
    revision_shown,
    shown,
)
from costcalc.scenarios.saving_bodies import RevisionIn, drafted
from costcalc.wire.paging import Paging, paged, refuse_strangers
from costcalc.wire.problem import ConflictError, problems

router = Router(tags=["scenarios"], auth=Bearer())


@router.get(
    "/scenarios/{scenario_id}/revisions",
    response={200: RevisionsOut, **GUARDED, **problems(404)},
    operation_id="list_revisions",
)
def list_revisions(request: HttpRequest, scenario_id: str, paging: Query[Paging]) -> dict[str, Any]:
    """Everything that a scenario ever said, the latest first."""
    scenario = saving.scenario_in(visit_of(request), scenario_id)
    refuse_strangers(request, Paging)
    return paged(scenario.revisions.select_related("author").order_by("-number"), paging, revision_shown)


@router.get(
    "/scenarios/{scenario_id}/revisions/{number}",
    response={200: ScenarioOut, **GUARDED, **problems(404)},
    operation_id="get_revision",
)
def get_revision(request: HttpRequest, scenario_id: str, number: Number) -> dict[str, Any]:
    """A scenario as one of its revisions said it."""
    return shown(saving.revision_of(saving.scenario_in(visit_of(request), scenario_id), number))


@router.post(
    "/scenarios/{scenario_id}/revisions",
    response={201: ScenarioOut, **GUARDED, **SENT, **problems(404), 409: StaleScenario},
    operation_id="revise_scenario",
)
@sendable_again(Role.EDITOR)
def revise_scenario(request: HttpRequest, scenario_id: str, body: RevisionIn) -> tuple[int, dict[str, Any]]:
    """Save the next revision, at the prices of today unless its address names a day."""
    visit = visit_of(request, Role.EDITOR)
    scenario = saving.scenario_in(visit, scenario_id)
    said = drafted(visit.workspace, body.query, body.comment)
    try:
        saving.revise(visit, scenario, body.revision, said, timezone.now())
    except StaleError:
        scenario.refresh_from_db()
        current = shown(saving.revision_of(scenario))
        raise ConflictError(f"The scenario is at revision {scenario.revision} now.", current) from None
    return 201, shown(saving.revision_of(scenario))
