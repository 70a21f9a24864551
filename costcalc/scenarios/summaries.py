"""What the form says about itself in a few words: each section's summary, each side's price and its other way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from costcalc.catalog.entries import Entry
from costcalc.catalog.labels import variant_label
from costcalc.catalog.own_entries import OwnEntry
from costcalc.engine import PriceSheet
from costcalc.formatting import Formatter
from costcalc.scenarios import address, markup
from costcalc.scenarios.fields import BY_NAME, PRICES, SIDES, TYPED, TYPED_PRICES, element_id
from costcalc.scenarios.findings import price_words
from costcalc.scenarios.kinds import Value, input_name
from costcalc.scenarios.reading import Reading
from costcalc.scenarios.scenario import offer_on


@dataclass(frozen=True)
class Switch:
    """The link from a model to typed prices, or back; `href` is empty where the form has mistakes."""

    id: str
    typed: bool
    href: str

    def __str__(self) -> SafeString:
        """The link in its place in the form, safe markup."""
        return self.shown(swapped=False)

    def shown(self, *, swapped: bool) -> SafeString:
        """The link, for its place in the form or for htmx to put it there."""
        words = _("Choose a model instead") if self.typed else _("Type prices instead")
        focus = self.id if self.typed else f"{self.id}-input"
        return markup.switch(self.id, self.href, focus, words, swapped=swapped)


def as_typed(side: str, sheet: PriceSheet, day: dt.date, name: str) -> dict[str, Value]:
    """A side's fields with typed prices in the model's place: the standard ones of a day, without tiers."""
    weighted = sheet.rates_on(day)
    rates = weighted[0][1] if weighted else {}
    prices: dict[str, Value] = {
        f"{side}.{word}": rates[unit].base for word, (unit, _label) in PRICES.items() if unit in rates
    }
    return {side: TYPED, f"{side}.name": name[:60], **prices}


class Summaries:
    """Sums up what was read, in one language. `kept` is what links of the form carry besides the scenario."""

    def __init__(self, reading: Reading, write: Formatter, day: dt.date, kept: str = "") -> None:
        self.reading = reading
        self.write = write
        self.day = day
        self.kept = kept

    def swapped(self) -> SafeString:
        """Everything, for htmx to put it into a form that stays while the ledger is drawn anew."""
        places = [(index, side) for index in range(len(self.reading.workloads)) for side in SIDES]
        switches = [self.switch(index, side).shown(swapped=True) for index, side in places]
        return markup.swapped(self._texts()) + SafeString("".join(switches))

    def _texts(self) -> Iterator[tuple[str, str]]:
        for index, values in enumerate(self.reading.workloads):
            # Typed prices have no caption that could be drawn anew.
            models = [side for side in SIDES if values[side] != TYPED]
            yield from ((f"{element_id(index, side)}-caption", self.caption(index, side)) for side in models)
            yield f"{element_id(index, 'cache')}-summary", self.cache(index)
            yield f"{element_id(index, 'billing')}-summary", self.billing(index)
            yield f"{element_id(index, 'shift')}-summary", self.shift(index)
        yield "dates-summary", self.days()

    def days(self) -> str:
        """How days become months, and the day of the prices."""
        day = self.reading.scenario["at"]
        prices = self.write.day(dt.date.fromisoformat(day)) if isinstance(day, str) else _("today’s prices")
        label = dict(BY_NAME["days"].choices).get(str(self.reading.scenario["days"]), "")
        return f"{label} · {prices}"

    def cache(self, index: int) -> str:
        """What is written to the cache, how much is reasoning, whether tools are used."""
        values = self.reading.workloads[index]
        said = [
            _("%(share)s written to cache") % {"share": self._percent(values["written"])} if values["written"] else "",
            _("%(tokens)s reasoning") % {"tokens": self._number(values["reasoning"])} if values["reasoning"] else "",
            _("tools") if any(values[name] for name in ("searches", "files", "code")) else "",
        ]
        return " · ".join(filter(None, said)) or _("no reasoning · no tools")

    def billing(self, index: int) -> str:
        """Which share is billed otherwise than once at the standard price."""
        values = self.reading.workloads[index]
        said = [
            f"{self._percent(values[name])} {variant_label(name)}"
            for name in ("batch", "flex", "priority")
            if values[name]
        ]
        if values["retry"]:
            said.append(_("%(share)s retries") % {"share": self._percent(values["retry"])})
        if values["over"] is not None:
            said.append(_("%(share)s above a tier") % {"share": self._percent(values["over"])})
        return " · ".join(said) or _("no batch · no retries")

    def shift(self, index: int) -> str:
        """How the same work looks on the other side."""
        values = self.reading.workloads[index]
        said = [
            _("tokens × %(ratio)s") % {"ratio": self._number(values["tokenizer"])} if values["tokenizer"] != 1 else "",
            _("answers × %(ratio)s") % {"ratio": self._number(values["verbosity"])} if values["verbosity"] != 1 else "",
            _("%(share)s from cache") % {"share": self._percent(values["to.cached"])}
            if values["to.cached"] is not None
            else "",
            _("%(share)s retries") % {"share": self._percent(values["to.retry"])}
            if values["to.retry"] is not None
            else "",
        ]
        return " · ".join(filter(None, said)) or _("the same tokens")

    def caption(self, index: int, side: str) -> str:
        """The price of a side’s model; empty where prices are typed, or nothing is chosen."""
        choice = self.reading.choices.get(input_name(index, side))
        if not isinstance(choice, Entry):
            return ""
        weighted = offer_on(choice, self.day).sheet.rates_on(self.day)
        words = price_words(weighted[0][1], self.write) if weighted else self.write.unknown
        return f"{choice.name}: {words}" if isinstance(choice, OwnEntry) else words

    def switch(self, index: int, side: str) -> Switch:
        """The address with typed prices in place of this model (its own to begin with), or the other way."""
        typed, place = self.reading.workloads[index][side] == TYPED, element_id(index, side)
        if self.reading.errors:
            return Switch(place, typed, "")
        workloads = list(self.reading.workloads)
        if typed:
            names = (side, *(field.name for field in TYPED_PRICES[side]))
            workloads[index] = workloads[index] | {name: BY_NAME[name].default for name in names}
        else:
            choice = self.reading.choices[input_name(index, side)]
            seller = _("typed, from %(seller)s") % {"seller": choice.provider_name} if isinstance(choice, Entry) else ""
            sheet = offer_on(choice, self.day).sheet
            workloads[index] = workloads[index] | as_typed(side, sheet, self.day, seller)
        query = address.query(workloads, self.reading.scenario)
        return Switch(place, typed, "?" + "&".join(filter(None, (query, self.kept))))

    def _number(self, value: Value) -> str:
        return self.write.number(value) if isinstance(value, Decimal) else ""

    def _percent(self, value: Value) -> str:
        return self.write.percent(value.scaleb(-2), 6) if isinstance(value, Decimal) else ""
