"""Saved scenarios as the API shows them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import override
from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field

from costcalc.catalog.index import catalogue
from costcalc.engine import dollars
from costcalc.scenarios.estimate_answer import EstimateOut, answered
from costcalc.scenarios.saved import Revision, SavedScenario, UnreadableError
from costcalc.scenarios.saving import revision_of
from costcalc.secrets import without_key
from costcalc.wire import exact
from costcalc.wire.paging import Page
from costcalc.wire.problem import ConflictError, Problem, problems

GUARDED = problems(401, 403, 422, 429)
SENT = problems(413, 415)
ABSENT = problems(404)
Text = Annotated[str, AfterValidator(str.strip), Field(max_length=2000), AfterValidator(without_key)]
Name = Annotated[str, AfterValidator(exact.name), Field(min_length=1, max_length=120)]
Line = Annotated[str, AfterValidator(exact.line), Field(max_length=200)]
Number = Annotated[int, Field(ge=1, le=10**9)]


def with_example(body: dict[str, Any]) -> ConfigDict:
    """The settings of a body's schema: nothing unknown in it, and an example."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [body]})


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
    edition: int = Field(description="Counts every change, of its name or note as well: what a change is decided on.")
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


def shown(revision: Revision) -> dict[str, Any]:
    """A scenario as a revision says it, with its answer."""
    return {**line_shown(revision.scenario, revision), "estimate": estimate_of(revision)}


def stale(scenario: SavedScenario, detail: str = "") -> ConflictError:
    """409 with how a scenario stands now. Raises Http404 where it is gone."""
    now = get_object_or_404(SavedScenario, pk=scenario.pk)
    detail = detail or f"The scenario is at revision {now.revision} and edition {now.edition} now."
    return ConflictError(detail, shown(revision_of(now)))


def line_shown(scenario: SavedScenario, revision: Revision) -> dict[str, Any]:
    """A scenario as lists have it."""
    return {
        "id": scenario.public_id,
        "archived": scenario.archived_at is not None,
        **{name: getattr(scenario, name) for name in ("edition", "name", "note", "created_at", "changed_at")},
        "revision": revision_shown(revision),
    }


def revision_shown(revision: Revision) -> dict[str, Any]:
    """What a revision says."""
    author, cents = revision.author, revision.saving_cents
    return {
        **{name: getattr(revision, name) for name in ("number", "query", "day", "created_at", "comment", "sides")},
        "author": (author.name or author.email) if author else None,
        "saving": None if cents is None else str(dollars(cents)),
    }


def estimate_of(revision: Revision) -> dict[str, Any] | None:
    """The answer of a revision; None where the product no longer reads it."""
    held = catalogue()
    try:
        with override("en"):
            return answered(revision.computed(held), held, timezone.now().date())
    except UnreadableError:
        return None
