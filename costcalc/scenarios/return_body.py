"""The fields of a return as the `return` of an estimate's body; only what differs from the calculator's defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import override

from costcalc.digits import canonical
from costcalc.scenarios.body_words import ROWS, SIDES, TERMS, field_of, input_place
from costcalc.scenarios.kinds import Field, Value, split_name
from costcalc.scenarios.return_fields import PARTS, RANGE, RETURN_BY_NAME, filled

Values = Mapping[str, Value]
Json = dict[str, Any]
# The parts of the form that are lists, by the first word of their fields.
LISTS = {part.rows[0][0].name.partition(".")[0]: part for part in PARTS if part.rows}


def rates_of(scenario: Values) -> list[Json]:
    """The exchange rates that were typed into the scenario."""
    return _rows("rate", scenario)


def return_of(workloads: Sequence[Values], scenario: Values) -> Json:
    """The `return` of a body; empty where everything is as the calculator begins."""
    found: Json = {}
    for name, place in TERMS.items():
        if scenario[name] != RETURN_BY_NAME[name].default:
            _put(found, place, _said(RETURN_BY_NAME[name], scenario[name]))
    for name in ("once", "run", "ramp", "change"):
        if any(scenario[of.name] != of.default for row in LISTS[name].rows for of in row):
            found[ROWS[name].place[-1]] = _rows(name, scenario)
    ranges = list(_ranges(workloads, scenario))
    return {**found, "ranges": ranges} if ranges else found


def _rows(name: str, scenario: Values) -> list[Json]:
    part = LISTS[name]
    return [_item(part.rows[at], ROWS[name].words, scenario) for at in filled(part, scenario)]


def _put(found: Json, place: Sequence[str], value: object) -> None:
    for name in place[:-1]:
        found = found.setdefault(name, {})
    found[place[-1]] = value


def _item(row: Sequence[Field], names: Mapping[str, str], scenario: Values) -> Json:
    found: Json = {}
    for of in row:
        word = of.name.rpartition(".")[2]
        value = scenario[of.name]
        if word == "name" and not value:
            # What an empty field stands for, the same in every language.
            with override("en"):
                value = str(of.instead)
        if word == "from":
            found["from_month" if isinstance(value, Decimal) else "from_date"] = _exact(value)
        elif value is not None:
            found[names[word]] = SIDES[str(value)] if word == "side" else _said(of, value)
    return found


def _said(of: Field, value: Value) -> int | str | None:
    """A field's value in the body: shares for percentages, a factor for a change of prices."""
    if of.kind == "percent" and isinstance(value, Decimal):
        share = value.scaleb(-2)
        return _exact(1 + share if of.name.startswith("change.") else share)
    return _exact(value)


def _exact(value: Value) -> int | str | None:
    if not isinstance(value, Decimal):
        return value
    text = canonical(value)
    return text if "." in text else int(text)


def _ranges(workloads: Sequence[Values], scenario: Values) -> Iterator[Json]:
    for at in filled(RANGE, scenario):
        named, low, high = RANGE.rows[at]
        name = str(scenario[named.name])
        index, bare = split_name(name)
        row = _row(bare, scenario)
        yield {
            "input": input_place(name, str(workloads[index]["per"]), row),
            **{word: _bound(name, scenario[of.name]) for word, of in (("low", low), ("high", high))},
        }


def _row(name: str, scenario: Values) -> int:
    """The position in a body of the row that a field is in; 0 of what is in no list."""
    first, _dot, rest = name.partition(".")
    number = rest.partition(".")[0]
    return filled(LISTS[first], scenario).index(int(number) - 1) if first in LISTS and number.isdigit() else 0


def _bound(name: str, value: Value) -> int | str | None:
    """Low or high as the body has it: of all prices of a side, a factor."""
    of = field_of(name)
    if of is None:
        return _exact(value.scaleb(-2)) if isinstance(value, Decimal) else None
    return _said(of, value)
