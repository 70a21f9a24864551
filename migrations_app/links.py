"""Addresses that are their own permission: a review shared by link, a calendar that a program fetches.

Hashed, shown once, revocable, read-only. Of a person who has left the workspace, and of a workspace that allows no
links, none is open.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F
from django.http import Http404
from django.utils.translation import gettext as _

from costcalc.accounts import capability
from costcalc.accounts.access import Visit
from costcalc.accounts.audit import Acting, acting
from costcalc.accounts.people import User
from costcalc.accounts.workspaces import Workspace
from migrations_app.plans import Plan
from migrations_app.rules.state import State


class SharingForbiddenError(ValueError):
    """The workspace allows no links."""


class Link(models.Model):
    """What every link has. The secret part itself is not stored."""

    public_id = models.CharField(max_length=12, unique=True, default=capability.new_id, editable=False)
    link_hash = models.CharField(max_length=64, unique=True)
    note = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"link {self.public_id}"

    def state(self, now: dt.datetime) -> str:
        """`open`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "open"

    def used(self, now: dt.datetime) -> None:
        """Note the use, to the minute: a write for every reader would be a queue."""
        if self.last_used_at is None or now - self.last_used_at >= dt.timedelta(minutes=1):
            self.last_used_at = now
            self.save(update_fields=["last_used_at"])

    def revoke(self, now: dt.datetime) -> bool:
        """End it for good; False where it had ended so before."""
        if self.revoked_at is not None:
            return False
        self.revoked_at = now
        self.save(update_fields=["revoked_at"])
        return True

    @classmethod
    def made(cls, created_by: User, now: dt.datetime, **said: Any) -> tuple[Self, str]:
        """A link, and its secret part."""
        secret = capability.new_link()
        row = cls(link_hash=capability.hashed(secret), created_by=created_by, created_at=now, **said)
        row.save(force_insert=True)
        return row, secret


def alive(now: dt.datetime) -> models.Q:
    """Neither revoked nor run out."""
    return models.Q(revoked_at=None) & (models.Q(expires_at=None) | models.Q(expires_at__gt=now))


class ReviewLinkQuerySet(models.QuerySet["ReviewLink"]):
    """Links as a plan lists them, and as their holders may use them."""

    def with_link(self, link: str, now: dt.datetime) -> ReviewLink:
        """The open link that this is. Raises Http404."""
        shared = models.Q(plan__workspace__sharing_allowed=True, plan__workspace__memberships__user=F("created_by"))
        found = self.filter(alive(now), shared, link_hash=capability.hashed(link), created_by__is_active=True)
        row = found.select_related("plan__workspace").first()
        if row is None:
            raise Http404
        return row


class ReviewLink(Link):
    """That whoever holds a link may read the review of a plan, as it stood at one of its revisions."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="review_links")
    revision = models.PositiveIntegerField()

    objects: ClassVar = ReviewLinkQuerySet.as_manager()

    @property
    def target(self) -> str:
        """How the audit log names it."""
        return f"review-link:{self.public_id}"

    @property
    def shared(self) -> State:
        """What it shows."""
        return self.plan.state_at(self.revision)


def share_review(
    came: Visit, plan: Plan, revision: int, now: dt.datetime, note: str = "", expires_at: dt.datetime | None = None
) -> tuple[ReviewLink, str]:
    """A link to the review, and its secret part, which nobody sees again. Raises SharingForbiddenError, Http404."""
    with acting(came.workspace, came.actor) as act:
        came.workspace.refresh_from_db(fields=["sharing_allowed"])
        if not came.workspace.sharing_allowed:
            raise SharingForbiddenError(came.workspace.public_id)
        if not plan.events.filter(number=revision).exists():
            raise Http404
        row, secret = ReviewLink.made(came.user, now, plan=plan, revision=revision, note=note, expires_at=expires_at)
        after = {"plan": plan.public_id, "revision": revision, "note": note, "expires_at": expires_at}
        act.note("review.shared", row.target, None, after)
    return row, secret


def end(came: Visit, link: ReviewLink, now: dt.datetime) -> None:
    """End a link at once and for good; one that has ended stays so."""
    with acting(came.workspace, came.actor) as act:
        link.refresh_from_db()
        _end(act, link, now)


def open_of(workspace: Workspace, user: User, now: dt.datetime) -> Iterator[str]:
    """What would end with somebody's membership, in words."""
    found = ReviewLink.objects.filter(alive(now), plan__workspace=workspace, created_by=user)
    for row in found.select_related("plan"):
        yield _("the link to the review of “%(plan)s”") % {"plan": row.plan}


def end_of(act: Acting, user: User, now: dt.datetime) -> None:
    """End what somebody shared who has gone: it must not come to life again should they come back."""
    for row in ReviewLink.objects.filter(plan__workspace=act.workspace, created_by=user):
        _end(act, row, now)


def _end(act: Acting, link: ReviewLink, now: dt.datetime) -> None:
    if link.revoke(now):
        act.note("review-link.revoked", link.target, {"revoked": False}, {"revoked": True})
