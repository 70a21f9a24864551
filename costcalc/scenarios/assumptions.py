"""What a scenario assumes, in words: for whoever reads the figures, and for comparing two of them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from costcalc.catalog.entries import Entry
from costcalc.formatting import Formatter
from costcalc.scenarios.fields import BY_NAME, DAYS_AND_PRICES, PRICES, TYPED, WORKLOAD, price_unit
from costcalc.scenarios.findings import full_name
from costcalc.scenarios.kinds import Field, Value, input_name, with_unit
from costcalc.scenarios.reading import Reading
from costcalc.scenarios.return_fields import CHANGE, CURRENCY, ONCE, PARTS, RAMP, RANGE, RUN, Part, filled
from costcalc.scenarios.return_ranges import inputs
from costcalc.scenarios.return_summaries import ReturnSummaries

DASH = "\N{EM DASH}"
ALWAYS = ("from", "to", "requests", "per", "in", "out")
# Said with the requests, or with the typed prices.
SILENT = ("per", "name")
# Of the return a reader must always know how far it looks, at which rate, and when the traffic moves.
ALWAYS_OF_RETURN = ("horizon", "discount")
Said = dict[str, tuple[str, str]]


def assumed(reading: Reading, write: Formatter) -> dict[str, tuple[str, str]]:
    """What a scenario assumes: label and text by the calculator's own name of the field."""
    found: dict[str, tuple[str, str]] = {}
    several = len(reading.workloads) > 1
    for index, values in enumerate(reading.workloads):
        for field in WORKLOAD:
            if field.name not in SILENT:
                label = f"{_label(field)} ({index + 1})" if several else _label(field)
                found[input_name(index, field.name)] = label, _shown(field, index, values, reading, write)
    for field in DAYS_AND_PRICES:
        found[field.name] = str(field.label), _shown(field, 0, reading.scenario, reading, write)
    return found | ReturnAssumed(reading, write).all()


def _label(field: Field) -> str:
    """What a field is called; of typed prices with the side that they are of."""
    word = field.name.rpartition(".")[2]
    own = word in PRICES or field.kind == "currency"
    return f"{BY_NAME[_side(field)].label}: {field.label}" if own else str(field.label)


def _side(field: Field) -> str:
    return field.name.partition(".")[0]


def assumptions(reading: Reading, write: Formatter) -> list[tuple[str, str]]:
    """What a reader of the ledger must know of its inputs: the traffic, and whatever is not the default."""
    said = assumed(reading, write)
    kept = [
        input_name(index, field.name)
        for index, values in enumerate(reading.workloads)
        for field in WORKLOAD
        if field.name not in SILENT and (field.name in ALWAYS or values[field.name] != field.default)
    ]
    kept += ["days", *(["at"] if reading.scenario["at"] is not None else [])]
    return [said[name] for name in (*kept, *ReturnAssumed(reading, write).noted())]


def _shown(field: Field, index: int, values: dict[str, Value], reading: Reading, write: Formatter) -> str:
    value = values[field.name]
    if field.kind == "model":
        choice = reading.choices.get(input_name(index, field.name))
        named = str(values[f"{field.name}.name"]) if value == TYPED else str(value)
        return full_name(choice) if isinstance(choice, Entry) else named or _("typed prices")
    if value is None or value == "":
        return DASH
    if field.kind == "choice":
        return str(dict(field.choices).get(str(value), value))
    if isinstance(value, Decimal):
        return _figure(field, values, value, write)
    return str(value)


def _figure(field: Field, values: dict[str, Value], value: Decimal, write: Formatter) -> str:
    if field.name == "requests":
        return f"{write.number(value)} {dict(BY_NAME['per'].choices).get(str(values['per']), '')}"
    if field.kind == "price":
        return f"{write.number(value)} {price_unit(field, str(values[f'{_side(field)}.currency']))}"
    return with_unit(write.number(value), field.unit)


class ReturnAssumed:
    """What the return assumes: label and text by the name of a field, or of a row of a list (`once.1`)."""

    def __init__(self, reading: Reading, write: Formatter) -> None:
        self.reading, self.values, self.write = reading, reading.scenario, write
        self.words = ReturnSummaries(reading.scenario, write)

    def all(self) -> Said:
        """Everything that it says, and the single fields that say nothing, too."""
        found: Said = {}
        for part in PARTS:
            found |= {field.name: (str(field.label), self._single(field)) for field in part.fields}
            found |= dict(self._rows(part))
        return found

    def noted(self) -> Iterator[str]:
        """The names of what a reader must know: the horizon, the stages, and whatever is not the default."""
        for part in PARTS:
            for field in part.fields:
                if field.name in ALWAYS_OF_RETURN or self.values[field.name] != field.default:
                    yield field.name
            yield from (name for name, _said in self._rows(part))

    def _rows(self, part: Part) -> Iterator[tuple[str, tuple[str, str]]]:
        for at in filled(part, self.values):
            row = part.rows[at]
            label, text = self._row(part, row)
            yield row[0].name.rpartition(".")[0], (label, text)

    def _row(self, part: Part, row: tuple[Field, ...]) -> tuple[str, str]:
        if part is RANGE:
            return self._range(row)
        if part is RAMP:
            return _("Stage"), f"{self._single(row[0])} {self.words.since(row[1])}"
        if part is CHANGE:
            return str(part.title), self.words.change(row)
        if part is CURRENCY:
            return str(row[1].label), f"{self._single(row[1])} {self.values[row[0].name]}"
        named = str(self.values[row[0].name] or row[0].instead)
        sign = " × " if part is ONCE else " → "
        return f"{part.title}: {named}", sign.join(filter(None, map(self._single, self._told(part, row))))

    def _told(self, part: Part, row: tuple[Field, ...]) -> Iterator[Field]:
        """The figures of a row; of one thing that is paid once its price says enough."""
        return (field for field in row[1:] if part is RUN or self.values[field.name] is not None)

    def _range(self, row: tuple[Field, ...]) -> tuple[str, str]:
        each = inputs(self.reading.workloads, self.values).get(str(self.values[row[0].name]))
        unit = "" if each is None else str(each.unit)
        ends = [self.values[field.name] for field in row[1:]]
        numbers = " – ".join(self.write.number(end) for end in ends if isinstance(end, Decimal))
        label = each.label if each is not None else str(self.values[row[0].name])
        return _("Uncertain: %(input)s") % {"input": label}, f"{numbers} {unit}".rstrip()

    def _single(self, field: Field) -> str:
        value = self.values[field.name]
        if not isinstance(value, Decimal):
            return str(value or field.instead or DASH)
        if field.kind == "cost":
            return self.words.money(value)
        return with_unit(self.write.number(value), "" if field.unit == "×" else field.unit)
