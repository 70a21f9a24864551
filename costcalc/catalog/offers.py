"""The catalogue as lines of a list: what each model asks for, ready to show, to sort and to filter.

A shelf is made once per catalogue, day and language; its lines are made when first shown.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cached_property
from typing import Any, Final

from django.utils.translation import gettext as _

from costcalc.catalog.entries import Entry
from costcalc.catalog.index import Catalogue
from costcalc.engine import Weighted, billed_as
from costcalc.formatting import Formatter, formatter_for

INPUT, CACHED, OUTPUT = "input_mtok", "cache_read_mtok", "output_mtok"
SORTS: Final = ("model", "provider", "input", "cached", "output", "context")
_SORT_UNITS: Final = {"input": INPUT, "cached": CACHED, "output": OUTPUT}
_SHELVES_KEPT: Final = 6
SIGNIFICANT: Final = 6
_SIX: Final = Context(prec=SIGNIFICANT, rounding=ROUND_HALF_UP)

Span = tuple[Decimal, Decimal] | None


@dataclass(frozen=True, slots=True)
class Tag:
    """A word beside a model's name; `kind` is its CSS class."""

    word: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """One model in one line, every figure a ready string."""

    entry: Entry
    input: str
    cached: str
    output: str
    window: str
    tags: tuple[Tag, ...]


@dataclass
class Shelf:
    """The offers of one catalogue on one UTC day, in one language."""

    catalogue: Catalogue
    day: dt.date
    write: Formatter
    _offers: dict[int, Offer] = field(default_factory=dict)
    _spans: dict[str, list[Span]] = field(default_factory=dict)

    def offer(self, entry: Entry) -> Offer:
        """The line of an entry."""
        made = self._offers.get(entry.position)
        if made is None:
            made = self._offers[entry.position] = self._made(entry)
        return made

    def offers(self, entries: Iterable[Entry]) -> list[Offer]:
        """The lines of some entries, in their order."""
        return [self.offer(entry) for entry in entries]

    def weighted(self, entry: Entry) -> Weighted:
        """The entry's standard prices of the day with the shares of its hours."""
        return entry.sheet_on(self.day).rates_on(self.day)

    def span(self, entry: Entry, unit: str) -> Span:
        """Lowest and highest price of a unit over the day's hours and tiers; None when unknown."""
        return span(self.weighted(entry), unit)

    def sorted(self, entries: list[Entry], by: str, *, descending: bool) -> list[Entry]:
        """By a word of SORTS; what is unknown comes last either way."""
        key = self._key(by)
        known = sorted((entry for entry in entries if key(entry) is not None), key=key, reverse=descending)
        return known + [entry for entry in entries if key(entry) is None]

    def having(self, entries: list[Entry], what: str) -> list[Entry]:
        """Those with a price of their own for a unit, or under a variant."""
        return [entry for entry in entries if what in self._things[entry.position]]

    @cached_property
    def _things(self) -> list[frozenset[str]]:
        return [_things(entry, self.day) for entry in self.catalogue.entries]

    @cached_property
    def filters(self) -> list[str]:
        """Every unit and variant that some model has a price for."""
        return sorted(frozenset().union(*self._things))

    def _key(self, by: str) -> Callable[[Entry], Any]:
        """What to sort by: values of one kind, or None for what is unknown."""
        if by == "context":
            return lambda entry: entry.context_window
        if by in _SORT_UNITS:
            spans = self._all_spans(_SORT_UNITS[by])
            return lambda entry: spans[entry.position]
        if by == "provider":
            return lambda entry: (entry.provider_name.lower(), entry.model_id)
        return lambda entry: (entry.model_id.lower(), entry.provider_name)

    def _all_spans(self, unit: str) -> list[Span]:
        if unit not in self._spans:
            self._spans[unit] = [self.span(entry, unit) for entry in self.catalogue.entries]
        return self._spans[unit]

    def _made(self, entry: Entry) -> Offer:
        weighted = self.weighted(entry)
        return Offer(
            entry=entry,
            input=self.price(span(weighted, INPUT)),
            cached=self._cached(weighted),
            output=self.price(span(weighted, OUTPUT)),
            window=self.write.number(entry.context_window),
            tags=tuple(self._tags(entry, weighted)),
        )

    def price(self, prices: Span) -> str:
        """`$2.00`, `$1.25–$2.50`, or "unknown"."""
        if prices is None:
            return self.write.unknown
        low, high = (brief(price, self.write) for price in prices)
        return low if low == high else f"{low}–{high}"

    def _cached(self, weighted: Weighted) -> str:
        own = all(billed_as(CACHED, rates) == CACHED for _share, rates in weighted)
        prices = span(weighted, CACHED)
        return self.price(prices) if own or prices is None else _("as input")

    def _tags(self, entry: Entry, weighted: Weighted) -> Iterable[Tag]:
        if entry.is_quote:
            yield Tag(_("quote"), "quote")
        if entry.shutdown_on is not None:
            ended = entry.is_shut_down(self.day)
            yield Tag(
                _("shut down") if ended else _("shuts down %(day)s") % {"day": self.write.day(entry.shutdown_on)},
                "doubt",
            )
        if entry.gone_on(self.day):
            yield Tag(_("no longer listed"), "doubt")
        if any(rate.tiers for _share, rates in weighted for rate in rates.values()):
            yield Tag(_("tiers"))
        if len(weighted) > 1:
            yield Tag(_("by the hour"))


def brief(price: Decimal, write: Formatter) -> str:
    """A price to six significant digits, `≈ $0.0833333`; one with fewer as it is."""
    shown = _SIX.plus(price)
    return write.per_mtok(price) if shown == price else f"≈\u00a0{write.per_mtok(shown)}"


def span(weighted: Weighted, unit: str) -> Span:
    """Lowest and highest price of a unit; None where it is unknown at some hour. A part pays its whole's price."""
    prices: list[Decimal] = []
    for _share, rates in weighted:
        payer = billed_as(unit, rates)
        if payer is None:
            return None
        prices += [rates[payer].base, *(tier.price for tier in rates[payer].tiers)]
    return (min(prices), max(prices)) if prices else None


def _things(entry: Entry, day: dt.date) -> frozenset[str]:
    sheet = entry.sheet_on(day)
    return frozenset(sheet.units).union(*(variant.context.values() for variant in sheet.variants))


_shelves: dict[tuple[int, dt.date, str], Shelf] = {}
_lock = threading.Lock()


def shelf_for(catalogue: Catalogue, day: dt.date) -> Shelf:
    """The shelf of a catalogue on a day in the active language; the latest few are kept."""
    write = formatter_for()
    # A shelf holds its catalogue, so that the identity stays this catalogue's while the shelf is kept.
    key = (id(catalogue), day, write.language)
    with _lock:
        if key not in _shelves:
            while len(_shelves) >= _SHELVES_KEPT:
                _shelves.pop(next(iter(_shelves)))
            _shelves[key] = Shelf(catalogue, day, write)
        return _shelves[key]
