"""The body of an estimate as the calculator's address: what is computed by the one is saved by the other.

An address holds less than a body: no tiers in typed prices, no prices by context, ten workloads, so many rows of a
list. What it does not hold is a fault with its place in the body, never left out silently.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from costcalc.catalog.finding import find
from costcalc.catalog.index import Catalogue
from costcalc.catalog.own_entries import PREFIX, PROVIDER
from costcalc.scenarios import address
from costcalc.scenarios.body_kinds import BodyError, Fault
from costcalc.scenarios.body_places import name_of, value_at
from costcalc.scenarios.body_words import ROWS, SIDES, TERMS, UNITS, WORKLOADS, Path, Rows, field_of
from costcalc.scenarios.estimate_bodies import EstimateIn, SideIn, WorkloadIn
from costcalc.scenarios.fields import BY_NAME, MOST_WORKLOADS, SCENARIO, TYPED, WORKLOAD
from costcalc.scenarios.kinds import Field, Value
from costcalc.scenarios.reading import OWN_PRICE
from costcalc.scenarios.return_bodies import SinceIn
from costcalc.scenarios.return_fields import PARTS

SLOTS = {part.rows[0][0].name.partition(".")[0]: part.rows for part in PARTS if part.rows}
FIELD_OF = {side: field for field, side in SIDES.items()}


class UncarriedError(BodyError):
    """What an address does not hold."""


def address_of(body: EstimateIn, catalogue: Catalogue) -> str:
    """The canonical query of an estimate's body. Raises UncarriedError."""
    faults = [*_uncarried_scenario(body), *_uncarried_rows(body)]
    for index, workload in enumerate(body.workloads):
        faults += _uncarried(index, workload, catalogue)
    if faults:
        raise UncarriedError(faults)
    return address.query([_workload(workload, catalogue) for workload in body.workloads], _scenario(body))


def _uncarried_scenario(body: EstimateIn) -> Iterator[Fault]:
    if len(body.workloads) > MOST_WORKLOADS:
        yield ("workloads",), _("The calculator holds %(count)s workloads at most.") % {"count": MOST_WORKLOADS}
    if body.days_per_month not in dict(BY_NAME["days"].choices):
        known = ", ".join(value for value, _words in BY_NAME["days"].choices)
        yield ("days_per_month",), _("A saved scenario counts a month as one of: %(known)s.") % {"known": known}
    if isinstance(body.at, dt.datetime):
        yield ("at",), _("A saved scenario is at the prices of a day, without an hour.")


def _uncarried_rows(body: EstimateIn) -> Iterator[Fault]:
    for name, rows in ROWS.items():
        most, found = len(SLOTS[name]), _rows(body, rows)
        if len(found) > most:
            yield (*rows.place, most), _("A saved scenario holds %(count)s of these at most.") % {"count": most}
    if body.returns is None:
        return
    for at, change in enumerate(body.returns.price_changes):
        if change.workload is not None and (change.workload, len(body.workloads)) != (0, 1):
            place = "return", "price_changes", at, "workload"
            yield place, _("In a saved scenario the prices of all workloads change alike.")
    for at, each in enumerate(body.returns.ranges):
        if name_of(each.input, body) is None:
            place = "return", "ranges", at, "input"
            yield place, _("This is not the place of a number that can be uncertain.")


def _rows(body: EstimateIn, rows: Rows) -> Sequence[Any]:
    if rows.place[0] == "return" and body.returns is None:
        return []
    found: Sequence[Any] = value_at(body, rows.place)
    return found


def _uncarried(index: int, body: WorkloadIn, catalogue: Catalogue) -> Iterator[Fault]:
    for name in SIDES.values():
        side: SideIn = getattr(body, name)
        for place, message in _uncarried_side(side, catalogue):
            yield ("workloads", index, name, *place), message


def _uncarried_side(side: SideIn, catalogue: Catalogue) -> Iterator[Fault]:
    if side.prices is None:
        if not _reference(side, catalogue):
            words = {"model": side.model, "provider": side.provider}
            yield ("model",), _("No model “%(model)s” is known at “%(provider)s”.") % words
        return
    if side.variants:
        yield ("variants",), _("A saved scenario holds typed prices without variants; keep them as an own price.")
    for unit, rate in side.prices.items():
        if unit not in UNITS:
            known = ", ".join(UNITS)
            yield ("prices", unit), _("A saved scenario holds typed prices of: %(known)s.") % {"known": known}
        elif rate.tiers:
            yield ("prices", unit), _("A saved scenario holds typed prices without tiers; keep them as an own price.")


def _reference(side: SideIn, catalogue: Catalogue) -> str:
    """How the address names a side's model; empty where there is none of that name."""
    if side.provider == PROVIDER:
        own = f"{PREFIX}{side.model}"
        return own if OWN_PRICE.fullmatch(own) else ""
    found = find(catalogue, str(side.provider), str(side.model))
    return found.key if found else ""


def _workload(body: WorkloadIn, catalogue: Catalogue) -> dict[str, Value]:
    values: dict[str, Value] = {field.name: field.default for field in WORKLOAD}
    values |= {field: _typed(BY_NAME[field], _at(body, path)) for field, path in WORKLOADS.items()}
    daily = body.requests_per_day is not None
    values |= {"per": "day" if daily else "month"}
    values["requests"] = body.requests_per_day if daily else body.requests_per_month
    for field, name in SIDES.items():
        values |= _side(field, getattr(body, name), catalogue)
    return values


def _side(field: str, side: SideIn, catalogue: Catalogue) -> dict[str, Value]:
    if side.prices is None:
        return {field: _reference(side, catalogue)}
    prices: dict[str, Value] = {f"{field}.{UNITS[unit]}": rate.base for unit, rate in side.prices.items()}
    return {field: TYPED, f"{field}.name": side.name, f"{field}.currency": side.currency, **prices}


def _scenario(body: EstimateIn) -> dict[str, Value]:
    values: dict[str, Value] = {field.name: field.default for field in SCENARIO}
    values |= {"days": body.days_per_month, "at": body.at.isoformat() if body.at else None}
    values |= _filled("rate", body)
    if body.returns is None:
        return values
    values |= {name: _typed(BY_NAME[name], _at(body.returns, path)) for name, path in TERMS.items()}
    for name in ROWS:
        values |= _filled(name, body)
    return values


def _filled(name: str, body: EstimateIn) -> dict[str, Value]:
    """The fields of a list: its rows, and below them nothing, whatever the calculator begins with."""
    slots = (field for row in SLOTS[name] for field in row)
    values = {field.name: field.default if field.kind == "choice" else field.empty for field in slots}
    for at, row in enumerate(_rows(body, ROWS[name])):
        for word, key in ROWS[name].words.items():
            values[f"{name}.{at + 1}.{word}"] = _cell(BY_NAME[f"{name}.{at + 1}.{word}"], row, key, body)
    return values


def _cell(field: Field, row: Any, key: str, body: EstimateIn) -> Value:
    if isinstance(row, SinceIn) and field.kind == "since":
        return row.from_month if row.from_date is None else row.from_date.isoformat()
    value = getattr(row, key)
    if field.name.startswith("range."):
        name = str(name_of(row.input, body))
        return name if key == "input" else _typed(field_of(name), value)
    return _typed(field, value)


def _at(body: object, path: Path) -> Any:
    for name in path:
        body = getattr(body, name)
    return body


def _typed(field: Field | None, value: Decimal | int | str | None) -> Value:
    """A value of the body as its field has it: shares in percent, and prices that change by so many percent."""
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, str):
        return FIELD_OF.get(value, value) if field is not None and field.kind == "choice" else value
    if value is None or (field is not None and field.kind != "percent"):
        return value
    return ((value - 1) if field is not None and field.name.startswith("change.") else value).scaleb(2)
