"""The audit log as it is read: filtered, in pages, as CSV and as JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from costcalc.accounts import log_words
from costcalc.accounts.audit import ActorCard, AuditEntry, checkpoint
from costcalc.accounts.workspaces import Workspace
from costcalc.folding import has_words
from costcalc.formatting import Formatter
from costcalc.wire.cells import pieces
from costcalc.wire.exact import iso
from costcalc.wire.files import json_pieces

PAGE = 50
# Entries that an export has in memory.
SOME = 500
HEAD = ("number", "at", "actor", "name", "email", "action", "target", "before", "after", "previous_hash", "hash")


@dataclass(frozen=True)
class Line:
    """An entry with who it was."""

    entry: AuditEntry
    actor: ActorCard | None

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


@dataclass(frozen=True)
class Told:
    """A line as people read it: the act, what it was done to, and what differs since."""

    line: Line
    act: str
    thing: log_words.Thing
    changes: tuple[log_words.Change, ...]


def told(workspace: Workspace, shown: Sequence[Line], write: Formatter) -> list[Told]:
    """Lines in the reader's language, with the names of what is still there."""
    read = [(line, json.loads(line.entry.before), json.loads(line.entry.after)) for line in shown]
    sought = [pair for line, *sides in read for pair in log_words.references(line.entry.target, *sides)]
    known = log_words.named(workspace, sought)
    return [
        Told(
            line,
            log_words.act_in_words(line.entry.action),
            log_words.thing(line.entry.target, known),
            tuple(log_words.changes(line.entry.target, before, after, known, write)),
        )
        for line, before, after in read
    ]


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
