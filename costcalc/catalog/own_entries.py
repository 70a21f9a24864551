"""Own prices as the calculator takes them: entries like the catalogue's, for those who may see them.

In an address an own price goes by `own:<id>`. Whoever may not see it gets an entry without any price, so
that every unit is unknown; one that does not exist gives the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from django.http import HttpRequest
from django.utils.translation import gettext as _

from costcalc.accounts.models import User
from costcalc.accounts.workspaces import Workspace
from costcalc.catalog.entries import EMPTY, Entry, PriceRow
from costcalc.catalog.exchange_rates import KnownRate
from costcalc.catalog.own import Kind, OwnPrice, OwnPriceQuerySet
from costcalc.engine import USD, PriceSheet
from costcalc.folding import has_words

PREFIX = "own:"
PROVIDER = "own"
NOWHERE = -1


@dataclass(frozen=True)
class OwnRow(PriceRow):
    """A row of an own price; it decides from its first day on, and after its last one nothing is known.

    `rate` is the exchange rate by which what was said is US dollars; None for what was said in dollars.
    """

    said: PriceSheet = EMPTY
    ends_on: dt.date | None = None
    rate: KnownRate | None = None

    @property
    def currency(self) -> str:
        """In which the price was said."""
        return self.rate.currency if self.rate else USD

    @property
    def source(self) -> str:
        """Who says it, in the workspace's own words."""
        return self.source_name


@dataclass(frozen=True)
class OwnEntry(Entry):
    """An own price in the place of a model. Without rows it is one that the reader may not see."""

    workspace: str = ""
    workspace_name: str = ""
    archived: bool = False

    @property
    def key(self) -> str:
        """`own:<id>`, as in an address."""
        return f"{PREFIX}{self.model_id}"

    @property
    def label(self) -> str:
        """Its name."""
        return self.name

    @cached_property
    def is_quote(self) -> bool:
        """Whether its newest row is a quote."""
        return bool(self.prices) and self.prices[-1].kind == Kind.QUOTE

    @property
    def is_visible(self) -> bool:
        """Whether the reader may see it."""
        return bool(self.prices)

    def unnamed(self) -> OwnEntry:
        """The same figures for somebody who may not know what the price is called, or who says it."""
        if not self.is_visible:
            return self
        name, source = _("own price"), _("the workspace’s own")
        rows = tuple(replace(row, source_name=source, source_url="", note="") for row in self.prices)
        return replace(self, name=name, provider_said=name, prices=rows, workspace="", workspace_name="")

    def price_on(self, day: dt.date) -> PriceRow | None:
        """The newest row that begins by that day, unless it has ended."""
        begun = [row for row in self.prices if isinstance(row, OwnRow) and row.holds_on(day)]
        newest = next(reversed(begun), None)
        return None if newest is None or (newest.ends_on is not None and newest.ends_on < day) else newest

    def holding_on(self, day: dt.date) -> list[PriceRow]:
        """The one price of that day."""
        row = self.price_on(day)
        return [] if row is None else [row]

    @property
    def provider_name(self) -> str:
        """Who sells it, in the workspace's own words."""
        return self.provider_said


def held_on(entry: OwnEntry, day: dt.date) -> OwnRow | None:
    """The row that decides for a UTC day, with what was said in it."""
    row = entry.price_on(day)
    return row if isinstance(row, OwnRow) else None


# From the id in an address to the entry that somebody may see.
Lookup = Callable[[str], OwnEntry]


def seen_from(request: HttpRequest) -> Lookup:
    """What whoever sends this request may see; who that is, is asked only where there is an own price."""

    def entry(public_id: str) -> OwnEntry:
        user = getattr(request, "user", None)
        return seen_by(user)(public_id) if isinstance(user, User) else nobodys(public_id)

    return entry


def nobodys(public_id: str) -> OwnEntry:
    """What somebody without an account sees: that the price is not theirs to see."""
    return _made(public_id, [])


def seen_by(user: User) -> Lookup:
    """The prices of every workspace that a person belongs to."""
    return _lookup(OwnPrice.objects.filter(workspace__in=Workspace.objects.of(user)))


def seen_in(workspace: Workspace) -> Lookup:
    """The prices of one workspace."""
    return _lookup(OwnPrice.objects.filter(workspace=workspace))


def unnamed_in(workspace: Workspace) -> Lookup:
    """The prices of one workspace, as somebody reads them who was shown figures only."""
    named = seen_in(workspace)
    return lambda public_id: named(public_id).unnamed()


def offered_in(workspace: Workspace, words: str = "", limit: int | None = None) -> list[OwnEntry]:
    """The prices that a workspace offers, by name; those whose name has every word, in any case."""
    offered = OwnPrice.objects.filter(workspace=workspace).offered()
    if words.split():
        found = [pk for pk, name in offered.values_list("pk", "name") if has_words(words, name)]
        offered = offered.filter(pk__in=found[:limit])
    return entries_of(list(offered[:limit]))


def entries_of(prices: Iterable[OwnPrice]) -> list[OwnEntry]:
    """The entries of some prices with all of their rows, in the same order."""
    rows: dict[str, list[OwnPrice]] = {price.public_id: [] for price in prices}
    for row in OwnPrice.objects.filter(public_id__in=rows).select_related("workspace", "rate").order_by("revision"):
        rows[row.public_id].append(row)
    return [_made(public_id, found) for public_id, found in rows.items()]


def is_own(text: str) -> bool:
    """Whether a reference in an address is to an own price."""
    return text.startswith(PREFIX)


def _lookup(visible: OwnPriceQuerySet) -> Lookup:
    def entry(public_id: str) -> OwnEntry:
        rows = visible.filter(public_id=public_id).select_related("workspace", "rate").order_by("revision")
        return _made(public_id, list(rows))

    return entry


def _made(public_id: str, rows: list[OwnPrice]) -> OwnEntry:
    newest = rows[-1] if rows else None
    return OwnEntry(
        position=NOWHERE,
        provider=PROVIDER,
        provider_said=newest.name if newest else _("a price that you may not see"),
        model_id=public_id,
        name=newest.name if newest else _("a price that you may not see"),
        description="",
        context_window=None,
        deprecated=False,
        comments="",
        shutdown_on=None,
        shutdown_note="",
        shutdown_sources=(),
        native=False,
        listed_as="",
        compared_with="",
        prices=tuple(_row(row) for row in rows),
        workspace=newest.workspace.public_id if newest else "",
        workspace_name=newest.workspace.name if newest else "",
        archived=newest.archived if newest else False,
    )


def _row(row: OwnPrice) -> OwnRow:
    return OwnRow(
        pk=row.pk,
        kind=row.kind,
        sheet=row.sheet,
        valid_from=row.starts_on,
        checked_on=row.recorded_at.date(),
        source_name=row.source or str(Kind(row.kind).label),
        source_version="",
        source_url=row.source_url,
        note=row.note,
        urls=(),
        withdrawn=False,
        said=row.typed,
        ends_on=row.ends_on,
        rate=row.rate.known if row.rate else None,
    )
