"""The API of a plan's days, and of the addresses that calendar programs fetch them from."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from ninja import Query, Router, Schema, Status
from pydantic import Field

from costcalc.accounts.credentials import EDITORS, Bearer, visit_of
from costcalc.accounts.link_bodies import KeptLink, NewLink, ShownOnce, shown, where_links_are_allowed
from costcalc.accounts.links import end
from costcalc.accounts.once import sendable_again
from costcalc.accounts.roles import Role
from costcalc.scenarios.saved_shown import ABSENT, GUARDED, SENT, with_example
from costcalc.wire.addresses import whole_address
from costcalc.wire.paging import Page, Paging, paged, refuse_strangers
from costcalc.wire.problem import problems
from migrations_app import carrying
from migrations_app.calendars import links as calendar_links
from migrations_app.calendars.entries import is_foreseen
from migrations_app.calendars.links import CalendarLink
from migrations_app.date_words import in_words
from migrations_app.rules import dates
from migrations_app.rules.dates import Named
from migrations_app.rules.state import State

router = Router(tags=["plans"], auth=Bearer())


class PlanDateOut(Schema):
    """A day or a moment of a plan."""

    key: str = Field(description="Its name in this plan, which stays: `step-s1`, `stage-2`, `cut-over`.")
    kind: str = Field(description="start, stage, cut-over, window, review, step, sign-off or key.")
    what: str = Field(description="In English.")
    day: dt.date = Field(description="UTC.")
    at: dt.datetime | None = Field(description="Null for a whole day.")
    until: dt.datetime | None = Field(description="The end of what lasts.")
    foreseen: bool = Field(description="It follows from what is left of the canary, and moves with it.")
    due: bool = Field(description="Somebody has something to do by then.")
    done: bool
    late: bool
    owner: str = Field(description="A person's id; empty for nobody's.")


class PlanDatesOut(Schema):
    """Every day of a plan, the earliest first."""

    revision: int
    items: list[PlanDateOut]


class CalendarLinkIn(NewLink):
    """An address for a calendar program: in which language, and for how long."""

    model_config = with_example({"note": "The team's calendar", "language": "en", "days": 90})
    language: Literal["en", "vi"] = "en"


class CalendarLinkOut(KeptLink):
    """An address, without its secret part."""

    language: str


class NewCalendarLinkOut(CalendarLinkOut, ShownOnce):
    """An address as it is shown once."""


class CalendarLinksOut(Page):
    """A page of addresses."""

    items: list[CalendarLinkOut]


@router.get("/plans/{plan_id}/dates", response={200: PlanDatesOut, **GUARDED, **ABSENT}, operation_id="list_plan_dates")
def list_plan_dates(request: HttpRequest, plan_id: str) -> dict[str, Any]:
    """The days of a plan: what was, what is foreseen, what is due."""
    plan, now = carrying.plan_in(visit_of(request), plan_id), timezone.now()
    with override("en"):
        return {
            "revision": plan.revision,
            "items": [_date(plan.state, each, now) for each in dates.of(plan.state, now)],
        }


def _date(state: State, named: Named, now: dt.datetime) -> dict[str, Any]:
    return {
        **{name: getattr(named, name) for name in ("key", "kind", "day", "until", "due", "done", "owner")},
        "what": in_words(named),
        "at": named.on if isinstance(named.on, dt.datetime) else None,
        "foreseen": is_foreseen(state, named),
        "late": named.late(now),
    }


@router.post(
    "/plans/{plan_id}/calendar-links",
    response={201: NewCalendarLinkOut, **GUARDED, **SENT, **problems(404, 409)},
    operation_id="create_calendar_link",
    auth=EDITORS,
)
@sendable_again(Role.EDITOR, secrets=["link"])
def create_calendar_link(request: HttpRequest, plan_id: str, body: CalendarLinkIn) -> tuple[int, dict[str, Any]]:
    """An address from which calendar programs fetch the days. 409 where the workspace allows no links."""
    visit, now = visit_of(request, Role.EDITOR), timezone.now()
    plan = carrying.plan_in(visit, plan_id)
    with where_links_are_allowed():
        row, secret = calendar_links.share_days(visit, plan, body.language, now, body.note, body.until(now))
    return 201, {**_link(row), "link": whole_address(request, reverse("calendars:feed", args=(secret,)))}


@router.get(
    "/plans/{plan_id}/calendar-links",
    response={200: CalendarLinksOut, **GUARDED, **ABSENT},
    operation_id="list_calendar_links",
    auth=EDITORS,
)
def list_calendar_links(request: HttpRequest, plan_id: str, paging: Query[Paging]) -> dict[str, Any]:
    """The addresses of a plan's days that one made oneself, to owners all; the latest first."""
    visit = visit_of(request, Role.EDITOR)
    plan = carrying.plan_in(visit, plan_id)
    refuse_strangers(request, Paging)
    return paged(CalendarLink.objects.seen_by(visit).filter(plan=plan), paging, _link)


@router.delete(
    "/plans/{plan_id}/calendar-links/{link_id}",
    response={204: None, **GUARDED, **ABSENT},
    operation_id="revoke_calendar_link",
    auth=EDITORS,
)
def revoke_calendar_link(request: HttpRequest, plan_id: str, link_id: str) -> Status[None]:
    """End an address at once and for good: one's own, owners any; it stays in the list."""
    visit = visit_of(request, Role.EDITOR)
    plan = carrying.plan_in(visit, plan_id)
    row = CalendarLink.objects.seen_by(visit).filter(plan=plan, public_id=link_id).first()
    if row is None:
        raise Http404
    end(visit, row, timezone.now())
    return Status(204, None)


def _link(row: CalendarLink) -> dict[str, Any]:
    return shown(row, language=row.language)
