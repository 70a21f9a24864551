"""The fields of a return as the `return` of an estimate's body; only what differs from the calculator's defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import override

from costcalc.digits import canonical
from costcalc.scenarios.body_places import ROWS, SHARES, SIDES, TERMS, WORKLOADS
from costcalc.scenarios.kinds import Field, Value, split_name
from costcalc.scenarios.return_fields import CHANGE, CURRENCY, ONCE, RAMP, RANGE, RETURN_BY_NAME, RUN, Part, filled
from costcalc.scenarios.return_ranges import PRICES as ALL_PRICES

Values = Mapping[str, Value]
Json = dict[str, Any]
# The lists of the return by the calculator's word for them.
LISTS: Mapping[str, Part] = {"once": ONCE, "run": RUN, "ramp": RAMP, "change": CHANGE}


def rates_of(scenario: Values) -> list[Json]:
    """The exchange rates that were typed into the scenario."""
    return [_item(CURRENCY.rows[at], ROWS["rate"].words, scenario) for at in filled(CURRENCY, scenario)]


def return_of(workloads: Sequence[Values], scenario: Values) -> Json:
    """The `return` of a body; empty where everything is as the calculator begins."""
    found: Json = {}
    for name, place in TERMS.items():
        if scenario[name] != RETURN_BY_NAME[name].default:
            _put(found, place.split("."), _said(RETURN_BY_NAME[name], scenario[name]))
    for name, part in LISTS.items():
        rows = [_item(part.rows[at], ROWS[name].words, scenario) for at in filled(part, scenario)]
        if any(scenario[of.name] != of.default for row in part.rows for of in row):
            found[str(ROWS[name].place[-1])] = rows
    ranges = list(_ranges(workloads, scenario))
    return {**found, "ranges": ranges} if ranges else found


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
        place, of = place_of_input(name, workloads, scenario)
        yield {
            "input": place,
            **{word: _bound(of, name, scenario[f.name]) for word, f in (("low", low), ("high", high))},
        }


def _bound(of: Field | None, name: str, value: Value) -> int | str | None:
    percent = of is None and (name.endswith(".prices") or split_name(name)[1] in SHARES)
    if percent and isinstance(value, Decimal):
        return _exact(value.scaleb(-2))
    return _exact(value) if of is None else _said(of, value)


def place_of_input(name: str, workloads: Sequence[Values], scenario: Values) -> tuple[str, Field | None]:
    """Where an uncertain input stands in the body, and its field if it is one of the return's."""
    if name in TERMS:
        return f"return.{TERMS[name]}", RETURN_BY_NAME[name]
    listed, _dot, rest = name.partition(".")
    if listed in LISTS:
        number, _dot, word = rest.partition(".")
        index = filled(LISTS[listed], scenario).index(int(number) - 1)
        return ".".join([*map(str, ROWS[listed].place), str(index), ROWS[listed].words[word]]), RETURN_BY_NAME[name]
    index, bare = split_name(name)
    if bare == "requests":
        place = f"requests_per_{workloads[index]['per']}"
    elif bare in ALL_PRICES:
        place = f"{SIDES[bare.partition('.')[0]]}.prices"
    else:
        place = WORKLOADS[bare]
    return f"workloads.{index}.{place}", None
