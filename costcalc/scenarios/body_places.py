"""Where the calculator's fields stand in the body of an estimate, and the other way: one table for both.

A place is written with points where people write it (`workloads.0.candidate.tokenizer_ratio`), and is a path of
keys and positions in a fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from costcalc.scenarios.estimate_bodies import EstimateIn, WorkloadIn
from costcalc.scenarios.fields import BY_NAME, PRICES, WORKLOAD
from costcalc.scenarios.kinds import Field, input_name
from costcalc.scenarios.return_ranges import PRICES as ALL_PRICES
from costcalc.scenarios.return_ranges import TRAFFIC
from costcalc.scenarios.return_terms import PATHS

Place = tuple[str | int, ...]
SIDES = {"from": "baseline", "to": "candidate"}
UNITS = {unit: word for word, (unit, _label) in PRICES.items()}
NUMBERS = {
    "in": "input_tokens",
    "out": "output_tokens",
    "reasoning": "reasoning_tokens",
    "searches": "web_searches",
    "files": "storage_searches",
    "code": "code_executions",
    "tokenizer": "candidate.tokenizer_ratio",
    "verbosity": "candidate.verbosity_ratio",
}
SHARES = {
    "cached": "cache_read_share",
    "written": "cache_write_share",
    "batch": "batch_share",
    "flex": "flex_share",
    "priority": "priority_share",
    "retry": "retry_share",
    "over": "over_tier_share",
    "growth": "monthly_growth",
    "to.cached": "candidate.cache_read_share",
    "to.retry": "candidate.retry_share",
}
WORDS = {
    "name": "name",
    "ttl": "cache_write_ttl",
    "from.successor": "baseline.successor",
    "to.successor": "candidate.successor",
}
WORKLOADS = {**NUMBERS, **SHARES, **WORDS}
TERMS = {
    "horizon": "horizon_months",
    "discount": "annual_discount_rate",
    "currency": "currency",
    **{f"people.{name}": f"people.before.{name}" for name in ("incidents", "hours", "rate")},
    **{f"people.to.{name}": f"people.after.{name}" for name in ("incidents", "hours", "rate")},
    "ramp.delay": "delay_months",
    "overlap": "overlap.monthly",
    "overlap.months": "overlap.months",
    "cold": "cold_cache_share",
    "reserve.probability": "rollback_reserve.probability",
    "reserve.cost": "rollback_reserve.cost",
    "together": "correlation",
}


@dataclass(frozen=True)
class Rows:
    """A list: where it is in the body and in the engine's terms, and the fields of a row by the calculator's words.

    `words` that are numbers have the same name in the body and in the engine.
    """

    place: Place
    words: Mapping[str, str]
    engine: str = ""
    numbers: tuple[str, ...] = ()


# `from` is from_month or from_date, whichever the body says.
ROWS = {
    "once": Rows(
        ("return", "one_off"),
        {"name": "name", "quantity": "quantity", "price": "price"},
        "one_off",
        ("quantity", "price"),
    ),
    "run": Rows(
        ("return", "infrastructure"),
        {"name": "name", "before": "before", "after": "after"},
        "running",
        ("before", "after"),
    ),
    "ramp": Rows(("return", "ramp"), {"share": "share", "from": "from_month"}, "ramp.stages", ("share",)),
    "change": Rows(
        ("return", "price_changes"),
        {"side": "side", "percent": "factor", "from": "from_month"},
        "changes",
        ("percent",),
    ),
    "range": Rows(("return", "ranges"), {"of": "input", "low": "low", "high": "high"}),
    "rate": Rows(("exchange_rates",), {"currency": "currency", "per_usd": "per_usd"}),
}
# The places of numbers that can be uncertain, as the calculator's names; of rows without their position.
OF_WORKLOADS = {place: name for name, place in WORKLOADS.items() if name in TRAFFIC}
OF_WORKLOADS |= {f"{SIDES[name.partition('.')[0]]}.prices": name for name in ALL_PRICES}
OF_TERMS = {place: name for name, place in TERMS.items() if name in PATHS}
OF_ROWS = {(rows.place[1], rows.words[word]): (name, word) for name, rows in ROWS.items() for word in rows.numbers}


def field_of(name: str) -> Field | None:
    """The calculator's field of a name, whatever row or workload it is of; None for all prices of a side."""
    first, _dot, rest = name.partition(".")
    if first.isdigit():
        return field_of(rest)
    word = rest.partition(".")[2]
    return BY_NAME[f"{first}.1.{word}"] if first in ROWS and word else BY_NAME.get(name)


def place_of(name: str, body: EstimateIn) -> Place:
    """Where in the body the calculator's input stands: `2.in` is `workloads`, 1, `input_tokens`."""
    for index, workload in enumerate(body.workloads):
        for field in WORKLOAD:
            if input_name(index, field.name) == name:
                return "workloads", index, *_in_workload(workload, field.name)
    if name in TERMS:
        return "return", *TERMS[name].split(".")
    first, _dot, rest = name.partition(".")
    if first in ROWS:
        return _in_row(ROWS[first], rest, body)
    return {"at": ("at",), "days": ("days_per_month",)}.get(name, ("workloads",))


def _in_workload(body: WorkloadIn, field: str) -> Place:
    if field in WORKLOADS:
        return tuple(WORKLOADS[field].split("."))
    if field in {"requests", "per"}:
        return ("requests_per_month" if body.requests_per_day is None else "requests_per_day",)
    side, _dot, word = field.partition(".")
    if word in PRICES:
        return SIDES[side], "prices", PRICES[word][0]
    return SIDES[side], word or "model"


def _in_row(rows: Rows, rest: str, body: EstimateIn) -> Place:
    number, _dot, word = rest.partition(".")
    place = (*rows.place, int(number) - 1)
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


def shown_place(name: str, per: str, path: str) -> str:
    """The place in a body of an uncertain input: its name, its workload's `per`, its path in the engine's case.

    Rows go by their position in the engine, which has none for the empty ones of a form.
    """
    first, _dot, rest = name.partition(".")
    if first.isdigit():
        index, bare = int(first) - 1, rest
    else:
        index, bare = 0, name
    if bare in TERMS:
        return f"return.{TERMS[bare]}"
    if first in ROWS:
        word = ROWS[first].words[rest.partition(".")[2]]
        return ".".join([*map(str, ROWS[first].place), path.split(".")[-2], word])
    if bare in ALL_PRICES:
        return f"workloads.{index}.{SIDES[bare.partition('.')[0]]}.prices"
    return f"workloads.{index}." + (f"requests_per_{per}" if bare == "requests" else WORKLOADS[bare])
