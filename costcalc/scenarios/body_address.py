"""The body of an estimate as the calculator's address: what is computed by the one is saved by the other.

An address holds less than a body: no tiers in typed prices, no prices by context, ten workloads. What it does
not hold is a fault with its place in the body, never left out silently.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from costcalc.catalog.finding import find
from costcalc.catalog.index import Catalogue
from costcalc.catalog.own_entries import PREFIX, PROVIDER
from costcalc.scenarios import address
from costcalc.scenarios.body_words import NUMBERS, SHARES, SIDES, UNITS, WORDS
from costcalc.scenarios.estimate_bodies import SideIn, WorkloadIn
from costcalc.scenarios.fields import BY_NAME, PRICES, SCENARIO, TYPED, WORKLOAD
from costcalc.scenarios.kinds import Value, input_name
from costcalc.scenarios.reading import OWN_PRICE

# Where a fault is in the body, and what is wrong there.
Fault = tuple[tuple[str | int, ...], str]


class UncarriedError(ValueError):
    """What an address does not hold, or cannot be read in one: every fault with its place."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(message for _place, message in faults))
        self.faults = faults


def address_of(workloads: Sequence[WorkloadIn], days: str, at: dt.date | None, catalogue: Catalogue) -> str:
    """The canonical query of an estimate's body. Raises UncarriedError."""
    faults = [fault for index, body in enumerate(workloads) for fault in _uncarried(index, body, catalogue)]
    if days not in dict(BY_NAME["days"].choices):
        known = ", ".join(value for value, _label in BY_NAME["days"].choices)
        faults.append((("days_per_month",), f"what is saved counts a month as one of: {known}"))
    if isinstance(at, dt.datetime):
        faults.append((("at",), "what is saved is at the prices of a day, without an hour"))
    if faults:
        raise UncarriedError(faults)
    scenario = {field.name: field.default for field in SCENARIO}
    scenario |= {"days": days, "at": at.isoformat() if at else None}
    return address.query([_values(body, catalogue) for body in workloads], scenario)


def place_of(name: str, workloads: Sequence[WorkloadIn]) -> tuple[str | int, ...]:
    """Where in the body the calculator's input stands: `2.in` is `workloads`, 1, `input_tokens`."""
    for index, body in enumerate(workloads):
        for field in WORKLOAD:
            if input_name(index, field.name) == name:
                return "workloads", index, *_place_in(body, field.name)
    return {"at": ("at",), "days": ("days_per_month",)}.get(name, ("workloads",))


def _place_in(body: WorkloadIn, field: str) -> tuple[str, ...]:
    places = {**NUMBERS, **SHARES, **WORDS}
    if field in places:
        return places[field]
    if field in {"requests", "per"}:
        return ("requests_per_month" if body.requests_per_day is None else "requests_per_day",)
    side, _dot, word = field.partition(".")
    if word in PRICES:
        return SIDES[side], "prices", PRICES[word][0]
    return SIDES[side], word or "model"


def _uncarried(index: int, body: WorkloadIn, catalogue: Catalogue) -> Iterator[Fault]:
    for name in SIDES.values():
        side: SideIn = getattr(body, name)
        for place, message in _uncarried_side(side, catalogue):
            yield ("workloads", index, name, *place), message


def _uncarried_side(side: SideIn, catalogue: Catalogue) -> Iterator[Fault]:
    if side.prices is None:
        if not _reference(side, catalogue):
            yield ("model",), f"no model {side.model!r} is known at {side.provider!r}"
        return
    if side.variants:
        yield ("variants",), "what is saved holds typed prices without variants; keep them as an own price"
    for unit, rate in side.prices.items():
        if unit not in UNITS:
            yield ("prices", unit), f"what is saved holds typed prices of: {', '.join(UNITS)}"
        elif rate.tiers:
            yield ("prices", unit), "what is saved holds typed prices without tiers; keep them as an own price"


def _reference(side: SideIn, catalogue: Catalogue) -> str:
    """How the address names a side's model; empty where there is none of that name."""
    if side.provider == PROVIDER:
        own = f"{PREFIX}{side.model}"
        return own if OWN_PRICE.fullmatch(own) else ""
    found = find(catalogue, str(side.provider), str(side.model))
    return found.key if found else ""


def _values(body: WorkloadIn, catalogue: Catalogue) -> dict[str, Value]:
    values: dict[str, Value] = {field.name: field.default for field in WORKLOAD}
    values |= {field: _at(body, place) for field, place in {**NUMBERS, **WORDS}.items()}
    values |= {field: _percent(_at(body, place)) for field, place in SHARES.items()}
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
    return {field: TYPED, f"{field}.name": side.name, **prices}


def _at(body: object, place: Sequence[str]) -> Any:
    for name in place:
        body = getattr(body, name)
    return body


def _percent(share: Decimal | None) -> Decimal | None:
    return None if share is None else share.scaleb(2)
