"""Addresses that are their own permission: hashed, shown once, revocable, read-only.

Each room has kinds of its own (a revision of a scenario, a review, the days of a plan) and registers them here: they
stand on one page of the workspace, and end with the membership of whoever made them. Of a person who has left, and of a
workspace that allows no links, none is open.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.http import Http404
from django.utils.translation import gettext as _

from costcalc.accounts import capability, rooms
from costcalc.accounts.access import Visit
from costcalc.accounts.audit import Acting, acting
from costcalc.accounts.people import User
from costcalc.accounts.workspaces import Workspace

# Those of one moment have an order too, so that pages of a list do not overlap.
LATEST = ("-created_at", "-pk", "of")


class SharingForbiddenError(ValueError):
    """The workspace allows no links."""


class LinkQuerySet(models.QuerySet[Any]):
    """Links as a workspace lists them, and as their holders may use them."""

    def of(self, workspace: Workspace) -> Self:
        """All of a workspace, with what they open and who made them; the latest first."""
        return self.filter(**{self.model.to_workspace: workspace}).select_related(self.model.to_workspace, "created_by")

    def seen_by(self, came: Visit) -> Self:
        """Those that an editor may see, and end: of most kinds all of the workspace."""
        return self.of(came.workspace)

    def alive(self, now: dt.datetime) -> Self:
        """Neither revoked nor run out."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)

    def with_secret(self, secret: str, now: dt.datetime) -> Any:
        """The open one whose secret part this is. Raises Http404."""
        found = self.alive(now).filter(self.shared(), link_hash=capability.hashed(secret), created_by__is_active=True)
        row = found.select_related(self.model.to_workspace, "created_by").first()
        if row is None:
            raise Http404
        return row

    def shared(self) -> Q:
        """In a workspace that allows links, and that its maker is in."""
        path = self.model.to_workspace
        return Q(**{f"{path}__sharing_allowed": True, f"{path}__memberships__user": F("created_by")})


class Link(models.Model):
    """What every link has. The secret part itself is not stored."""

    # What the audit log calls a link of this kind, and how one gets to its workspace.
    noun: ClassVar[str]
    to_workspace: ClassVar[str]

    public_id = models.CharField(max_length=12, unique=True, default=capability.new_id, editable=False)
    link_hash = models.CharField(max_length=64, unique=True)
    note = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar = LinkQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"link {self.public_id}"

    @property
    def target(self) -> str:
        """How the audit log names it."""
        return f"{self.noun}:{self.public_id}"

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
        self.revoked_at = self.revoked_at or now
        return bool(type(self).objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=now))

    @classmethod
    def made(cls, came: Visit, now: dt.datetime, **said: Any) -> tuple[Self, str]:
        """A link, and its secret part, which nobody sees again; within an act."""
        secret = capability.new_link()
        row = cls(link_hash=capability.hashed(secret), created_by=came.user, created_at=now, **said)
        row.save(force_insert=True)
        return row, secret


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link opens: its name, which part of it (in words), where members see that, and the same for programs."""

    name: str
    part: str
    address: str
    facts: Mapping[str, str | int | None]


Kind = TypeVar("Kind", bound=Link)
_kinds: dict[type[Link], Callable[[Any], Opened]] = {}


def register(kind: type[Kind], opens: Callable[[Kind], Opened]) -> None:
    """Have links of a kind on the page of every workspace, and ended with the membership of their maker."""
    _kinds[kind] = opens
    rooms.register_farewell(kind.noun, rooms.Farewell(partial(_end_of, kind), partial(_open_of, kind)))


def opened_by(link: Link) -> Opened:
    """What a link opens."""
    return _kinds[type(link)](link)


def must_be_allowed(came: Visit) -> None:
    """Ask the workspace once more, within an act. Raises SharingForbiddenError."""
    came.workspace.refresh_from_db(fields=["sharing_allowed"])
    if not came.workspace.sharing_allowed:
        raise SharingForbiddenError(came.workspace.public_id)


class Seen:
    """The links of every kind that somebody may see, the latest first: as many as are asked for are read."""

    def __init__(self, came: Visit) -> None:
        self._of = {kind.noun: kind.objects.seen_by(came) for kind in _kinds}

    def count(self) -> int:
        """How many there are."""
        return sum(rows.count() for rows in self._of.values())

    def __getitem__(self, part: slice) -> list[Link]:
        """Some of them."""
        names = ("created_at", "pk", "of")
        first, *others = (rows.annotate(of=Value(noun)).values_list(*names) for noun, rows in self._of.items())
        chosen = list(first.order_by().union(*(each.order_by() for each in others), all=True).order_by(*LATEST)[part])
        found: dict[tuple[str, int], Link] = {}
        for noun, rows in self._of.items():
            ids = [pk for _made, pk, of in chosen if of == noun]
            found |= {(noun, row.pk): row for row in rows.filter(pk__in=ids)} if ids else {}
        return [found[of, pk] for _made, pk, of in chosen if (of, pk) in found]


def find(came: Visit, public_id: str) -> Link | None:
    """One that they may see."""
    return next((row for kind in _kinds for row in kind.objects.seen_by(came).filter(public_id=public_id)), None)


def end(came: Visit, link: Link, now: dt.datetime) -> None:
    """End a link at once and for good; one that has ended stays so."""
    with acting(came.workspace, came.actor) as act:
        _end(act, link, now)


def _end(act: Acting, link: Link, now: dt.datetime) -> None:
    if link.revoke(now):
        act.note(f"{link.noun}.revoked", link.target, {"revoked": False}, {"revoked": True})


def _open_of(kind: type[Link], workspace: Workspace, user: User, now: dt.datetime) -> Iterator[str]:
    """What would end with somebody's membership, in words."""
    for link in kind.objects.of(workspace).alive(now).filter(created_by=user):
        opened = opened_by(link)
        yield _("the link to “%(name)s” (%(part)s)") % {"name": opened.name, "part": opened.part}


def _end_of(kind: type[Link], act: Acting, user: User, now: dt.datetime) -> None:
    """End what somebody shared who has gone: it must not come to life again should they come back."""
    for link in kind.objects.of(act.workspace).filter(created_by=user):
        _end(act, link, now)
