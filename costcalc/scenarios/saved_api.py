"""The API of saved scenarios: kept, revised, compared, shared by link."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.core.exceptions import SuspiciousOperation
from django.db.models import F, Prefetch, QuerySet
from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from ninja import Query, Router, Schema, Status
from ninja.errors import ValidationError
from pydantic import AfterValidator, ConfigDict, Field

from costcalc.accounts.access import Visit
from costcalc.accounts.credentials import EDITORS, Bearer, visit_of
from costcalc.accounts.once import sendable_again
from costcalc.accounts.roles import Role
from costcalc.accounts.workspaces import Workspace
from costcalc.catalog.index import catalogue
from costcalc.catalog.own_entries import seen_in
from costcalc.engine import dollars
from costcalc.scenarios import saving
from costcalc.scenarios.api import EstimateOut, TotalsOut, answered
from costcalc.scenarios.reading import read
from costcalc.scenarios.saved import LONGEST_QUERY, Draft, Revision, SavedScenario, StaleError, UnreadableError, draft
from costcalc.scenarios.sharing import ShareLink
from costcalc.wire import exact
from costcalc.wire.paging import Page, Paging, paged, refuse_strangers
from costcalc.wire.problem import ConflictError, Problem, problems

router = Router(tags=["scenarios"], auth=Bearer())
GUARDED = problems(401, 403, 422, 429)
SENT = problems(413, 415)
EXAMPLE_QUERY = "to=google/gemini-2.5-flash&requests=60000&in=1200&out=400&cached=25"
QUERY = "What the calculator's address says behind its question mark; shares are in percent. Empty: its example."
MOST_COMPARED = 6


def _examples(body: dict[str, Any]) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [body]})


Name = Annotated[str, AfterValidator(exact.name), Field(min_length=1, max_length=120)]
Text = Annotated[str, AfterValidator(str.strip), Field(max_length=2000)]
Line = Annotated[str, AfterValidator(exact.line), Field(max_length=200)]
CalculatorQuery = Annotated[str, Field(max_length=LONGEST_QUERY, description=QUERY)]
Number = Annotated[int, Field(ge=1, le=10**9)]
VersionName = Annotated[str, Field(pattern=r"^[0-9A-Za-z]{12}(\.[1-9][0-9]{0,8})?$")]


class ScenarioIn(Schema):
    """A scenario to keep, at the prices of today unless its address names a day."""

    model_config = _examples({"name": "To Gemini", "note": "For the review", "query": EXAMPLE_QUERY})
    name: Name
    note: Text = ""
    query: CalculatorQuery
    comment: Line = ""


class RevisionIn(Schema):
    """What becomes the next revision, and the revision that this was decided on."""

    model_config = _examples({"revision": 1, "query": EXAMPLE_QUERY, "comment": "More traffic"})
    revision: Number
    query: CalculatorQuery
    comment: Line = ""


class ScenarioArchiveIn(Schema):
    """Whether a scenario is put away."""

    model_config = _examples({"archived": True})
    archived: bool = True


class LinkIn(Schema):
    """A link to share: to which revision (the current one where it is absent), and for how long."""

    model_config = _examples({"note": "For finance", "days": 30})
    revision: Number | None = None
    note: Line = ""
    days: Annotated[int, Field(ge=1, le=3650)] | None = Field(None, description="Null for no end.")


class RevisionOut(Schema):
    """What a revision says. `saving` is the month's saving when it was saved, null where a price was unknown."""

    number: int
    query: str
    day: dt.date = Field(description="The UTC day of its prices.")
    author: str | None
    created_at: dt.datetime
    comment: str
    sides: str
    saving: str | None


class ScenarioLine(Schema):
    """A scenario as lists have it."""

    id: str
    name: str
    note: str
    archived: bool
    created_at: dt.datetime
    changed_at: dt.datetime
    revision: RevisionOut


class ScenarioOut(ScenarioLine):
    """A scenario with its answer: the same money as on the day it was saved. Null where it is no longer read."""

    estimate: EstimateOut | None


class ScenariosOut(Page):
    """A page of scenarios."""

    items: list[ScenarioLine]


class RevisionsOut(Page):
    """A page of revisions."""

    items: list[RevisionOut]


class StaleScenario(Problem):
    """Somebody was quicker: what stands now."""

    current: ScenarioOut


class LinkOut(Schema):
    """A link, without its secret part."""

    id: str
    scenario: str
    revision: int
    note: str
    state: Literal["open", "expired", "revoked"]
    created_at: dt.datetime
    expires_at: dt.datetime | None
    last_used_at: dt.datetime | None


class NewLinkOut(LinkOut):
    """A link as it is shown once."""

    link: str | None = Field(description="Shown this once; null where the answer is given again.")


class LinksOut(Page):
    """A page of links."""

    items: list[LinkOut]


class VersionOut(Schema):
    """One of those compared."""

    scenario: str
    revision: int
    name: str
    complete: bool
    monthly: TotalsOut
    annual: TotalsOut


class AmountOut(Schema):
    """A line in one of those compared; null where it has no such line."""

    baseline: str | None
    candidate: str | None


class ComparedLine(Schema):
    """One unit of one workload in each of those compared, in their order."""

    workload: int
    unit: str
    amounts: list[AmountOut]


class ComparisonOut(Schema):
    """Several revisions line by line."""

    versions: list[VersionOut]
    lines: list[ComparedLine]


class Archived(Schema):
    """Which scenarios."""

    archived: bool = Field(False, description="Those that were put away, in place of the others.")


class Compared(Schema):
    """Which revisions: `<id>` or `<id>.<number>`."""

    of: Annotated[list[VersionName], Field(min_length=2, max_length=MOST_COMPARED)]


@router.get("/scenarios", response={200: ScenariosOut, **GUARDED}, operation_id="list_scenarios")
def list_scenarios(request: HttpRequest, asked: Query[Archived], paging: Query[Paging]) -> dict[str, Any]:
    """The workspace's scenarios, what changed last first."""
    visit = visit_of(request)
    refuse_strangers(request, Archived, Paging)
    rows = SavedScenario.objects.of(visit.workspace).filter(archived_at__isnull=not asked.archived)
    return paged(_with_current(rows), paging, lambda row: _line(row, row.standing[0]))


@router.post("/scenarios", response={201: ScenarioOut, **GUARDED, **SENT}, operation_id="create_scenario", auth=EDITORS)
@sendable_again(Role.EDITOR)
def create_scenario(request: HttpRequest, body: ScenarioIn) -> tuple[int, dict[str, Any]]:
    """Keep a scenario, as revision 1."""
    visit = visit_of(request, Role.EDITOR)
    said = _draft(visit.workspace, body.query, body.comment)
    made = saving.save(visit, said, body.name, timezone.now(), body.note)
    return 201, _shown(saving.revision_of(made))


@router.get("/compare", response={200: ComparisonOut, **GUARDED, **problems(404)}, operation_id="compare_scenarios")
def compare_scenarios(request: HttpRequest, asked: Query[Compared]) -> dict[str, Any]:
    """Two to six revisions of this workspace side by side, line by line."""
    visit = visit_of(request)
    _refuse_strangers_but_of(request)
    revisions = [_named(visit, text) for text in asked.of]
    answers = [_estimate(revision) for revision in revisions]
    known = [(revision, answer) for revision, answer in zip(revisions, answers, strict=True) if answer is not None]
    if len(known) < len(revisions):
        raise Http404
    return {
        "versions": [
            {
                "scenario": revision.scenario.public_id,
                "revision": revision.number,
                "name": revision.scenario.name,
                **{name: answer[name] for name in ("complete", "monthly", "annual")},
            }
            for revision, answer in known
        ],
        "lines": _compared([answer for _revision, answer in known]),
    }


@router.get(
    "/scenarios/{scenario_id}", response={200: ScenarioOut, **GUARDED, **problems(404)}, operation_id="get_scenario"
)
def get_scenario(request: HttpRequest, scenario_id: str) -> dict[str, Any]:
    """A scenario as it stands, with the money of the day it was saved."""
    return _shown(saving.revision_of(saving.scenario_in(visit_of(request), scenario_id)))


@router.get(
    "/scenarios/{scenario_id}/revisions",
    response={200: RevisionsOut, **GUARDED, **problems(404)},
    operation_id="list_revisions",
)
def list_revisions(request: HttpRequest, scenario_id: str, paging: Query[Paging]) -> dict[str, Any]:
    """Everything that a scenario ever said, the latest first."""
    scenario = saving.scenario_in(visit_of(request), scenario_id)
    refuse_strangers(request, Paging)
    return paged(scenario.revisions.select_related("author").order_by("-number"), paging, _revision)


@router.get(
    "/scenarios/{scenario_id}/revisions/{number}",
    response={200: ScenarioOut, **GUARDED, **problems(404)},
    operation_id="get_revision",
)
def get_revision(request: HttpRequest, scenario_id: str, number: Number) -> dict[str, Any]:
    """A scenario as one of its revisions said it."""
    return _shown(saving.revision_of(saving.scenario_in(visit_of(request), scenario_id), number))


@router.post(
    "/scenarios/{scenario_id}/revisions",
    response={201: ScenarioOut, **GUARDED, **SENT, **problems(404), 409: StaleScenario},
    operation_id="revise_scenario",
    auth=EDITORS,
)
@sendable_again(Role.EDITOR)
def revise_scenario(request: HttpRequest, scenario_id: str, body: RevisionIn) -> tuple[int, dict[str, Any]]:
    """Save the next revision, at the prices of today unless its address names a day."""
    visit = visit_of(request, Role.EDITOR)
    scenario = saving.scenario_in(visit, scenario_id)
    said = _draft(visit.workspace, body.query, body.comment)
    try:
        saving.revise(visit, scenario, body.revision, said, timezone.now())
    except StaleError:
        scenario.refresh_from_db()
        current = _shown(saving.revision_of(scenario))
        raise ConflictError(f"The scenario is at revision {scenario.revision} now.", current) from None
    return 201, _shown(saving.revision_of(scenario))


@router.post(
    "/scenarios/{scenario_id}/archive",
    response={200: ScenarioOut, **GUARDED, **SENT, **problems(404)},
    operation_id="archive_scenario",
    auth=EDITORS,
)
def archive_scenario(request: HttpRequest, scenario_id: str, body: ScenarioArchiveIn) -> dict[str, Any]:
    """Put a scenario away, or take it out again."""
    visit = visit_of(request, Role.EDITOR)
    scenario = saving.scenario_in(visit, scenario_id)
    saving.archive(visit, scenario, timezone.now() if body.archived else None)
    return _shown(saving.revision_of(scenario))


@router.post(
    "/scenarios/{scenario_id}/links",
    response={201: NewLinkOut, **GUARDED, **SENT, **problems(404, 409)},
    operation_id="share_scenario",
    auth=EDITORS,
)
@sendable_again(Role.EDITOR, secrets=["link"])
def share_scenario(request: HttpRequest, scenario_id: str, body: LinkIn) -> tuple[int, dict[str, Any]]:
    """A link under which anybody may read one revision. 409 where the workspace allows no links."""
    visit, now = visit_of(request, Role.EDITOR), timezone.now()
    revision = saving.revision_of(saving.scenario_in(visit, scenario_id), body.revision)
    until = None if body.days is None else now + dt.timedelta(days=body.days)
    try:
        row, link = saving.share(visit, revision, now, body.note, until)
    except saving.SharingForbiddenError:
        raise ConflictError("This workspace allows no links.") from None
    address = request.build_absolute_uri(reverse("scenarios:shared", args=(link,)))
    return 201, {**_link(row), "link": address}


@router.get("/links", response={200: LinksOut, **GUARDED}, operation_id="list_links", auth=EDITORS)
def list_links(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    """Every link of the workspace, the latest first."""
    visit = visit_of(request, Role.EDITOR)
    refuse_strangers(request, Paging)
    return paged(ShareLink.objects.of(visit.workspace), paging, _link)


@router.delete(
    "/links/{link_id}", response={204: None, **GUARDED, **problems(404)}, operation_id="revoke_link", auth=EDITORS
)
def revoke_link(request: HttpRequest, link_id: str) -> Status[None]:
    """End a link at once and for good."""
    visit = visit_of(request, Role.EDITOR)
    found = ShareLink.objects.of(visit.workspace).filter(public_id=link_id).first()
    if found is None:
        raise Http404
    saving.revoke(visit, found, timezone.now())
    return Status(204, None)


def _draft(workspace: Workspace, query: str, comment: str) -> Draft:
    """What an address says; 422 naming each of its fields that cannot be read."""
    held, today = catalogue(), timezone.now().date()
    try:
        with override("en"):
            return draft(workspace, query, today, held, comment)
    except SuspiciousOperation:
        raise _invalid(["too many fields"]) from None
    except UnreadableError:
        raise _invalid(_complaints(workspace, query, today)) from None


def _complaints(workspace: Workspace, query: str, today: dt.date) -> list[str]:
    with override("en"):
        reading = read(QueryDict(query), catalogue(), seen_in(workspace))
        reading.built(today)
    strangers = [f"{name[:80]}: not a field of the calculator" for name in reading.strangers]
    return strangers + [f"{name}: {message}" for name, message in reading.errors.items()]


def _invalid(messages: list[str]) -> ValidationError:
    return ValidationError([{"type": "value_error", "loc": ("body", "body", "query"), "msg": msg} for msg in messages])


def _refuse_strangers_but_of(request: HttpRequest) -> None:
    """`of` is there several times, and nothing else is."""
    strangers = [name for name in request.GET if name != "of"]
    if strangers:
        faults = [{"type": "value_error", "loc": ("query", name), "msg": "not a parameter"} for name in strangers]
        raise ValidationError(faults)


def _named(visit: Visit, text: str) -> Revision:
    public_id, _dot, number = text.partition(".")
    return saving.revision_of(saving.scenario_in(visit, public_id), int(number) if number else None)


def _with_current(rows: QuerySet[SavedScenario]) -> QuerySet[SavedScenario]:
    current = Revision.objects.filter(number=F("scenario__revision")).select_related("author")
    return rows.prefetch_related(Prefetch("revisions", current, to_attr="standing"))


def _shown(revision: Revision) -> dict[str, Any]:
    return {**_line(revision.scenario, revision), "estimate": _estimate(revision)}


def _line(scenario: SavedScenario, revision: Revision) -> dict[str, Any]:
    return {
        "id": scenario.public_id,
        "archived": scenario.archived_at is not None,
        **{name: getattr(scenario, name) for name in ("name", "note", "created_at", "changed_at")},
        "revision": _revision(revision),
    }


def _revision(revision: Revision) -> dict[str, Any]:
    author, cents = revision.author, revision.saving_cents
    return {
        **{name: getattr(revision, name) for name in ("number", "query", "day", "created_at", "comment", "sides")},
        "author": (author.name or author.email) if author else None,
        "saving": None if cents is None else str(dollars(cents)),
    }


def _estimate(revision: Revision) -> dict[str, Any] | None:
    held = catalogue()
    try:
        with override("en"):
            return answered(revision.computed(held), held, timezone.now().date())
    except UnreadableError:
        return None


def _compared(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every line that one of them has, in the order of a ledger."""
    tables = [{(line["workload"], line["unit"]): line for line in answer["lines"]} for answer in answers]
    keys = dict.fromkeys(key for table in tables for key in table)
    nothing = {"baseline": None, "candidate": None}
    return [
        {"workload": workload, "unit": unit, "amounts": [table.get((workload, unit), nothing) for table in tables]}
        for workload, unit in sorted(keys, key=lambda key: key[0])
    ]


def _link(row: ShareLink) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "scenario": row.revision.scenario.public_id,
        "revision": row.revision.number,
        "state": row.state(timezone.now()),
        **{name: getattr(row, name) for name in ("note", "created_at", "expires_at", "last_used_at")},
    }
