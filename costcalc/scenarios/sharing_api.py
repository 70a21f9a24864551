"""The API of a scenario's links: made and listed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from ninja import Query, Router

from costcalc.accounts.credentials import EDITORS, Bearer, visit_of
from costcalc.accounts.link_bodies import KeptLink, NewLink, ShownOnce, shown, where_links_are_allowed
from costcalc.accounts.once import sendable_again
from costcalc.accounts.roles import Role
from costcalc.scenarios import saving
from costcalc.scenarios.saved_shown import GUARDED, SENT, Number, with_example
from costcalc.scenarios.sharing import ShareLink
from costcalc.wire.addresses import whole_address
from costcalc.wire.paging import Page, Paging, paged, refuse_strangers
from costcalc.wire.problem import problems

router = Router(tags=["links"], auth=Bearer())


class LinkIn(NewLink):
    """A link to share: to which revision (the current one where it is absent), and for how long."""

    model_config = with_example({"note": "For finance", "days": 30})
    revision: Number | None = None


class LinkOut(KeptLink):
    """A link, without its secret part."""

    scenario: str
    revision: int


class NewLinkOut(LinkOut, ShownOnce):
    """A link as it is shown once."""


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
    with where_links_are_allowed():
        row, link = saving.share(visit, revision, now, body.note, body.until(now))
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
    return shown(row, scenario=row.revision.scenario.public_id, revision=row.revision.number)
