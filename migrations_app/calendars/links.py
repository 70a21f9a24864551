"""Addresses that a calendar program fetches: the days of one plan, or a person's days of all their plans.

A plan's address is a way of sharing: it is closed once its maker is no longer a member, and where the workspace allows
no links. A person's own address shares nothing that they may not read themselves: it holds the plans of the workspaces
that they are in when it is fetched, whether or not links are allowed there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.http import Http404
from django.utils.translation import gettext as _

from costcalc.accounts import capability
from costcalc.accounts.access import Visit, visit
from costcalc.accounts.audit import Acting, acting
from costcalc.accounts.people import User
from costcalc.accounts.roles import Role
from costcalc.accounts.workspaces import Workspace, personal_workspace
from migrations_app.links import Link, SharingForbiddenError, alive
from migrations_app.plans import Plan


class CalendarLinkQuerySet(models.QuerySet["CalendarLink"]):
    """Addresses as people list them, and as programs use them."""

    def seen_by(self, came: Visit, plan: Plan) -> CalendarLinkQuerySet:
        """A plan's: one's own, to owners all."""
        found = self.filter(plan=plan).select_related("created_by", "plan")
        return found if came.may(Role.OWNER) else found.filter(created_by=came.user)

    def own(self, user: User) -> CalendarLinkQuerySet:
        """A person's own."""
        return self.filter(plan=None, created_by=user)

    def with_link(self, link: str, now: dt.datetime) -> CalendarLink:
        """The open one that this is. Raises Http404."""
        workspace = "plan__workspace__"
        shared = {f"{workspace}sharing_allowed": True, f"{workspace}memberships__user": models.F("created_by")}
        held = self.filter(alive(now), models.Q(plan=None) | models.Q(**shared), created_by__is_active=True)
        row = held.filter(link_hash=capability.hashed(link)).select_related("created_by", "plan__workspace").first()
        if row is None:
            raise Http404
        return row


class CalendarLink(Link):
    """That whoever holds an address may fetch days: a plan's, or (without one) those of its maker's plans."""

    plan = models.ForeignKey(Plan, null=True, on_delete=models.CASCADE, related_name="calendar_links")
    # It goes with its maker: nobody else's days are in it.
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=8)

    objects: ClassVar = CalendarLinkQuerySet.as_manager()

    @property
    def target(self) -> str:
        """How the audit log names it."""
        return f"calendar-link:{self.public_id}"


def share_days(
    came: Visit, plan: Plan, language: str, now: dt.datetime, note: str = "", expires_at: dt.datetime | None = None
) -> tuple[CalendarLink, str]:
    """An address of a plan's days, and its secret part, which nobody sees again. Raises SharingForbiddenError."""
    with acting(came.workspace, came.actor) as act:
        came.workspace.refresh_from_db(fields=["sharing_allowed"])
        if not came.workspace.sharing_allowed:
            raise SharingForbiddenError(came.workspace.public_id)
        row, secret = CalendarLink.made(came.user, now, plan=plan, language=language, note=note, expires_at=expires_at)
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
        row, secret = CalendarLink.made(came.user, now, language=language, note=note, expires_at=expires_at)
        _note_made(act, row)
    return row, secret


def _note_made(act: Acting, row: CalendarLink) -> None:
    after = {"plan": row.plan.public_id if row.plan else None, "note": row.note, "language": row.language}
    act.note("calendar-link.made", row.target, None, {**after, "expires_at": row.expires_at})


def end(came: Visit, row: CalendarLink, now: dt.datetime) -> None:
    """End an address at once and for good; one that has ended stays so."""
    with acting(came.workspace, came.actor) as act:
        row.refresh_from_db()
        _end(act, row, now)


def open_of(workspace: Workspace, user: User, now: dt.datetime) -> Iterator[str]:
    """What would end with somebody's membership, in words."""
    for row in CalendarLink.objects.filter(alive(now), plan__workspace=workspace, created_by=user).select_related(
        "plan"
    ):
        yield _("the calendar link of “%(plan)s”") % {"plan": row.plan}


def end_of(act: Acting, user: User, now: dt.datetime) -> None:
    """End what somebody shared who has gone: it must not come to life again should they come back."""
    for row in CalendarLink.objects.filter(plan__workspace=act.workspace, created_by=user):
        _end(act, row, now)


def _end(act: Acting, row: CalendarLink, now: dt.datetime) -> None:
    if row.revoke(now):
        act.note("calendar-link.revoked", row.target, {"revoked": False}, {"revoked": True})
