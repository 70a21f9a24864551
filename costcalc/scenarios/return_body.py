"""The fields of a return as the `return` of an estimate's body; only what differs from the calculator's defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import override

from costcalc.digits import canonical
from costcalc.scenarios.body_words import NUMBERS, SHARES, SIDES
from costcalc.scenarios.kinds import Field, Value
from costcalc.scenarios.return_fields import CHANGE, CURRENCY, ONCE, RAMP, RANGE, RETURN_BY_NAME, RUN, Part, filled

Values = Mapping[str, Value]
Json = dict[str, Any]
# The calculator's field → its place in the body.
PLACES: Mapping[str, tuple[str, ...]] = {
    "horizon": ("horizon_months",),
    "discount": ("annual_discount_rate",),
    "currency": ("currency",),
    "people.incidents": ("people", "before", "incidents"),
    "people.hours": ("people", "before", "hours"),
    "people.rate": ("people", "before", "rate"),
    "people.to.incidents": ("people", "after", "incidents"),
    "people.to.hours": ("people", "after", "hours"),
    "people.to.rate": ("people", "after", "rate"),
    "ramp.delay": ("delay_months",),
    "overlap": ("overlap", "monthly"),
    "overlap.months": ("overlap", "months"),
    "cold": ("cold_cache_share",),
    "reserve.probability": ("rollback_reserve", "probability"),
    "reserve.cost": ("rollback_reserve", "cost"),
    "together": ("correlation",),
}
# Of a list: what it is called, and each field's last word → its name in an item.
LISTS: tuple[tuple[Part, str, Mapping[str, str]], ...] = (
    (ONCE, "one_off", {"name": "name", "quantity": "quantity", "price": "price"}),
    (RUN, "infrastructure", {"name": "name", "before": "before", "after": "after"}),
    (RAMP, "ramp", {"from": "from", "share": "share"}),
    (CHANGE, "price_changes", {"side": "side", "from": "from", "percent": "factor"}),
)


def rates_of(scenario: Values) -> list[Json]:
    """The exchange rates that were typed into the scenario."""
    names = {"currency": "currency", "per_usd": "per_usd"}
    return [_item(CURRENCY.rows[at], names, scenario) for at in filled(CURRENCY, scenario)]


def return_of(workloads: Sequence[Values], scenario: Values) -> Json:
    """The `return` of a body; empty where everything is as the calculator begins."""
    found: Json = {}
    for name, place in PLACES.items():
        if scenario[name] != RETURN_BY_NAME[name].default:
            _put(found, place, _said(RETURN_BY_NAME[name], scenario[name]))
    for part, called, names in LISTS:
        rows = [_item(row, names, scenario) for row in (part.rows[at] for at in filled(part, scenario))]
        if any(scenario[of.name] != of.default for row in part.rows for of in row):
            found[called] = rows
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
    percent = of is None and (name.endswith(".prices") or _bare(name)[1] in SHARES)
    if percent and isinstance(value, Decimal):
        return _exact(value.scaleb(-2))
    return _exact(value) if of is None else _said(of, value)


def _bare(name: str) -> tuple[int, str]:
    number, dot, rest = name.partition(".")
    return (int(number) - 1, rest) if dot and number.isdigit() else (0, name)


def place_of_input(name: str, workloads: Sequence[Values], scenario: Values) -> tuple[str, Field | None]:
    """Where an uncertain input stands in the body, and its field if it is one of the return's."""
    if name in PLACES:
        return ".".join(("return", *PLACES[name])), RETURN_BY_NAME[name]
    for part, called, names in LISTS:
        for index, at in enumerate(filled(part, scenario)):
            for of in part.rows[at]:
                if of.name == name:
                    return f"return.{called}.{index}.{names[of.name.rpartition('.')[2]]}", of
    index, bare = _bare(name)
    if bare == "requests":
        place: tuple[str, ...] = (f"requests_per_{workloads[index]['per']}",)
    elif bare.endswith(".prices"):
        place = (SIDES[bare.partition(".")[0]], "prices")
    else:
        place = {**NUMBERS, **SHARES}[bare]
    return ".".join(("workloads", str(index), *place)), None
