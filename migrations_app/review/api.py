"""The API of links to reviews; the review itself is part of its plan, and changed by commands."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from costcalc.accounts.credentials import EDITORS, Bearer, visit_of
from costcalc.accounts.links import SharingForbiddenError, end
from costcalc.accounts.once import sendable_again
from costcalc.accounts.roles import Role
from costcalc.scenarios.saved_shown import ABSENT, GUARDED, SENT, with_example
from costcalc.wire.addresses import whole_address
from costcalc.wire.paging import Page, Paging, paged, refuse_strangers
from costcalc.wire.problem import ConflictError, problems
from migrations_app import carrying
from migrations_app.review import links
from migrations_app.review.links import ReviewLink
from migrations_app.rules.commands import Line

router = Router(tags=["plans"], auth=Bearer())


class ReviewLinkIn(Schema):
    """A link to share: to the review as it stands at a revision (now, where it is absent), and for how long."""

    model_config = with_example({"note": "For the board", "days": 30})
    revision: Annotated[int, Field(ge=1, le=10**9)] | None = None
    note: Line = ""
    days: Annotated[int, Field(ge=1, le=3650)] | None = Field(None, description="Null for no end.")


class ReviewLinkOut(Schema):
    """A link, without its secret part."""

    id: str
    revision: int
    note: str
    state: Literal["open", "expired", "revoked"]
    created_at: dt.datetime
    expires_at: dt.datetime | None
    last_used_at: dt.datetime | None


class NewReviewLinkOut(ReviewLinkOut):
    """A link as it is shown once."""

    link: str | None = Field(description="Shown this once; null where the answer is given again.")


class ReviewLinksOut(Page):
    """A page of links."""

    items: list[ReviewLinkOut]


@router.post(
    "/plans/{plan_id}/review/links",
    response={201: NewReviewLinkOut, **GUARDED, **SENT, **problems(404, 409)},
    operation_id="share_review",
    auth=EDITORS,
)
@sendable_again(Role.EDITOR, secrets=["link"])
def share_review(request: HttpRequest, plan_id: str, body: ReviewLinkIn) -> tuple[int, dict[str, Any]]:
    """A link under which anybody may read the review. 409 where the workspace allows no links."""
    visit, now = visit_of(request, Role.EDITOR), timezone.now()
    plan = carrying.plan_in(visit, plan_id)
    until = None if body.days is None else now + dt.timedelta(days=body.days)
    try:
        row, link = links.share_review(visit, plan, body.revision or plan.revision, now, body.note, until)
    except SharingForbiddenError:
        raise ConflictError("This workspace allows no links.") from None
    return 201, {**_link(row), "link": whole_address(request, reverse("planner:shared-review", args=(link,)))}


@router.get(
    "/plans/{plan_id}/review/links",
    response={200: ReviewLinksOut, **GUARDED, **ABSENT},
    operation_id="list_review_links",
    auth=EDITORS,
)
def list_review_links(request: HttpRequest, plan_id: str, paging: Query[Paging]) -> dict[str, Any]:
    """The links to a plan's review, the latest first."""
    plan = carrying.plan_in(visit_of(request, Role.EDITOR), plan_id)
    refuse_strangers(request, Paging)
    return paged(plan.review_links.all(), paging, _link)


@router.delete(
    "/plans/{plan_id}/review/links/{link_id}",
    response={204: None, **GUARDED, **ABSENT},
    operation_id="revoke_review_link",
    auth=EDITORS,
)
def revoke_review_link(request: HttpRequest, plan_id: str, link_id: str) -> Status[None]:
    """End a link at once and for good; it stays in the list."""
    visit = visit_of(request, Role.EDITOR)
    row = carrying.plan_in(visit, plan_id).review_links.filter(public_id=link_id).first()
    if row is None:
        raise Http404
    end(visit, row, timezone.now())
    return Status(204, None)


def _link(row: ReviewLink) -> dict[str, Any]:
    names = ("revision", "note", "created_at", "expires_at", "last_used_at")
    return {"id": row.public_id, "state": row.state(timezone.now()), **{name: getattr(row, name) for name in names}}
