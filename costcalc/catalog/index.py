"""The whole catalogue in memory: what pages search, rank and price from.

A worker loads it once and again when an import has moved the catalogue's revision; every request asks for
the revision (one indexed row), so a new price is seen at the next request in every worker.
"""

from __future__ import annotations

import datetime as dt
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt

from costcalc.catalog import reviewed
from costcalc.catalog.labels import own_words
from costcalc.catalog.models import CatalogueState, LanguageModel, Price, PriceSource, Provider
from costcalc.engine import CALLS, CONTEXTS, REQUESTS, Moment, NoSuchVariant, PriceSheet, RateTable, Weighted

# The units that a workload can use, in the order of a ledger.
TRAFFIC_UNITS = (
    "input_mtok",
    "cache_read_mtok",
    "cache_write_mtok",
    "cache_write_1h_mtok",
    "output_mtok",
    "output_reasoning_mtok",
    *CALLS,
    REQUESTS,
)
EMPTY = PriceSheet(())
REMEMBERED_TABLES = 24


@dataclass(frozen=True)
class PriceRow:
    """One stored price, ready for the engine; `pk` is what a saved scenario pins."""

    pk: int
    kind: str
    sheet: PriceSheet
    valid_from: dt.date | None
    checked_on: dt.date
    source_name: str
    source_url: str
    note: str
    urls: tuple[str, ...]
    withdrawn: bool
    source_version: str = ""

    @property
    def source(self) -> str:
        """Who says it; in the reader's language where that is one of our own files."""
        if self.kind == Price.Kind.CATALOGUE:
            return self.source_said
        return f"{own_words(self.source_name)} {own_words(self.source_version)}".strip()

    @property
    def source_said(self) -> str:
        """Who says it, for programs."""
        return f"{self.source_name} {self.source_version}".strip()

    def holds_on(self, day: dt.date) -> bool:
        """Whether this row has been the newest word of its source by that day and speaks of it."""
        return (self.valid_from is None or self.valid_from <= day) and self._speaks_of(day)

    def _speaks_of(self, day: dt.date) -> bool:
        if self.kind != Price.Kind.CORRECTION:
            return True
        return any(step.when.holds(dt.datetime.combine(day, dt.time())) for step in self.sheet.steps)


@dataclass(frozen=True)
class Entry:
    """One model of the catalogue with all of its prices, oldest first."""

    position: int
    provider: str
    provider_said: str
    model_id: str
    name: str
    description: str
    context_window: int | None
    deprecated: bool
    comments: str
    shutdown_on: dt.date | None
    shutdown_note: str
    shutdown_sources: tuple[str, ...]
    native: bool
    listed_as: str
    compared_with: str
    prices: tuple[PriceRow, ...]

    @property
    def provider_name(self) -> str:
        """Who sells it; a quoting vendor's name is ours, so it is in the reader's language."""
        return own_words(self.provider_said) if self.is_quote else self.provider_said

    @property
    def key(self) -> str:
        """`provider/model`, as in an address."""
        return f"{self.provider}/{self.model_id}"

    @property
    def label(self) -> str:
        """What it is called beside its figures."""
        return self.model_id

    @cached_property
    def is_quote(self) -> bool:
        """Whether this is a vendor's quote, which is never mixed with list prices."""
        return all(row.kind == Price.Kind.QUOTE for row in self.prices)

    def price_on(self, day: dt.date) -> PriceRow | None:
        """The price in force on a UTC day: a reviewed correction first, else the newest word of the source."""
        holding = self.holding_on(day)
        corrected = [row for row in holding if row.kind == Price.Kind.CORRECTION]
        return next(reversed(corrected or holding), None)

    def holding_on(self, day: dt.date) -> list[PriceRow]:
        """The newest word of each kind of source for that day, oldest kind first; withdrawn prices are left out."""
        newest: dict[str, PriceRow] = {}
        for row in self.prices:
            if row.holds_on(day):
                newest[row.kind] = row
        return [row for row in newest.values() if not row.withdrawn]

    def sheet_on(self, day: dt.date) -> PriceSheet:
        """The prices in force on a UTC day; an empty sheet where there are none, so that every unit is unknown."""
        row = self.price_on(day)
        return EMPTY if row is None else row.sheet

    def gone_on(self, day: dt.date) -> bool:
        """Whether the source no longer named this model on that day."""
        return bool(self.prices) and self.price_on(day) is None

    def is_shut_down(self, day: dt.date) -> bool:
        """Whether the model no longer answered on that day."""
        return self.shutdown_on is not None and self.shutdown_on <= day

    def disagreeing_on(self, day: dt.date) -> list[PriceRow]:
        """Other sources' prices for that day that differ from the one in force."""
        chosen = self.price_on(day)
        if chosen is None:
            return []
        said = chosen.sheet.rates_on(day)
        return [row for row in self.holding_on(day) if row is not chosen and row.sheet.rates_on(day) != said]


@dataclass(frozen=True)
class ProviderEntry:
    """One provider with its models in the source's order."""

    slug: str
    said: str
    described: str
    comments: str
    pricing_urls: tuple[str, ...]
    api_pattern: str
    entries: tuple[Entry, ...]

    @property
    def name(self) -> str:
        """Its name; a quoting vendor's is ours, so it is in the reader's language."""
        return own_words(self.said) if self.is_quote else self.said

    @property
    def description(self) -> str:
        """What it says of itself, in English; a quoting vendor's description is ours."""
        return own_words(self.described) if self.is_quote else self.described

    @cached_property
    def is_quote(self) -> bool:
        """Whether this provider only stands for a vendor's quotes."""
        return all(entry.is_quote for entry in self.entries)


class TableShelf:
    """The tables used last. One is built at a time, and nobody who wants another waits for it."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.held: OrderedDict[tuple[int, int, str], RateTable] = OrderedDict()
        self.touching = threading.Lock()
        self.building = threading.Lock()

    def get(self, key: tuple[int, int, str], build: Callable[[], RateTable]) -> RateTable:
        """The table of this key; built, in the place of the one used longest ago, where it is not held."""
        found = self._held(key)
        if found is not None:
            return found
        with self.building:
            found = self._held(key)
            if found is None:
                found = build()
                self._hold(key, found)
        return found

    def _held(self, key: tuple[int, int, str]) -> RateTable | None:
        with self.touching:
            if key in self.held:
                self.held.move_to_end(key)
            return self.held.get(key)

    def _hold(self, key: tuple[int, int, str], table: RateTable) -> None:
        with self.touching:
            self.held[key] = table
            while len(self.held) > self.most:
                self.held.popitem(last=False)


@dataclass
class Catalogue:
    """Everything that is for sale, at one revision. Treat it as frozen: requests share it."""

    revision: int
    checked_on: dt.date | None
    source: str
    entries: tuple[Entry, ...]
    providers: dict[str, ProviderEntry]
    by_key: dict[str, Entry] = field(init=False)
    _tables: TableShelf = field(init=False)

    def __post_init__(self) -> None:
        self.by_key = {entry.key: entry for entry in self.entries}
        self._tables = TableShelf(REMEMBERED_TABLES)

    @cached_property
    def windows(self) -> npt.NDArray[np.int64]:
        """Context windows by entry; -1 where unknown."""
        return np.array([-1 if e.context_window is None else e.context_window for e in self.entries], dtype=np.int64)

    @cached_property
    def quoted(self) -> npt.NDArray[np.bool_]:
        """Which entries are quotes."""
        return np.array([entry.is_quote for entry in self.entries], dtype=bool)

    @cached_property
    def _may_end(self) -> list[Entry]:
        return [e for e in self.entries if e.shutdown_on is not None or any(row.withdrawn for row in e.prices)]

    def shut_down(self, day: dt.date) -> npt.NDArray[np.bool_]:
        """Which entries no longer answer, or are no longer named by their source, on that day."""
        mask = np.zeros(len(self.entries), dtype=bool)
        mask[[e.position for e in self._may_end if e.is_shut_down(day) or e.gone_on(day)]] = True
        return mask

    def tables(self, at: Moment, variants: Iterable[str]) -> dict[str, RateTable]:
        """The prices of all entries at a day or moment, one table a variant; those used last are remembered."""
        return {variant: self._table(at, variant) for variant in variants}

    def _table(self, at: Moment, variant: str) -> RateTable:
        key = (*self._period(at), variant)
        return self._tables.get(key, lambda: RateTable(TRAFFIC_UNITS, [weighted(e, at, variant) for e in self.entries]))

    def _period(self, at: Moment) -> tuple[int, int]:
        """Between two changes all days have the same prices, and between two hours of change all moments."""
        if isinstance(at, dt.datetime):
            moment = at.astimezone(dt.UTC) if at.tzinfo else at
            return bisect_right(self._days_of_change, moment.date()), bisect_right(self._hours_of_change, moment.time())
        return bisect_right(self._days_of_change, at), -1

    @cached_property
    def _days_of_change(self) -> list[dt.date]:
        rows = [row for entry in self.entries for row in entry.prices]
        ends = (d for row in rows for part in row.sheet.parts for d in (part.when.starts_on, part.when.ends_on))
        return sorted({day for day in (*ends, *(row.valid_from for row in rows)) if day is not None})

    @cached_property
    def _hours_of_change(self) -> list[dt.time]:
        parts = (part for entry in self.entries for row in entry.prices for part in row.sheet.parts)
        return sorted({time for part in parts for time in part.when.hours or ()})

    @cached_property
    def _texts(self) -> list[str]:
        """What a search looks through, by entry."""
        return [f"{entry.key} {entry.provider_said} {entry.name}".lower() for entry in self.entries]

    @cached_property
    def _standing(self) -> list[tuple[int, int]]:
        """How entries of equal closeness are ordered: the maker's own first, quotes last, then shorter ids."""
        return [(2 if e.is_quote else 0 if e.native else 1, len(e.model_id)) for e in self.entries]

    def search(self, query: str, limit: int | None = None) -> list[Entry]:
        """Entries that contain every word of the query: exact ids first, then ids that begin so."""
        words = query.lower().split()
        if not words:
            return list(self.entries[:limit])
        found = [index for index, text in enumerate(self._texts) if words[0] in text]
        for word in words[1:]:
            found = [index for index in found if word in self._texts[index]]
        found.sort(key=lambda index: (_distance(self.entries[index], words), self._standing[index], index))
        return [self.entries[index] for index in found[:limit]]


def weighted(entry: Entry, at: Moment, variant: str) -> Weighted:
    """An entry's prices under a variant with the shares of the hours; empty where it has none."""
    day = at.date() if isinstance(at, dt.datetime) else at
    sheet = entry.sheet_on(day)
    try:
        return prices_at(sheet, at, variant)
    except NoSuchVariant:
        return ()


def prices_at(sheet: PriceSheet, at: Moment, variant: str) -> Weighted:
    """A sheet's prices for a day (weighted by the hours) or for a moment. Raises NoSuchVariant."""
    if isinstance(at, dt.datetime):
        return ((Fraction(1), sheet.rates_at(at, CONTEXTS[variant])),)
    return sheet.rates_on(at, CONTEXTS[variant])


def _distance(entry: Entry, words: Sequence[str]) -> int:
    """0 for a model that one of the words names, 1 for one that begins with a word, else 2."""
    model = entry.model_id.lower()
    if model in words or entry.key.lower() in words:
        return 0
    return 1 if model.startswith(tuple(words)) else 2


class _Holder:
    """The catalogue that this process holds; replaced as a whole when the database has moved on."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.held: Catalogue | None = None

    def at(self, revision: int) -> Catalogue:
        held = self.held
        if held is not None and held.revision == revision:
            return held
        with self.lock:
            if self.held is None or self.held.revision != revision:
                self.held = load(revision)
            return self.held


_holder = _Holder()


def catalogue() -> Catalogue:
    """The catalogue at the database's current revision, shared by all requests of this process."""
    return _holder.at(CatalogueState.current_revision())


def load(revision: int) -> Catalogue:
    """Read the whole catalogue from the database: four queries."""
    rows: dict[int, list[PriceRow]] = {}
    newest = PriceSource.newest()
    for price in Price.objects.select_related("source").order_by("pk"):
        rows.setdefault(price.model_id, []).append(_row(price))
    entries = tuple(
        _entry(position, model, rows.get(model.pk, []))
        for position, model in enumerate(LanguageModel.objects.select_related("provider"))
    )
    return Catalogue(
        revision=revision,
        checked_on=newest.checked_on if newest else None,
        source=str(newest) if newest else "",
        entries=entries,
        providers=_providers(entries),
    )


def _providers(entries: tuple[Entry, ...]) -> dict[str, ProviderEntry]:
    owned: dict[str, list[Entry]] = {}
    for entry in entries:
        owned.setdefault(entry.provider, []).append(entry)
    return {
        row.slug: ProviderEntry(
            row.slug,
            reviewed.provider_names().get(row.slug, row.name),
            row.description,
            row.comments,
            tuple(row.pricing_urls),
            row.api_pattern,
            tuple(owned.get(row.slug, ())),
        )
        for row in Provider.objects.all()
    }


def _row(price: Price) -> PriceRow:
    return PriceRow(
        pk=price.pk,
        kind=price.kind,
        sheet=price.sheet,
        valid_from=price.valid_from,
        checked_on=price.checked_on,
        source_name=price.source.name,
        source_version=price.source.version,
        source_url=price.source.url,
        note=price.note,
        urls=tuple(price.urls),
        withdrawn=price.withdrawn,
    )


def _entry(position: int, model: LanguageModel, rows: list[PriceRow]) -> Entry:
    return Entry(
        position=position,
        provider=model.provider.slug,
        provider_said=reviewed.provider_names().get(model.provider.slug, model.provider.name),
        model_id=model.model_id,
        name=model.name,
        description=model.description,
        context_window=model.context_window,
        deprecated=model.deprecated,
        comments=model.comments,
        shutdown_on=model.shutdown_on,
        shutdown_note=model.shutdown_note,
        shutdown_sources=tuple(model.shutdown_sources),
        native=model.native,
        listed_as=model.listed_as,
        compared_with=model.compared_with,
        prices=tuple(rows),
    )


def warm_up() -> None:
    """Load the catalogue and today's table of prices."""
    catalogue().tables(dt.datetime.now(dt.UTC).date(), ["standard"])
