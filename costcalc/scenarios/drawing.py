"""The form as the page draws it: every field with its formatted value, its message and its section's summary."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from costcalc.catalog.index import Entry
from costcalc.catalog.labels import variant_label
from costcalc.catalog.own_entries import OwnEntry
from costcalc.figures import write_number
from costcalc.formatting import Formatter
from costcalc.scenarios import address
from costcalc.scenarios.fields import (
    BILLING,
    BY_NAME,
    CACHE,
    PRICES,
    SCENARIO,
    SHIFT,
    SIDES,
    TRAFFIC,
    TYPED,
    TYPED_PRICES,
    Field,
    Value,
    element_id,
    input_name,
)
from costcalc.scenarios.findings import price_words
from costcalc.scenarios.reading import Reading, copied
from costcalc.scenarios.scenario import Choice, offer_on


@dataclass(frozen=True)
class DrawnField:
    """One input. `companion` is the choice that stands in the same box (requests, and per day or month)."""

    id: str
    name: str
    kind: str
    label: str
    value: str
    unit: str
    hint: str
    error: str
    choices: tuple[tuple[str, str, bool], ...] = ()
    companion: DrawnField | None = None


@dataclass(frozen=True)
class DrawnSide:
    """A picker, or typed prices in its place, and the link to the other way."""

    pick: DrawnField
    typed: bool
    caption: str
    prices: tuple[DrawnField, ...]
    switch: str


@dataclass(frozen=True)
class Section:
    """A disclosure: its title, what is inside in a few words, its fields, and whether it must be open."""

    id: str
    title: str
    summary: str
    fields: tuple[DrawnField, ...]
    open: bool


@dataclass(frozen=True)
class DrawnWorkload:
    """The fields of one workload."""

    title: str
    name: DrawnField
    sides: tuple[DrawnSide, ...]
    traffic: tuple[DrawnField, ...]
    sections: tuple[Section, ...]
    remove: str

    @property
    def fields(self) -> Iterator[DrawnField]:
        """Every input of the workload."""
        yield self.name
        for side in self.sides:
            yield from (side.pick, *side.prices)
        for field in (*self.traffic, *(f for section in self.sections for f in section.fields)):
            yield field
            if field.companion is not None:
                yield field.companion


class Drawing:
    """Draws what was read, in one language. `kept` is what links of the form carry besides the scenario."""

    def __init__(self, reading: Reading, write: Formatter, day: dt.date, kept: str = "") -> None:
        self.reading = reading
        self.write = write
        self.day = day
        self.kept = kept

    def workloads(self) -> list[DrawnWorkload]:
        """Every workload's part of the form."""
        return [self._workload(index) for index in range(len(self.reading.workloads))]

    def days(self) -> Section:
        """How days become months, and the day of the prices."""
        values = self.reading.scenario
        day = values["at"]
        prices = self.write.day(dt.date.fromisoformat(day)) if isinstance(day, str) else _("today’s prices")
        label = dict(BY_NAME["days"].choices).get(str(values["days"]), "")
        fields = tuple(self._field(None, field) for field in SCENARIO)
        return Section("days", _("Days and prices"), f"{label} · {prices}", fields, _wrong(fields))

    def _workload(self, index: int) -> DrawnWorkload:
        several = len(self.reading.workloads) > 1
        requests, per, *rest = (self._field(index, field) for field in TRAFFIC)
        return DrawnWorkload(
            title=_("Workload %(number)s") % {"number": index + 1} if several else "",
            name=self._field(index, BY_NAME["name"]),
            sides=tuple(self._side(index, side) for side in SIDES),
            traffic=(_with(requests, per), *rest),
            sections=tuple(self._sections(index)),
            remove=str(index + 1) if several else "",
        )

    def _sections(self, index: int) -> Sequence[Section]:
        parts = (
            ("cache", _("Cache, reasoning, tools"), self._cache_summary(index), CACHE),
            ("billing", _("Billing"), self._billing_summary(index), BILLING),
            ("shift", _("What changes after the move"), self._shift_summary(index), SHIFT),
        )
        return [self._section(index, name, title, summary, fields) for name, title, summary, fields in parts]

    def _section(self, index: int, name: str, title: str, summary: str, fields: Sequence[Field]) -> Section:
        drawn = tuple(self._field(index, field) for field in fields)
        return Section(element_id(index, name), title, summary, drawn, _wrong(drawn))

    def _cache_summary(self, index: int) -> str:
        values = self.reading.workloads[index]
        said = [
            _("%(share)s written to cache") % {"share": self._percent(values["written"])} if values["written"] else "",
            _("%(tokens)s reasoning") % {"tokens": self._number(values["reasoning"])} if values["reasoning"] else "",
            _("tools") if any(values[name] for name in ("searches", "files", "code")) else "",
        ]
        return " · ".join(filter(None, said)) or _("no reasoning · no tools")

    def _billing_summary(self, index: int) -> str:
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

    def _shift_summary(self, index: int) -> str:
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

    def _side(self, index: int, side: str) -> DrawnSide:
        pick = self._field(index, BY_NAME[side])
        typed = self.reading.workloads[index][side] == TYPED
        prices = tuple(self._field(index, field) for field in TYPED_PRICES[side]) if typed else ()
        return DrawnSide(pick, typed, self._caption(index, side), prices, self._switch(index, side))

    def _caption(self, index: int, side: str) -> str:
        choice = self.reading.choices.get(input_name(index, side))
        if not isinstance(choice, Entry):
            return ""
        weighted = offer_on(choice, self.day).sheet.rates_on(self.day)
        words = price_words(weighted[0][1], self.write) if weighted else self.write.unknown
        return f"{choice.name}: {words}" if isinstance(choice, OwnEntry) else words

    def _switch(self, index: int, side: str) -> str:
        """The address with typed prices in place of this model (its own to begin with), or the other way."""
        if self.reading.errors:
            return ""
        workloads = [dict(values) for values in self.reading.workloads]
        if workloads[index][side] == TYPED:
            workloads[index] |= {name: BY_NAME[name].default for name in (side, *(f.name for f in TYPED_PRICES[side]))}
        else:
            workloads[index] |= self._as_typed(side, self.reading.choices[input_name(index, side)])
        return "?" + "&".join(filter(None, (address.query(workloads, self.reading.scenario), self.kept)))

    def _as_typed(self, side: str, choice: Choice) -> dict[str, Value]:
        weighted = offer_on(choice, self.day).sheet.rates_on(self.day)
        rates = weighted[0][1] if weighted else {}
        prices: dict[str, Value] = {
            f"{side}.{word}": rates[unit].base for word, (unit, _label) in PRICES.items() if unit in rates
        }
        name = _("typed, from %(seller)s") % {"seller": choice.provider_name} if isinstance(choice, Entry) else ""
        return {side: TYPED, f"{side}.name": name[:60], **prices}

    def _field(self, index: int | None, field: Field) -> DrawnField:
        values = self.reading.scenario if index is None else self.reading.workloads[index]
        name = field.name if index is None else input_name(index, field.name)
        error, value = self.reading.errors.get(name, ""), values[field.name]
        return DrawnField(
            id=field.name if index is None else element_id(index, field.name),
            name=name,
            kind=field.kind,
            label=str(field.label),
            value=self.reading.typed.get(name, "") if error else self._shown(field, value),
            unit=str(field.unit),
            hint=str(field.hint),
            error=error,
            choices=tuple((choice, str(label), choice == value) for choice, label in field.choices),
        )

    def _shown(self, field: Field, value: Value) -> str:
        if value is None:
            return ""
        if field.counts and isinstance(value, Decimal):
            return write_number(value, self.write.language, asks=True)
        if field.kind == "date" and self.write.language == "vi":
            return self.write.day(dt.date.fromisoformat(str(value)))
        return self.write.number(value).replace("\N{MINUS SIGN}", "-") if isinstance(value, Decimal) else value

    def _number(self, value: Value) -> str:
        return self.write.number(value) if isinstance(value, Decimal) else ""

    def _percent(self, value: Value) -> str:
        return self.write.percent(value.scaleb(-2), 6) if isinstance(value, Decimal) else ""


def _with(field: DrawnField, companion: DrawnField) -> DrawnField:
    return DrawnField(**{**vars(field), "companion": companion})


def _wrong(fields: Sequence[DrawnField]) -> bool:
    return any(field.error for field in fields)


def with_another(reading: Reading) -> str:
    """The address with one workload more."""
    return address.query(copied(reading.workloads), reading.scenario)


def without(reading: Reading, number: int) -> str:
    """The address without workload `number` (from 1)."""
    kept = [values for index, values in enumerate(reading.workloads) if index != number - 1]
    return address.query(kept, reading.scenario)
