"""The API of links to reviews; the review itself is part of its plan, and changed by commands."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from ninja import Query, Router, Status

from costcalc.accounts.credentials import EDITORS, Bearer, visit_of
from costcalc.accounts.link_bodies import KeptLink, NewLink, ShownOnce, shown, where_links_are_allowed
from costcalc.accounts.links import end
from costcalc.accounts.once import sendable_again
from costcalc.accounts.roles import Role
from costcalc.scenarios.saved_shown import ABSENT, GUARDED, SENT, Number, with_example
from costcalc.wire.addresses import whole_address
from costcalc.wire.paging import Page, Paging, paged, refuse_strangers
from costcalc.wire.problem import problems
from migrations_app import carrying
from migrations_app.review import links
from migrations_app.review.links import ReviewLink

router = Router(tags=["plans"], auth=Bearer())


class ReviewLinkIn(NewLink):
    """A link to share: to the review as it stands at a revision (now, where it is absent), and for how long."""

    model_config = with_example({"note": "For the board", "days": 30})
    revision: Number | None = None


class ReviewLinkOut(KeptLink):
    """A link, without its secret part."""

    revision: int


class NewReviewLinkOut(ReviewLinkOut, ShownOnce):
    """A link as it is shown once."""


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
    with where_links_are_allowed():
        row, link = links.share_review(visit, plan, body.revision or plan.revision, now, body.note, body.until(now))
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
    return shown(row, revision=row.revision)
