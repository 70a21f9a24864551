"""The API of a workspace's links: those of every room, listed and revoked."""

from __future__ import annotations

from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from costcalc.accounts import links
from costcalc.accounts.api import GUARDED
from costcalc.accounts.credentials import EDITORS, Bearer, visit_of
from costcalc.accounts.link_bodies import KeptLink, shown
from costcalc.accounts.roles import Role
from costcalc.wire.paging import Page, Paging, paged, refuse_strangers
from costcalc.wire.problem import problems

router = Router(tags=["links"], auth=Bearer())


class AnyLinkOut(KeptLink):
    """A link of any room, without its secret part."""

    kind: Literal["scenario", "review", "calendar"] = Field(
        description="What it opens: a revision of a scenario, the review of a plan, or a plan's days."
    )
    scenario: str | None = Field(None, description="The scenario's id; null where it opens none.")
    plan: str | None = Field(None, description="The plan's id; null where it opens none.")
    revision: int | None = Field(None, description="Null for what is shown as it stands.")


class AnyLinksOut(Page):
    """A page of links."""

    items: list[AnyLinkOut]


@router.get("/links", response={200: AnyLinksOut, **GUARDED}, operation_id="list_links", auth=EDITORS)
def list_links(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    """Every link of the workspace, the latest first; of calendars one's own, to owners all."""
    visit = visit_of(request, Role.EDITOR)
    refuse_strangers(request, Paging)
    return paged(links.Seen(visit), paging, lambda link: shown(link, **links.opened_by(link).facts))


@router.delete(
    "/links/{link_id}", response={204: None, **GUARDED, **problems(404)}, operation_id="revoke_link", auth=EDITORS
)
def revoke_link(request: HttpRequest, link_id: str) -> Status[None]:
    """End a link at once and for good; it stays in the list."""
    visit = visit_of(request, Role.EDITOR)
    found = links.find(visit, link_id)
    if found is None:
        raise Http404
    links.end(visit, found, timezone.now())
    return Status(204, None)
