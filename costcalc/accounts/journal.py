"""The audit log as it is read: filtered, in pages, as CSV and as JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from costcalc.accounts.audit import ActorCard, AuditEntry, checkpoint
from costcalc.accounts.workspaces import Workspace
from costcalc.folding import has_words
from costcalc.wire.cells import pieces
from costcalc.wire.exact import iso
from costcalc.wire.files import json_pieces

PAGE = 50
# Entries that an export has in memory.
SOME = 500
HEAD = ("number", "at", "actor", "name", "email", "action", "target", "before", "after", "previous_hash", "hash")


@dataclass(frozen=True)
class Line:
    """An entry with who it was; `changes` are (what, before, after)."""

    entry: AuditEntry
    actor: ActorCard | None

    @property
    def changes(self) -> list[tuple[str, Any, Any]]:
        """What changed, by name."""
        before, after = json.loads(self.entry.before), json.loads(self.entry.after)
        return [(name, before.get(name), after.get(name)) for name in sorted({*before, *after})]

    def row(self) -> tuple[Any, ...]:
        """The cells of an export."""
        entry, actor = self.entry, self.actor
        who = (actor.name, actor.email) if actor else ("", "")
        what = (entry.action, entry.target, entry.before, entry.after, entry.previous_hash, entry.entry_hash)
        return (entry.sequence, iso(entry.at.astimezone(dt.UTC)), entry.actor, *who, *what)


def found(
    workspace: Workspace,
    actor: str = "",
    action: str = "",
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
) -> QuerySet[AuditEntry]:
    """The entries that match: part of a name or address, the beginning of an action, from and before a moment."""
    entries: QuerySet[AuditEntry] = workspace.audit_entries.all()
    if actor:
        cards = ActorCard.objects.filter(workspace=workspace).values_list("pk", "name", "email")
        entries = entries.filter(actor__in=[pk for pk, *said in cards if has_words(actor, *said)])
    if action:
        entries = entries.filter(action__startswith=action)
    if since:
        entries = entries.filter(at__gte=since)
    return entries.filter(at__lt=until) if until else entries


def lines(workspace: Workspace, entries: Iterable[AuditEntry]) -> list[Line]:
    """Entries with their actors."""
    shown = list(entries)
    cards = ActorCard.objects.filter(workspace=workspace).in_bulk({entry.actor for entry in shown})
    return [Line(entry, cards.get(entry.actor)) for entry in shown]


def as_csv(workspace: Workspace, entries: QuerySet[AuditEntry]) -> Iterator[bytes]:
    """For a spreadsheet, line by line."""
    return pieces(HEAD, (line.row() for line in _all(workspace, entries)))


def as_json(workspace: Workspace, entries: QuerySet[AuditEntry]) -> Iterator[bytes]:
    """For a program; with where the whole log stands, which `verify_audit_log --checkpoint` takes."""
    # Asked first: what is appended meanwhile comes after it.
    stands = asdict(checkpoint(workspace))
    return json_pieces({"checkpoint": stands, "entries": map(_said, _all(workspace, entries))})


def _said(line: Line) -> dict[str, Any]:
    row = dict(zip(HEAD, line.row(), strict=True))
    return {**row, "before": json.loads(row["before"]), "after": json.loads(row["after"])}


def _all(workspace: Workspace, entries: QuerySet[AuditEntry]) -> Iterator[Line]:
    for some in batched(entries.order_by("sequence").iterator(chunk_size=SOME), SOME):
        yield from lines(workspace, some)


def batched(items: Iterable[AuditEntry], size: int) -> Iterator[list[AuditEntry]]:
    """Lists of so many, the last one of the rest."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
