"""How a saved scenario stands today: prices that have moved on since, and models that shut down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from costcalc.catalog.entries import Entry, PriceRow
from costcalc.catalog.exchange import rates_in
from costcalc.catalog.exchange_words import rate_said
from costcalc.catalog.index import Catalogue
from costcalc.catalog.own_entries import PREFIX, seen_in
from costcalc.engine import CONTEXTS, ExchangeRates, NoSuchVariant, prices_at
from costcalc.formatting import Formatter
from costcalc.scenarios.findings import full_name, model_page
from costcalc.scenarios.said_prices import price_changes, said_prices
from costcalc.scenarios.saved import PinnedPrice, Revision


@dataclass(frozen=True)
class Notice:
    """One thing that is other than when the revision was saved; `short` is for a list, `text` for the page."""

    code: str
    short: str
    text: str
    href: str = ""


class Standing:
    """Looks at revisions as the catalogue is today."""

    def __init__(self, catalogue: Catalogue, write: Formatter, today: dt.date) -> None:
        self.catalogue = catalogue
        self.write = write
        self.today = today

    def notices(self, revision: Revision) -> list[Notice]:
        """Each thing once; of a revision whose pins and workspace are loaded."""
        day = revision.day if "at" in QueryDict(revision.query) else self.today
        found: dict[tuple[str, str], Notice] = {}
        for pin in revision.pins.all():
            entry = self._entry(revision, pin)
            if entry is not None:
                found |= {(notice.code, notice.text): notice for notice in self._of(revision, pin, entry, day)}
        return [*found.values(), *self._rates(revision, day)]

    def _rates(self, revision: Revision, day: dt.date) -> Iterator[Notice]:
        """Which of the exchange rates that its figures stand on is another one now."""
        pins = [pin for pin in revision.rate_pins.all() if pin.used]
        held = rates_in(revision.scenario.workspace) if pins else ExchangeRates()
        for pin in pins:
            was, now = pin.rate.known, held.rate(pin.rate.currency, day)
            if now is not None and now.per_dollar != was.per_dollar:
                words = {"old": rate_said(was, self.write), "new": rate_said(now, self.write)}
                text = _("The exchange rate has changed: %(old)s → %(new)s.") % words
                yield Notice("rate_changed", _("exchange rate changed"), text)

    def _entry(self, revision: Revision, pin: PinnedPrice) -> Entry | None:
        if pin.model.startswith(PREFIX):
            return seen_in(revision.scenario.workspace)(pin.model.removeprefix(PREFIX))
        return self.catalogue.by_key.get(pin.model)

    def _of(self, revision: Revision, pin: PinnedPrice, entry: Entry, day: dt.date) -> Iterator[Notice]:
        pinned, now, name = pin.row_of(entry), entry.price_on(day), full_name(entry)
        if pinned is not None and now is None:
            short, text = _("price gone"), _("No price of %(model)s is in force any more.") % {"model": name}
            yield Notice("price_gone", short, text, model_page(entry))
        elif now is not None and said(pinned, revision.day) != said(now, day):
            changes = price_changes(self._prices(pinned, revision.day), self._prices(now, day), self.write)
            # Hours of the day that leave every mean as it was: there is nothing shorter to say.
            words = {"model": name, "changes": "; ".join(changes) or _("other hours of the day")}
            text = _("The price of %(model)s has changed. %(changes)s.") % words
            yield Notice("price_changed", _("price changed"), text, model_page(entry))
        yield from self._shutdown(revision, pin, entry)

    def _shutdown(self, revision: Revision, pin: PinnedPrice, entry: Entry) -> Iterator[Notice]:
        """A date that was known when the revision was saved is no news, until the day has come."""
        known, now = pin.shutdown_on, entry.shutdown_on
        words = {"model": entry.model_id, "seller": entry.provider_name}
        words |= {"day": self.write.day(now) if now else "", "old": self.write.day(known) if known else ""}
        if now is None:
            if known is not None:
                text = _("%(model)s no longer has a shutdown date at %(seller)s; it was to be %(old)s.") % words
                yield Notice("shutdown", _("no shutdown any more"), text, model_page(entry))
        elif entry.is_shut_down(self.today) and (known != now or revision.created_at.date() < now):
            text = _("%(model)s has shut down at %(seller)s since, on %(day)s.") % words
            yield Notice("shutdown", _("shut down"), text, model_page(entry))
        elif known != now:
            text = _("%(model)s has been given a shutdown date at %(seller)s since: %(day)s.")
            moved = _("The shutdown of %(model)s at %(seller)s has moved since, from %(old)s to %(day)s.")
            short = _("shuts down on %(day)s") % words
            yield Notice("shutdown", short, (moved if known else text) % words, model_page(entry))

    def _prices(self, row: PriceRow | None, day: dt.date) -> dict[str, str]:
        return said_prices(row.sheet, day, self.write) if row else {}


def said(row: PriceRow | None, day: dt.date) -> list[object]:
    """Everything that a row says of a day: the prices of every variant, by the hours."""
    return [] if row is None else [_variant(row, day, name) for name in CONTEXTS]


def _variant(row: PriceRow, day: dt.date, name: str) -> object:
    try:
        return prices_at(row.sheet, day, name)
    except NoSuchVariant:
        return None
