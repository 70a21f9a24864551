"""Where the calculator's fields stand in a given body of an estimate, and what it says there.

A place is written with points where people write it (`workloads.0.candidate.tokenizer_ratio`), and is a path of
keys and positions in a fault.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from costcalc.scenarios.body_words import ROWS, SIDES, TERMS, WORKLOADS, Rows, field_of
from costcalc.scenarios.estimate_bodies import EstimateIn, WorkloadIn
from costcalc.scenarios.fields import PRICES, WORKLOAD
from costcalc.scenarios.kinds import input_name
from costcalc.scenarios.return_ranges import PRICES as ALL_PRICES
from costcalc.scenarios.return_ranges import TRAFFIC
from costcalc.scenarios.return_terms import PATHS

Place = tuple[str | int, ...]
# The places of numbers that can be uncertain, as the calculator's names; of rows without their position.
OF_WORKLOADS = {".".join(place): name for name, place in WORKLOADS.items() if name in TRAFFIC}
OF_WORKLOADS |= {f"{SIDES[name.partition('.')[0]]}.prices": name for name in ALL_PRICES}
OF_TERMS = {".".join(place): name for name, place in TERMS.items() if name in PATHS}
OF_ROWS = {(rows.place[1], rows.words[word]): (name, word) for name, rows in ROWS.items() for word in rows.numbers}


def place_of(name: str, body: EstimateIn) -> Place:
    """Where in the body the calculator's input stands: `2.in` is `workloads`, 1, `input_tokens`."""
    for index, workload in enumerate(body.workloads):
        for field in WORKLOAD:
            if input_name(index, field.name) == name:
                return "workloads", index, *_in_workload(workload, field.name)
    if name in TERMS:
        return "return", *TERMS[name]
    first, _dot, rest = name.partition(".")
    if first in ROWS:
        return _in_row(ROWS[first], rest, body)
    return {"at": ("at",), "days": ("days_per_month",)}.get(name, ("workloads",))


def _in_workload(body: WorkloadIn, field: str) -> Place:
    if field in WORKLOADS:
        return WORKLOADS[field]
    if field in {"requests", "per"}:
        return ("requests_per_month" if body.requests_per_day is None else "requests_per_day",)
    side, _dot, word = field.partition(".")
    if word in PRICES:
        return SIDES[side], "prices", PRICES[word][0]
    return SIDES[side], word or "model"


def _in_row(rows: Rows, rest: str, body: EstimateIn) -> Place:
    number, _dot, word = rest.partition(".")
    place: Place = (*rows.place, int(number) - 1)
    dated = word == "from" and getattr(value_at(body, place), "from_date", None) is not None
    return *place, "from_date" if dated else rows.words[word]


def name_of(text: str, body: EstimateIn) -> str | None:
    """The calculator's name of a number that can be uncertain, by its place in the body; None where there is none.

    `workloads.1.input_tokens` is `2.in`. The first row of a list is 1, and there are as many as the body has.
    """
    first, _dot, rest = text.partition(".")
    if first == "return" and body.returns is not None:
        return OF_TERMS.get(rest) or _row_name(rest, body)
    if first != "workloads":
        return None
    number, _dot, word = rest.partition(".")
    index = _position(number, body.workloads)
    if index is None:
        return None
    if word in {"requests_per_day", "requests_per_month"}:
        return input_name(index, "requests") if _in_workload(body.workloads[index], "requests") == (word,) else None
    return input_name(index, OF_WORKLOADS[word]) if word in OF_WORKLOADS else None


def _row_name(rest: str, body: EstimateIn) -> str | None:
    listed, _dot, more = rest.partition(".")
    number, _dot, word = more.partition(".")
    if (listed, word) not in OF_ROWS:
        return None
    index = _position(number, getattr(body.returns, listed))
    name, field = OF_ROWS[listed, word]
    return None if index is None else f"{name}.{index + 1}.{field}"


def _position(text: str, of: list[Any]) -> int | None:
    """A position as we write it, where there is one."""
    return next((index for index in range(len(of)) if str(index) == text), None)


def value_at(body: EstimateIn, place: Place) -> Any:
    """What the body says at a place that it has."""
    found: Any = body
    for step in place:
        found = found[step] if isinstance(step, int) else getattr(found, "returns" if step == "return" else step)
    return found


def number_at(body: EstimateIn, name: str) -> Decimal | None:
    """What the body says of an input that can be uncertain, by the calculator's name; None where it says nothing.

    All prices of a side are 1, of calls that are not made nothing is said.
    """
    field = field_of(name)
    if field is None:
        return Decimal(1)
    found: Decimal | None = value_at(body, place_of(name, body))
    return None if field.name in {"searches", "files", "code"} and not found else found
