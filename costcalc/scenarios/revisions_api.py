"""The API of revisions: everything that a scenario ever said, what it says next, and today's prices for it."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import override
from ninja import Query, Router, Schema
from pydantic import Field

from costcalc.accounts.credentials import EDITORS, Bearer, visit_of
from costcalc.accounts.once import sendable_again
from costcalc.accounts.roles import Role
from costcalc.catalog.index import catalogue
from costcalc.scenarios import saving
from costcalc.scenarios.comparing_api import ComparedLine, lines_compared
from costcalc.scenarios.estimate_answer import EstimateOut, answered
from costcalc.scenarios.saved import REPRICED, Draft, Revision, StaleError, UnreadableError
from costcalc.scenarios.saved_shown import (
    ABSENT,
    GUARDED,
    SENT,
    Line,
    Number,
    RevisionsOut,
    ScenarioOut,
    StaleScenario,
    estimate_of,
    revision_shown,
    shown,
    stale,
    with_example,
)
from costcalc.scenarios.saving_bodies import RevisionIn, drafted
from costcalc.wire.paging import Paging, paged, refuse_strangers
from costcalc.wire.problem import ConflictError, problems

router = Router(tags=["scenarios"], auth=Bearer(), by_alias=True)
ADDED = {201: ScenarioOut, **GUARDED, **SENT, **ABSENT, 409: StaleScenario}
UNREADABLE = "This version of the product can no longer read this revision."


class RepriceIn(Schema):
    """The revision that was re-priced, and, so that nothing else is accepted than was looked at, its `prices`."""

    model_config = with_example({"revision": 1, "comment": "Prices of the new year"})
    revision: Number
    prices: Annotated[str, Field(max_length=64)] | None = Field(
        None, description="As the preview says; null accepts whatever holds now."
    )
    comment: Line = REPRICED


class RepricedOut(Schema):
    """The current revision at today's prices, before anybody accepts them."""

    revision: int
    prices: str = Field(description="What tells these prices and figures from others.")
    differs: bool
    saved: EstimateOut
    today: EstimateOut
    lines: list[ComparedLine] = Field(description="Line by line: the amounts as saved, and those of today.")


@router.get(
    "/scenarios/{scenario_id}/revisions",
    response={200: RevisionsOut, **GUARDED, **ABSENT},
    operation_id="list_revisions",
)
def list_revisions(request: HttpRequest, scenario_id: str, paging: Query[Paging]) -> dict[str, Any]:
    """Everything that a scenario ever said, the latest first."""
    scenario = saving.scenario_in(visit_of(request), scenario_id)
    refuse_strangers(request, Paging)
    return paged(scenario.revisions.select_related("author").order_by("-number"), paging, revision_shown)


@router.get(
    "/scenarios/{scenario_id}/revisions/{number}",
    response={200: ScenarioOut, **GUARDED, **ABSENT},
    operation_id="get_revision",
)
def get_revision(request: HttpRequest, scenario_id: str, number: Number) -> dict[str, Any]:
    """A scenario as one of its revisions said it."""
    return shown(saving.revision_of(saving.scenario_in(visit_of(request), scenario_id), number))


@router.post("/scenarios/{scenario_id}/revisions", response=ADDED, operation_id="revise_scenario", auth=EDITORS)
@sendable_again(Role.EDITOR)
def revise_scenario(request: HttpRequest, scenario_id: str, body: RevisionIn) -> tuple[int, dict[str, Any]]:
    """Save the next revision, at the prices of today unless it names a day."""
    visit = visit_of(request, Role.EDITOR)
    scenario = saving.scenario_in(visit, scenario_id)
    said = drafted(visit.workspace, body)
    try:
        saving.revise(visit, scenario, body.revision, said, timezone.now())
    except StaleError:
        raise stale(scenario) from None
    return 201, shown(saving.revision_of(scenario))


@router.get(
    "/scenarios/{scenario_id}/reprice",
    response={200: RepricedOut, **GUARDED, **problems(404, 409)},
    operation_id="preview_repricing",
)
def preview_repricing(request: HttpRequest, scenario_id: str) -> dict[str, Any]:
    """The current revision at today's prices beside what was saved, line by line; nothing changes."""
    current = saving.revision_of(saving.scenario_in(visit_of(request), scenario_id))
    said, saved = _repriced(current), estimate_of(current)
    if saved is None:
        raise ConflictError(UNREADABLE)
    with override("en"):
        today = answered(said.result, catalogue(), timezone.now().date())
    return {
        "revision": current.number,
        "prices": said.fingerprint,
        "differs": said.fingerprint != current.again(catalogue()).fingerprint,
        "saved": saved,
        "today": today,
        "lines": lines_compared([saved, today]),
    }


@router.post("/scenarios/{scenario_id}/reprice", response=ADDED, operation_id="reprice_scenario", auth=EDITORS)
@sendable_again(Role.EDITOR)
def reprice_scenario(request: HttpRequest, scenario_id: str, body: RepriceIn) -> tuple[int, dict[str, Any]]:
    """Accept the prices of today as the next revision. 409 where they are not those of the preview any more."""
    visit = visit_of(request, Role.EDITOR)
    scenario = saving.scenario_in(visit, scenario_id)
    said = _repriced(saving.revision_of(scenario), body.comment)
    if body.prices not in (None, said.fingerprint):
        raise stale(scenario, "The prices have changed since the preview.")
    try:
        saving.reprice(visit, scenario, body.revision, said, timezone.now())
    except StaleError:
        raise stale(scenario) from None
    return 201, shown(saving.revision_of(scenario))


def _repriced(current: Revision, comment: str = "") -> Draft:
    try:
        with override("en"):
            return saving.repriced(current, timezone.now().date(), catalogue(), comment)
    except UnreadableError:
        raise ConflictError(UNREADABLE) from None
