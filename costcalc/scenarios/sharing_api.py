"""The API of a scenario's links: made and listed."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from costcalc.accounts.credentials import EDITORS, Bearer, visit_of
from costcalc.accounts.links import SharingForbiddenError
from costcalc.accounts.once import sendable_again
from costcalc.accounts.roles import Role
from costcalc.scenarios import saving
from costcalc.scenarios.saved_shown import GUARDED, SENT, Line, Number, with_example
from costcalc.scenarios.sharing import ShareLink
from costcalc.wire.addresses import whole_address
from costcalc.wire.paging import Page, Paging, paged, refuse_strangers
from costcalc.wire.problem import ConflictError, problems

router = Router(tags=["links"], auth=Bearer())


class LinkIn(Schema):
    """A link to share: to which revision (the current one where it is absent), and for how long."""

    model_config = with_example({"note": "For finance", "days": 30})
    revision: Number | None = None
    note: Line = ""
    days: Annotated[int, Field(ge=1, le=3650)] | None = Field(None, description="Null for no end.")


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
    except SharingForbiddenError:
        raise ConflictError("This workspace allows no links.") from None
    address = whole_address(request, reverse("scenarios:shared", args=(link,)))
    return 201, {**_link(row), "link": address}


@router.get(
    "/scenarios/{scenario_id}/links",
    response={200: LinksOut, **GUARDED, **problems(404)},
    operation_id="list_scenario_links",
    auth=EDITORS,
)
def list_scenario_links(request: HttpRequest, scenario_id: str, paging: Query[Paging]) -> dict[str, Any]:
    """The links to any revision of a scenario, the latest first."""
    visit = visit_of(request, Role.EDITOR)
    scenario = saving.scenario_in(visit, scenario_id)
    refuse_strangers(request, Paging)
    return paged(ShareLink.objects.of(visit.workspace).filter(revision__scenario=scenario), paging, _link)


def _link(row: ShareLink) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "scenario": row.revision.scenario.public_id,
        "revision": row.revision.number,
        "state": row.state(timezone.now()),
        **{name: getattr(row, name) for name in ("note", "created_at", "expires_at", "last_used_at")},
    }
