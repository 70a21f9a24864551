"""Addresses that a calendar program fetches: the days of one plan, or a person's days of all their plans.

A plan's address is a way of sharing: it is closed once its maker is no longer a member, and where the workspace allows
no links. A person's own address shares nothing that they may not read themselves: it holds the plans of the workspaces
that they are in when it is fetched, whether or not links are allowed there.
"""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _

from costcalc.accounts import links
from costcalc.accounts.access import Visit, visit
from costcalc.accounts.audit import Acting, acting
from costcalc.accounts.links import Link, LinkQuerySet, Opened
from costcalc.accounts.people import User
from costcalc.accounts.roles import Role
from costcalc.accounts.workspaces import personal_workspace
from migrations_app.plans import Plan


class CalendarLinkQuerySet(LinkQuerySet):
    """Addresses as people list them, and as programs use them."""

    def seen_by(self, came: Visit) -> Self:
        """Plans': one's own, to owners all."""
        found = super().seen_by(came)
        return found if came.may(Role.OWNER) else found.filter(created_by=came.user)

    def own(self, user: User) -> Self:
        """A person's own."""
        return self.filter(plan=None, created_by=user)

    def shared(self) -> models.Q:
        """A person's own is shared with nobody."""
        return models.Q(plan=None) | super().shared()


class CalendarLink(Link):
    """That whoever holds an address may fetch days: a plan's, or (without one) those of its maker's plans."""

    noun: ClassVar[str] = "calendar-link"
    to_workspace: ClassVar[str] = "plan__workspace"

    plan = models.ForeignKey(Plan, null=True, on_delete=models.CASCADE, related_name="calendar_links")
    # It goes with its maker: nobody else's days are in it.
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=8)

    objects: ClassVar = CalendarLinkQuerySet.as_manager()


def opened(link: CalendarLink) -> Opened:
    """The days of the plan; a person's own are on no page of a workspace."""
    assert link.plan is not None
    return Opened(
        link.plan.name,
        _("days of a plan, for calendars"),
        reverse("planner:calendar", args=[link.plan.public_id]),
        {"kind": "calendar", "plan": link.plan.public_id},
    )


def share_days(
    came: Visit, plan: Plan, language: str, now: dt.datetime, note: str = "", expires_at: dt.datetime | None = None
) -> tuple[CalendarLink, str]:
    """An address of a plan's days, and its secret part, which nobody sees again. Raises SharingForbiddenError."""
    with acting(came.workspace, came.actor) as act:
        links.must_be_allowed(came)
        row, secret = CalendarLink.made(came, now, plan=plan, language=language, note=note, expires_at=expires_at)
        _note_made(act, row)
    return row, secret


def at_home(user: User) -> Visit:
    """A person in their personal workspace, whose audit log has what they do with addresses of their own."""
    return visit(user, personal_workspace(user))


def own_days(
    came: Visit, language: str, now: dt.datetime, note: str = "", expires_at: dt.datetime | None = None
) -> tuple[CalendarLink, str]:
    """An address of a person's own days, and its secret part. `came` is they `at_home`."""
    with acting(came.workspace, came.actor) as act:
        row, secret = CalendarLink.made(came, now, language=language, note=note, expires_at=expires_at)
        _note_made(act, row)
    return row, secret


def _note_made(act: Acting, row: CalendarLink) -> None:
    after = {"plan": row.plan.public_id if row.plan else None, "note": row.note, "language": row.language}
    act.note("calendar-link.made", row.target, None, {**after, "expires_at": row.expires_at})
