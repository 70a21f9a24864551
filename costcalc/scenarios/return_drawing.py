"""The return's part of the form as the page draws it: as many rows of each list as are filled, and one more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from costcalc.scenarios.drawing import Drawing, DrawnField, Section, wrong
from costcalc.scenarios.fields import SIDES
from costcalc.scenarios.kinds import Field, Value
from costcalc.scenarios.reading import Reading
from costcalc.scenarios.return_fields import CURRENCY, PARTS, RANGE, Part, filled
from costcalc.scenarios.return_ranges import inputs
from costcalc.scenarios.return_summaries import ReturnSummaries

Values = Mapping[str, Value]


class ReturnDrawing:
    """Draws the parts of the return of what was read."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.reading = drawing.reading
        self.known = inputs(self.reading.workloads, self.reading.scenario)
        self.summaries = ReturnSummaries(self.reading.scenario, drawing.write)

    def sections(self) -> list[Section]:
        """Every part, closed unless something in it is wrong."""
        return [self._section(part) for part in PARTS]

    def _section(self, part: Part) -> Section:
        fields = tuple(self._field(field) for field in part.fields)
        rows = tuple(tuple(self._row(part.rows[at])) for at in range(self._count(part)))
        opened = wrong(fields) or any(wrong(row) for row in rows)
        return Section(f"part-{part.name}", str(part.title), self.summaries.of(part), fields, opened, rows)

    def _count(self, part: Part) -> int:
        return drawn_rows(part, self.reading.scenario, self.reading.errors)

    def _row(self, row: tuple[Field, ...]) -> Iterator[DrawnField]:
        chosen = self.known.get(str(self.reading.scenario[row[0].name]))
        for field in row:
            if field.kind == "input":
                yield self._choice(field)
            else:
                yield self._field(field, str(chosen.unit) if chosen and field.kind == "number" else "")

    def _field(self, field: Field, unit: str = "") -> DrawnField:
        if field.kind == "cost":
            unit = f"{self.reading.scenario[CURRENCY.fields[0].name]} {field.unit}".rstrip()
        return self.drawing.field(None, field, unit)

    def _choice(self, field: Field) -> DrawnField:
        """The inputs to choose from; one that is no longer there stays as it was named."""
        drawn = self.drawing.field(None, field)
        named = drawn.value
        found = {"": "\N{EM DASH}", **{name: each.label for name, each in self.known.items()}}
        if named not in found:
            found[named] = named
        return replace(drawn, choices=tuple((name, label, name == named) for name, label in found.items()))


def drawn_rows(part: Part, scenario: Values, errors: Mapping[str, str]) -> int:
    """How many rows of a list the form has: up to the last that says anything or is wrong, and an empty one."""
    wrong_ones = [at for at, row in enumerate(part.rows) if any(field.name in errors for field in row)]
    last = max((*filled(part, scenario), *wrong_ones), default=-1)
    return min(len(part.rows), max(part.least, last + 2))


def shape(reading: Reading) -> str:
    """Which inputs this part of the form has: a page whose form has others is drawn anew.

    They are the rows, the inputs that can be uncertain (those that hold a number), and units that the fields name.
    """
    scenario = reading.scenario
    rows = "".join(str(drawn_rows(part, scenario, {})) for part in PARTS)
    values = [value for one in (*reading.workloads, scenario) for value in one.values()]
    numbers = sum(isinstance(value, Decimal) for value in values)
    chosen = [scenario[row[0].name] for row in RANGE.rows]
    typed = [one[f"{side}.currency"] for one in reading.workloads for side in SIDES]
    return ".".join(filter(None, map(str, (rows, numbers, scenario["currency"], *chosen, *typed))))
