"""Tables of prices that the engine ranks by: one for a stretch of time and a variant, made once and remembered."""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable

from costcalc.catalog.entries import Entry
from costcalc.engine import Moment, NoSuchVariant, RateTable, Weighted, prices_at


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


def weighted(entry: Entry, at: Moment, variant: str) -> Weighted:
    """An entry's prices under a variant with the shares of the hours; empty where it has none."""
    day = at.date() if isinstance(at, dt.datetime) else at
    sheet = entry.sheet_on(day)
    try:
        return prices_at(sheet, at, variant)
    except NoSuchVariant:
        return ()
