"""The API of saved scenarios: kept, listed, read, and what is done to one as a whole."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from costcalc.accounts.credentials import EDITORS, OWNERS, Bearer, visit_of
from costcalc.accounts.once import sendable_again
from costcalc.accounts.roles import Role
from costcalc.catalog.index import catalogue
from costcalc.scenarios import saving
from costcalc.scenarios.saved import Revision, SavedScenario, StaleError, UnreadableError
from costcalc.scenarios.saved_shown import (
    ABSENT,
    GUARDED,
    SENT,
    Name,
    Number,
    ScenarioOut,
    ScenariosOut,
    StaleScenario,
    Text,
    line_shown,
    shown,
    stale,
    with_example,
)
from costcalc.scenarios.saving_bodies import ScenarioIn, drafted
from costcalc.wire.paging import Paging, paged, refuse_strangers
from costcalc.wire.problem import ConflictError, problems

router = Router(tags=["scenarios"], auth=Bearer(), by_alias=True)
CHANGED = {**GUARDED, **SENT, **ABSENT, 409: StaleScenario}


class ScenariosAsked(Schema):
    """Which scenarios."""

    archived: bool = Field(False, description="Those that were put away, in place of the others.")


class Seen(Schema):
    """The edition that was looked at."""

    edition: Number


class ScenarioChange(Schema):
    """Another name or note, where they are given, and the edition that this was decided on."""

    model_config = with_example({"edition": 1, "name": "To Gemini 2.5", "note": "For the review in May"})
    edition: Number
    name: Name | None = None
    note: Text | None = None


class ScenarioArchiveIn(Schema):
    """Whether a scenario is put away, and the edition that this was decided on."""

    model_config = with_example({"edition": 1, "archived": True})
    edition: Number
    archived: bool = True


class CopyIn(Schema):
    """What the copy is called, and which revision it begins with: the current one where it is absent."""

    model_config = with_example({"name": "To Gemini, with more traffic", "revision": 1})
    name: Name
    revision: Number | None = None


@router.get("/scenarios", response={200: ScenariosOut, **GUARDED}, operation_id="list_scenarios")
def list_scenarios(request: HttpRequest, asked: Query[ScenariosAsked], paging: Query[Paging]) -> dict[str, Any]:
    """The workspace's scenarios, what changed last first."""
    visit = visit_of(request)
    refuse_strangers(request, ScenariosAsked, Paging)
    rows = Revision.objects.standing_in(visit.workspace).filter(scenario__archived_at__isnull=not asked.archived)
    return paged(rows, paging, lambda row: line_shown(row.scenario, row))


@router.post("/scenarios", response={201: ScenarioOut, **GUARDED, **SENT}, operation_id="create_scenario", auth=EDITORS)
@sendable_again(Role.EDITOR)
def create_scenario(request: HttpRequest, body: ScenarioIn) -> tuple[int, dict[str, Any]]:
    """Keep a scenario, as revision 1: what the calculator's address says, or the body of an estimate."""
    visit = visit_of(request, Role.EDITOR)
    made = saving.save(visit, drafted(visit.workspace, body), body.name, timezone.now(), body.note)
    return 201, shown(saving.revision_of(made))


@router.get("/scenarios/{scenario_id}", response={200: ScenarioOut, **GUARDED, **ABSENT}, operation_id="get_scenario")
def get_scenario(request: HttpRequest, scenario_id: str) -> dict[str, Any]:
    """A scenario as it stands, with the money of the day it was saved."""
    return shown(saving.revision_of(saving.scenario_in(visit_of(request), scenario_id)))


@router.patch(
    "/scenarios/{scenario_id}", response={200: ScenarioOut, **CHANGED}, operation_id="rename_scenario", auth=EDITORS
)
def rename_scenario(request: HttpRequest, scenario_id: str, body: ScenarioChange) -> dict[str, Any]:
    """Give it another name or note. Its figures change with a revision only."""
    visit = visit_of(request, Role.EDITOR)
    scenario = _seen(saving.scenario_in(visit, scenario_id), body.edition)
    name = scenario.name if body.name is None else body.name
    note = scenario.note if body.note is None else body.note
    try:
        saving.rename(visit, scenario, body.edition, name, note)
    except StaleError:
        raise stale(scenario) from None
    return shown(saving.revision_of(scenario))


@router.delete(
    "/scenarios/{scenario_id}",
    response={204: None, **GUARDED, **ABSENT, 409: StaleScenario},
    operation_id="delete_scenario",
    auth=OWNERS,
)
def delete_scenario(request: HttpRequest, scenario_id: str, seen: Query[Seen]) -> Status[None]:
    """Delete it with its revisions, links and comments, for good; for owners. Archiving keeps them."""
    visit = visit_of(request, Role.OWNER)
    refuse_strangers(request, Seen)
    scenario = saving.scenario_in(visit, scenario_id)
    try:
        saving.delete(visit, scenario, seen.edition)
    except StaleError:
        raise stale(scenario) from None
    return Status(204, None)


@router.post(
    "/scenarios/{scenario_id}/archive",
    response={200: ScenarioOut, **CHANGED},
    operation_id="archive_scenario",
    auth=EDITORS,
)
def archive_scenario(request: HttpRequest, scenario_id: str, body: ScenarioArchiveIn) -> dict[str, Any]:
    """Put a scenario away, or take it out again."""
    visit = visit_of(request, Role.EDITOR)
    scenario = _seen(saving.scenario_in(visit, scenario_id), body.edition)
    try:
        saving.archive(visit, scenario, body.edition, timezone.now() if body.archived else None)
    except StaleError:
        raise stale(scenario) from None
    return shown(saving.revision_of(scenario))


@router.post(
    "/scenarios/{scenario_id}/duplicate",
    response={201: ScenarioOut, **GUARDED, **SENT, **problems(404, 409)},
    operation_id="duplicate_scenario",
    auth=EDITORS,
)
@sendable_again(Role.EDITOR)
def duplicate_scenario(request: HttpRequest, scenario_id: str, body: CopyIn) -> tuple[int, dict[str, Any]]:
    """A scenario of its own that begins with a revision, its day and its prices. 409 where that is no longer read."""
    visit = visit_of(request, Role.EDITOR)
    revision = saving.revision_of(saving.scenario_in(visit, scenario_id), body.revision)
    try:
        copy = saving.duplicate(visit, revision, body.name, catalogue(), timezone.now())
    except UnreadableError:
        raise ConflictError("This version of the product can no longer read this revision.") from None
    return 201, shown(saving.revision_of(copy))


def _seen(scenario: SavedScenario, edition: int) -> SavedScenario:
    if scenario.edition != edition:
        raise stale(scenario)
    return scenario
