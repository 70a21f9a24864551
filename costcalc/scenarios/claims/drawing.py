"""The form of a claim as the page draws it: every field with its formatted value and its message."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from costcalc.digits import write_number
from costcalc.formatting import Formatter
from costcalc.scenarios.claims.fields import BILLS, CREDITS, FIGURES, HEADLINE, ROW, TRAFFIC
from costcalc.scenarios.claims.reading import ClaimReading
from costcalc.scenarios.drawing import DrawnField, Section
from costcalc.scenarios.fields import element_id
from costcalc.scenarios.kinds import Field, Value, input_name


@dataclass(frozen=True)
class DrawnRow:
    """One model of the claim: its fields, and the number by which it is removed where there are several."""

    number: str
    section: Section


class ClaimDrawing:
    """Draws what was read, in one language."""

    def __init__(self, reading: ClaimReading, write: Formatter) -> None:
        self.reading = reading
        self.write = write

    def rows(self) -> list[DrawnRow]:
        """Every model's part of the form."""
        return [self._row(index, values) for index, values in enumerate(self.reading.rows)]

    def traffic(self) -> list[DrawnField]:
        """What is sent."""
        return self._fields(TRAFFIC)

    def sections(self) -> list[Section]:
        """The rest of what can be stated, closed unless something in it is wrong."""
        parts = (
            ("figures", _("Monthly figures"), FIGURES),
            ("headline", _("Headline"), HEADLINE),
            ("bills", _("Bills"), BILLS),
            ("credits", _("Credits and top-ups"), CREDITS),
        )
        return [self._section(name, title, self._fields(fields)) for name, title, fields in parts]

    def _section(self, name: str, title: str, fields: Sequence[DrawnField]) -> Section:
        filled = [
            f"{one.value}{'%' if one.unit == '%' else ''}" for one in fields if one.value and one.kind != "choice"
        ]
        summary = " · ".join(filled[:4]) or _("nothing stated")
        return Section(name, title, summary, tuple(fields), any(one.error for one in fields))

    def _row(self, index: int, values: Mapping[str, Value]) -> DrawnRow:
        several = len(self.reading.rows) > 1
        drawn = [self._field(one, values, index) for one in ROW]
        entry = self.reading.entries[index]
        named = entry.model_id if entry is not None else str(values["model"] or "")
        section = self._section(
            element_id(index, "row"), named or _("Model %(number)s") % {"number": index + 1}, drawn[1:]
        )
        section = replace(section, fields=tuple(drawn), open=section.open or bool(drawn[0].error) or not several)
        return DrawnRow(str(index + 1) if several else "", section)

    def _fields(self, fields: Sequence[Field]) -> list[DrawnField]:
        return [self._field(one, self.reading.fields) for one in fields]

    def _field(self, field: Field, values: Mapping[str, Value], index: int | None = None) -> DrawnField:
        name = field.name if index is None else input_name(index, field.name)
        error, value = self.reading.errors.get(name, ""), values[field.name]
        shown = self.reading.typed.get(name, "") if error else self._shown(field, value)
        return replace(DrawnField.of(field, element_id(index or 0, field.name), name, value, shown), error=error)

    def _shown(self, field: Field, value: Value) -> str:
        if value is None:
            return ""
        if field.kind == "date":
            return self.write.day(dt.date.fromisoformat(str(value))) if self.write.language == "vi" else str(value)
        if isinstance(value, Decimal):
            return write_number(value, self.write.language, asks=field.counts)
        return value
