"""The audit log of a workspace: who did what, when, and what changed; append-only and hash-chained.

Each entry is hashed with the one before it, in the transaction of the act itself. Who it was stands in a
side row (a card): the entry holds the card's salted hash, so that erasing a person's name and address
leaves a chain that still verifies.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.db import connection, models, transaction
from django.http import Http404
from django.utils import timezone

from costcalc.accounts.appended import AppendOnly, AppendOnlyError
from costcalc.accounts.people import User
from costcalc.accounts.workspaces import ApiToken, Workspace

BEGINNING = "0" * 64


@dataclass(frozen=True)
class Actor:
    """Who acts: a person, a person's token, the product itself, or (none of them) the operator at the command line."""

    user: User | None = None
    token: ApiToken | None = None
    itself: bool = False

    @property
    def kind(self) -> str:
        """`person`, `token`, `product` or `operator`."""
        if self.itself:
            return "product"
        return "token" if self.token else "person" if self.user else "operator"

    @property
    def name(self) -> str:
        """How the log names them."""
        if self.token:
            return f"{self.token}"
        return (self.user.name or self.user.email) if self.user else self.kind


class ActorCard(models.Model):
    """Name and address behind an actor id; erased when the person goes, while its hash stays in the entries."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=8)
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("workspace", "digest")),)

    def __str__(self) -> str:
        return self.name or f"#{self.pk}"

    def is_true(self) -> bool:
        """Whether name and address are those that the entries were hashed with; erased, that none is in their place."""
        if self.erased_at is not None:
            return not (self.name or self.email or self.salt)
        return self.digest == card_digest(self.salt, self.kind, self.name, self.email)


class EntryQuerySet(models.QuerySet["AuditEntry"]):
    """Entries can be read, and added by `Acting` only."""

    def update(self, **changes: Any) -> int:
        """Refused."""
        raise AppendOnlyError("update")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refused; a workspace that is deleted takes its log along."""
        raise AppendOnlyError("delete")


class AuditEntry(AppendOnly):
    """One act. `before` and `after` are JSON texts of what changed."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="audit_entries")
    sequence = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor = models.PositiveBigIntegerField()
    actor_digest = models.CharField(max_length=64)
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=120)
    before = models.TextField()
    after = models.TextField()
    previous_hash = models.CharField(max_length=64)
    entry_hash = models.CharField(max_length=64)

    objects: ClassVar = EntryQuerySet.as_manager()

    class Meta:
        ordering = ("workspace", "sequence")
        # Two workers that act at the same moment wait for each other; should they not, one of them fails.
        constraints = (models.UniqueConstraint(fields=("workspace", "sequence"), name="one_entry_a_place"),)

    def __str__(self) -> str:
        return f"{self.sequence}. {self.action} {self.target}"

    def computed_hash(self, workspace: str) -> str:
        """The hash of everything that the entry says, and of the entry before it."""
        said = [
            workspace,
            self.sequence,
            self.at.astimezone(dt.UTC).isoformat(),
            self.actor,
            self.actor_digest,
            self.action,
            self.target,
            self.before,
            self.after,
            self.previous_hash,
        ]
        return hashlib.sha256(canonical(said).encode()).hexdigest()


class Acting:
    """An act under way: what it notes is in the log if, and only if, what it does is in the database."""

    def __init__(self, workspace: Workspace, actor: Actor) -> None:
        self.workspace = workspace
        self.actor = actor

    def note(
        self,
        action: str,
        target: str,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> AuditEntry:
        """Append what was done (`scenario.revised`), to what (`scenario:4xY…`), and what changed."""
        last = self.workspace.audit_entries.order_by("-sequence").first()
        card = _card(self.workspace, self.actor)
        entry = AuditEntry(
            workspace=self.workspace,
            sequence=last.sequence + 1 if last else 1,
            at=timezone.now(),
            actor=card.pk,
            actor_digest=card.digest,
            action=action,
            target=target,
            before=canonical(before or {}),
            after=canonical(after or {}),
            previous_hash=last.entry_hash if last else BEGINNING,
        )
        entry.entry_hash = entry.computed_hash(self.workspace.public_id)
        entry.save()
        return entry


@contextmanager
def acting(workspace: Workspace, actor: Actor) -> Iterator[Acting]:
    """A transaction for one act in a workspace, durable when it ends; acts in one workspace follow each other.

    Nothing else may be locked before: everybody locks the workspace first. Raises Http404 where it is gone.
    """
    with durable(), transaction.atomic():
        if Workspace.objects.select_for_update().filter(pk=workspace.pk).first() is None:
            # Deleted between the look at it and the act.
            raise Http404
        yield Acting(workspace, actor)


@contextmanager
def durable() -> Iterator[None]:
    """On SQLite, have commits of this connection reach the disk before they are acknowledged."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=FULL")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=NORMAL")


@dataclass(frozen=True)
class Checkpoint:
    """Where a log stood when it was exported: what lies behind it can no longer be cut off unseen."""

    workspace: str
    sequence: int
    entry_hash: str


def checkpoint(workspace: Workspace) -> Checkpoint:
    """Where the log of a workspace stands now."""
    last = workspace.audit_entries.order_by("-sequence").first()
    return Checkpoint(workspace.public_id, last.sequence if last else 0, last.entry_hash if last else BEGINNING)


def faults(workspace: Workspace, known: Checkpoint | None = None) -> Iterator[str]:
    """What is wrong with a log: changed, removed or reordered entries, changed names, a cut end."""
    cards = {card.pk: card for card in ActorCard.objects.filter(workspace=workspace)}
    previous, place = BEGINNING, 0
    for entry in workspace.audit_entries.order_by("sequence").iterator(chunk_size=1000):
        place += 1
        yield from _entry_faults(entry, place, previous, workspace, cards)
        if known and known.sequence == entry.sequence and known.entry_hash != entry.entry_hash:
            yield f"entry {entry.sequence} is not the one of the checkpoint"
        previous, place = entry.entry_hash, entry.sequence
    if known and known.sequence > place:
        yield f"the log ends at entry {place}, the checkpoint is at {known.sequence}: entries were cut off"


def _entry_faults(
    entry: AuditEntry, place: int, previous: str, workspace: Workspace, cards: dict[int, ActorCard]
) -> Iterator[str]:
    if entry.sequence != place:
        yield f"entry {place} is missing"
    if entry.previous_hash != previous:
        yield f"entry {entry.sequence} does not follow the one before it"
    if entry.entry_hash != entry.computed_hash(workspace.public_id):
        yield f"entry {entry.sequence} was changed"
    card = cards.get(entry.actor)
    if card is None:
        yield f"entry {entry.sequence} has lost its actor"
    elif not card.is_true() or card.digest != entry.actor_digest:
        yield f"the actor of entry {entry.sequence} was changed"


def acts_of(user: User) -> models.QuerySet[AuditEntry]:
    """What a person did, in every workspace, themselves or by a token."""
    cards = ActorCard.objects.filter(user=user)
    found = AuditEntry.objects.filter(actor__in=cards.values("pk")).select_related("workspace")
    return found.order_by("workspace", "sequence")


def erase(user: User, now: dt.datetime) -> None:
    """Take a person's name and address out of every log; the chains stay whole."""
    ActorCard.objects.filter(user=user).update(name="", email="", salt="", user=None, erased_at=now)


def canonical(value: Any) -> str:
    """JSON with one spelling."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def card_digest(salt: str, kind: str, name: str, email: str) -> str:
    """The salted hash that stands in the entries for a name and address."""
    return hashlib.sha256(canonical([salt, kind, name, email]).encode()).hexdigest()


def _card(workspace: Workspace, actor: Actor) -> ActorCard:
    """The actor's card, made anew when the name or address has changed since."""
    email = actor.user.email if actor.user else ""
    name = actor.name[:200]
    cards = ActorCard.objects.filter(workspace=workspace, kind=actor.kind, name=name, email=email, erased_at=None)
    found = cards.filter(user=actor.user).first()
    if found is not None:
        return found
    salt = secrets.token_hex(16)
    digest = card_digest(salt, actor.kind, name, email)
    return ActorCard.objects.create(
        workspace=workspace, user=actor.user, kind=actor.kind, name=name, email=email, salt=salt, digest=digest
    )
