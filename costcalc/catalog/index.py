"""The whole catalogue in memory: what pages search, rank and price from.

A worker loads it once and again when an import has moved the catalogue's revision; every request asks for
the revision (one indexed row), so a new price is seen at the next request in every worker.
"""

from __future__ import annotations

import datetime as dt
import threading
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from costcalc.catalog.entries import Entry, ProviderEntry
from costcalc.catalog.exchange_rates import ExchangeRate, known_rates
from costcalc.catalog.loading import read_entries, read_providers
from costcalc.catalog.models import CatalogueState, PriceSource
from costcalc.catalog.shelf import TableShelf, weighted
from costcalc.engine import TRAFFIC_UNITS, ExchangeRates, Moment, RateTable

REMEMBERED_TABLES = 24


@dataclass
class Catalogue:
    """Everything that is for sale, at one revision. Treat it as frozen: requests share it."""

    revision: int
    checked_on: dt.date | None
    source: str
    entries: tuple[Entry, ...]
    providers: dict[str, ProviderEntry]
    rates: ExchangeRates
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
    """Read the whole catalogue from the database."""
    newest, entries = PriceSource.newest(), read_entries()
    checked_on = newest.checked_on if newest else None
    rates = known_rates(ExchangeRate.objects.bundled())
    return Catalogue(revision, checked_on, str(newest) if newest else "", entries, read_providers(entries), rates)


def warm_up() -> None:
    """Load the catalogue and today's table of prices."""
    catalogue().tables(dt.datetime.now(dt.UTC).date(), ["standard"])
