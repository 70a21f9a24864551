"""The API of what people say about a scenario: comments, and approvals, which only people ask for and give."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import AfterValidator, Field

from costcalc.accounts.credentials import EDITORS, Bearer, visit_of
from costcalc.accounts.models import User
from costcalc.accounts.once import sendable_again
from costcalc.accounts.roles import Role
from costcalc.scenarios import saving
from costcalc.scenarios.saved_shown import ABSENT, GUARDED, SENT, with_example
from costcalc.scenarios.talking import Approval, Comment
from costcalc.wire import exact
from costcalc.wire.paging import Page, Paging, paged, refuse_strangers

router = Router(tags=["scenarios"], auth=Bearer())


class CommentIn(Schema):
    """Something to say about the current revision."""

    model_config = with_example({"text": "The traffic is that of last month’s bill."})
    text: Annotated[str, AfterValidator(exact.text), Field(min_length=1, max_length=4000)]


class CommentOut(Schema):
    """What somebody said; no author once their account is gone."""

    id: str
    revision: int = Field(description="The current one when it was said.")
    author: str | None
    text: str
    created_at: dt.datetime
    edited_at: dt.datetime | None


class CommentsOut(Page):
    """A page of comments."""

    items: list[CommentOut]


class ApprovalOut(Schema):
    """That somebody was asked to approve a revision, and what they said."""

    id: str
    revision: int
    counts: bool = Field(description="Whether it is of the current revision: a later one takes it away.")
    decision: Approval.Decision
    asked_by: str | None
    asked_of: str | None
    asked_at: dt.datetime
    decided_at: dt.datetime | None
    words: str


class ApprovalsOut(Page):
    """A page of approvals."""

    items: list[ApprovalOut]


@router.get(
    "/scenarios/{scenario_id}/comments",
    response={200: CommentsOut, **GUARDED, **ABSENT},
    operation_id="list_comments",
)
def list_comments(request: HttpRequest, scenario_id: str, paging: Query[Paging]) -> dict[str, Any]:
    """What was said about a scenario, the first first."""
    scenario = saving.scenario_in(visit_of(request), scenario_id)
    refuse_strangers(request, Paging)
    return paged(scenario.comments.select_related("author"), paging, _comment)


@router.post(
    "/scenarios/{scenario_id}/comments",
    response={201: CommentOut, **GUARDED, **SENT, **ABSENT},
    operation_id="create_comment",
    auth=EDITORS,
)
@sendable_again(Role.EDITOR)
def create_comment(request: HttpRequest, scenario_id: str, body: CommentIn) -> tuple[int, dict[str, Any]]:
    """Say something, in the name of whoever made the token. They change or delete it on the page."""
    visit = visit_of(request, Role.EDITOR)
    scenario = saving.scenario_in(visit, scenario_id)
    return 201, _comment(saving.comment(visit, scenario, body.text, timezone.now()))


@router.get(
    "/scenarios/{scenario_id}/approvals",
    response={200: ApprovalsOut, **GUARDED, **ABSENT},
    operation_id="list_approvals",
)
def list_approvals(request: HttpRequest, scenario_id: str, paging: Query[Paging]) -> dict[str, Any]:
    """Who was asked to approve, and what they said, the latest first. A token approves nothing: people do."""
    scenario = saving.scenario_in(visit_of(request), scenario_id)
    refuse_strangers(request, Paging)
    rows = Approval.objects.filter(revision__scenario=scenario)
    return paged(rows.select_related("revision__scenario", "asked_by", "asked_of"), paging, _approval)


def _comment(row: Comment) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "revision": row.revision_number,
        "author": _called(row.author),
        **{name: getattr(row, name) for name in ("text", "created_at", "edited_at")},
    }


def _approval(row: Approval) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "revision": row.revision.number,
        "asked_by": _called(row.asked_by),
        "asked_of": _called(row.asked_of),
        **{name: getattr(row, name) for name in ("counts", "decision", "asked_at", "decided_at", "words")},
    }


def _called(user: User | None) -> str | None:
    return None if user is None else str(user)
