"""What is for sale, as it is held in memory: a model with all of its prices, and who sells it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from costcalc.catalog.labels import own_words
from costcalc.catalog.models import Price
from costcalc.engine import PriceSheet

EMPTY = PriceSheet(())


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
