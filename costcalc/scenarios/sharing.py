"""Links under which anybody may read one revision: hashed, shown once, revocable, read-only."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from costcalc.accounts import capability
from costcalc.accounts.people import User
from costcalc.accounts.workspaces import Workspace
from costcalc.scenarios.saved import Revision


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    """Links as a workspace lists them, and as their holders may use them."""

    def of(self, workspace: Workspace) -> ShareLinkQuerySet:
        """All links of a workspace, latest first."""
        found = self.filter(revision__scenario__workspace=workspace)
        return found.select_related("revision__scenario", "created_by")

    def open(self, now: dt.datetime) -> ShareLinkQuerySet:
        """Neither revoked nor run out, of a workspace that allows links."""
        alive = models.Q(expires_at=None) | models.Q(expires_at__gt=now)
        return self.filter(alive, revoked_at=None, revision__scenario__workspace__sharing_allowed=True)

    def with_link(self, link: str, now: dt.datetime) -> ShareLink | None:
        """The open link that this is."""
        found = self.open(now).filter(link_hash=capability.hashed(link))
        return found.select_related("revision__scenario__workspace").first()


class ShareLink(models.Model):
    """That whoever holds a link may read a revision. The link itself is not stored."""

    public_id = models.CharField(max_length=12, unique=True, default=capability.new_id, editable=False)
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="links")
    link_hash = models.CharField(max_length=64, unique=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar = ShareLinkQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"link {self.public_id}"

    @property
    def target(self) -> str:
        """How the audit log names it."""
        return f"link:{self.public_id}"

    def state(self, now: dt.datetime) -> str:
        """`open`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "open"

    def used(self, now: dt.datetime) -> None:
        """Note the use, to the minute: a write for every reader would be a queue."""
        if self.last_used_at is None or now - self.last_used_at >= dt.timedelta(minutes=1):
            type(self).objects.filter(pk=self.pk).update(last_used_at=now)

    def revoke(self, now: dt.datetime) -> bool:
        """End it for good; False where it had ended so before."""
        return bool(type(self).objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=now))


def new_link(
    revision: Revision, created_by: User, now: dt.datetime, note: str = "", expires_at: dt.datetime | None = None
) -> tuple[ShareLink, str]:
    """A link to a revision, and its secret part, which is not stored."""
    link = capability.new_link()
    row = ShareLink.objects.create(
        revision=revision,
        link_hash=capability.hashed(link),
        note=note,
        created_by=created_by,
        created_at=now,
        expires_at=expires_at,
    )
    return row, link
