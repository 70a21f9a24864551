"""The form as the page draws it: every field with its formatted value, its message and its section's summary."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from costcalc.catalog.labels import Words
from costcalc.digits import write_number
from costcalc.formatting import Formatter
from costcalc.scenarios import address
from costcalc.scenarios.fields import (
    BILLING,
    BY_NAME,
    CACHE,
    DAYS_AND_PRICES,
    SCENARIO,
    SHIFT,
    SIDES,
    TRAFFIC,
    TYPED,
    TYPED_PRICES,
    WORKLOAD,
    element_id,
    price_unit,
)
from costcalc.scenarios.kinds import Field, Value, input_name
from costcalc.scenarios.reading import Reading, copied
from costcalc.scenarios.return_ranges import without_workload
from costcalc.scenarios.summaries import Summaries, Switch


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
    instead: str = ""

    @classmethod
    def of(cls, field: Field, element: str, name: str, value: Value, shown: str) -> DrawnField:
        """A field as it is declared; `shown` is its value as the reader writes it, or what was mistyped."""
        return cls(
            id=element,
            name=name,
            kind=field.kind,
            label=str(field.label),
            value=shown,
            unit=str(field.unit),
            hint=str(field.hint),
            error="",
            choices=tuple((choice, str(label), choice == value) for choice, label in field.choices),
            instead=str(field.instead),
        )


@dataclass(frozen=True)
class DrawnSide:
    """A picker, or typed prices in its place, and the link to the other way."""

    pick: DrawnField
    typed: bool
    caption: str
    prices: tuple[DrawnField, ...]
    switch: Switch


@dataclass(frozen=True)
class Section:
    """A disclosure: its title, what is inside in a few words, its fields, and whether it must be open."""

    id: str
    title: str
    summary: str
    fields: tuple[DrawnField, ...]
    open: bool
    rows: tuple[tuple[DrawnField, ...], ...] = ()


@dataclass(frozen=True)
class DrawnWorkload:
    """The fields of one workload."""

    title: str
    name: DrawnField
    sides: tuple[DrawnSide, ...]
    traffic: tuple[DrawnField, ...]
    sections: tuple[Section, ...]
    remove: str


class Drawing:
    """Draws what was read, in one language."""

    def __init__(self, reading: Reading, write: Formatter, summaries: Summaries) -> None:
        self.reading = reading
        self.write = write
        self.summaries = summaries

    def workloads(self) -> list[DrawnWorkload]:
        """Every workload's part of the form."""
        return [self._workload(index) for index in range(len(self.reading.workloads))]

    def days(self) -> Section:
        """How days become months, and the day of the prices."""
        fields = tuple(self.field(None, field) for field in DAYS_AND_PRICES)
        return Section("dates", _("Days and prices"), self.summaries.days(), fields, wrong(fields))

    def marked(self) -> DrawnField | None:
        """The first field with a message, in the order of the form: where a reader is led to."""
        places = [(index, field) for index in range(len(self.reading.workloads)) for field in WORKLOAD]
        every = (*places, *((None, field) for field in SCENARIO))
        named = next((place for place in every if _name(*place) in self.reading.errors), None)
        return None if named is None else self.field(*named)

    def rewritten(self, typed: Mapping[str, str]) -> dict[str, str]:
        """By element id, how each input that says it otherwise is written; `typed` is the text by input name."""
        found = {}
        places: list[tuple[int | None, Field]] = [(None, field) for field in SCENARIO]
        places += [(index, field) for index in range(len(self.reading.workloads)) for field in WORKLOAD]
        for index, field in places:
            text = typed.get(_name(index, field))
            if text is not None and text != (shown := self._shown(field, self._values(index)[field.name])):
                found[_id(index, field)] = shown
        return found

    def _workload(self, index: int) -> DrawnWorkload:
        several = len(self.reading.workloads) > 1
        requests, per, *rest = (self.field(index, field) for field in TRAFFIC)
        return DrawnWorkload(
            title=_("Workload %(number)s") % {"number": index + 1} if several else "",
            name=self.field(index, BY_NAME["name"]),
            sides=tuple(self._side(index, side) for side in SIDES),
            traffic=(_with(requests, per), *rest),
            sections=tuple(self._sections(index)),
            remove=str(index + 1) if several else "",
        )

    def _sections(self, index: int) -> Sequence[Section]:
        parts = (
            ("cache", _("Cache, reasoning, tools"), self.summaries.cache(index), CACHE),
            ("billing", _("Billing"), self.summaries.billing(index), BILLING),
            ("shift", _("What changes after the move"), self.summaries.shift(index), SHIFT),
        )
        return [self._section(index, name, title, summary, fields) for name, title, summary, fields in parts]

    def _section(self, index: int, name: str, title: str, summary: str, fields: Sequence[Field]) -> Section:
        drawn = tuple(self.field(index, field) for field in fields)
        return Section(element_id(index, name), title, summary, drawn, wrong(drawn))

    def _side(self, index: int, side: str) -> DrawnSide:
        pick = self.field(index, BY_NAME[side])
        typed = self.reading.workloads[index][side] == TYPED
        prices = tuple(self._priced(index, side, field) for field in TYPED_PRICES[side]) if typed else ()
        return DrawnSide(pick, typed, self.summaries.caption(index, side), prices, self.summaries.switch(index, side))

    def _priced(self, index: int, side: str, field: Field) -> DrawnField:
        """A typed price, in the currency of its side."""
        return self.field(index, field, price_unit(field, str(self.reading.workloads[index][f"{side}.currency"])))

    def field(self, index: int | None, field: Field, unit: Words = "") -> DrawnField:
        """One input; `unit` is said in place of the field's own."""
        name = _name(index, field)
        error, value = self.reading.errors.get(name, ""), self._values(index)[field.name]
        shown = self.reading.typed.get(name, "") if error else self._shown(field, value)
        drawn = DrawnField.of(field, _id(index, field), name, value, shown)
        return replace(drawn, error=error, unit=str(unit or field.unit))

    def _values(self, index: int | None) -> Mapping[str, Value]:
        return self.reading.scenario if index is None else self.reading.workloads[index]

    def _shown(self, field: Field, value: Value) -> str:
        if value is None:
            return ""
        if field.counts and isinstance(value, Decimal):
            return write_number(value, self.write.language, asks=True)
        if field.kind in {"date", "since"} and isinstance(value, str) and self.write.language == "vi":
            return self.write.day(dt.date.fromisoformat(value))
        return self.write.number(value).replace("\N{MINUS SIGN}", "-") if isinstance(value, Decimal) else value


def _name(index: int | None, field: Field) -> str:
    return field.name if index is None else input_name(index, field.name)


def _id(index: int | None, field: Field) -> str:
    return field.name.replace(".", "-") if index is None else element_id(index, field.name)


def _with(field: DrawnField, companion: DrawnField) -> DrawnField:
    return replace(field, companion=companion)


def wrong(fields: Sequence[DrawnField]) -> bool:
    """Whether any of these fields has a message."""
    return any(field.error for field in fields)


def with_another(reading: Reading) -> str:
    """The address with one workload more."""
    return address.query(copied(reading.workloads), reading.scenario)


def without(reading: Reading, number: int) -> str:
    """The address without workload `number` (from 1)."""
    kept = [values for index, values in enumerate(reading.workloads) if index != number - 1]
    return address.query(kept, without_workload(reading.scenario, number))
