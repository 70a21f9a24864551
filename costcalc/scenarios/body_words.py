"""What the calculator's fields are called in the body of an estimate, and where they stand in it: one table.

Paths are of keys: those of a workload in the workload, those of the terms in the return.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from costcalc.scenarios.fields import BY_NAME, PRICES
from costcalc.scenarios.kinds import Field, split_name
from costcalc.scenarios.return_ranges import PRICES as ALL_PRICES

Path = tuple[str, ...]
SIDES = {"from": "baseline", "to": "candidate"}
UNITS = {unit: word for word, (unit, _label) in PRICES.items()}
NUMBERS: Mapping[str, Path] = {
    "in": ("input_tokens",),
    "out": ("output_tokens",),
    "reasoning": ("reasoning_tokens",),
    "searches": ("web_searches",),
    "files": ("storage_searches",),
    "code": ("code_executions",),
    "tokenizer": ("candidate", "tokenizer_ratio"),
    "verbosity": ("candidate", "verbosity_ratio"),
}
SHARES: Mapping[str, Path] = {
    "cached": ("cache_read_share",),
    "written": ("cache_write_share",),
    "batch": ("batch_share",),
    "flex": ("flex_share",),
    "priority": ("priority_share",),
    "retry": ("retry_share",),
    "over": ("over_tier_share",),
    "growth": ("monthly_growth",),
    "to.cached": ("candidate", "cache_read_share"),
    "to.retry": ("candidate", "retry_share"),
}
WORDS: Mapping[str, Path] = {
    "name": ("name",),
    "ttl": ("cache_write_ttl",),
    "from.successor": ("baseline", "successor"),
    "to.successor": ("candidate", "successor"),
}
WORKLOADS: Mapping[str, Path] = {**NUMBERS, **SHARES, **WORDS}
TERMS: Mapping[str, Path] = {
    "horizon": ("horizon_months",),
    "discount": ("annual_discount_rate",),
    "currency": ("currency",),
    **{f"people.{name}": ("people", "before", name) for name in ("incidents", "hours", "rate")},
    **{f"people.to.{name}": ("people", "after", name) for name in ("incidents", "hours", "rate")},
    "ramp.delay": ("delay_months",),
    "overlap": ("overlap", "monthly"),
    "overlap.months": ("overlap", "months"),
    "cold": ("cold_cache_share",),
    "reserve.probability": ("rollback_reserve", "probability"),
    "reserve.cost": ("rollback_reserve", "cost"),
    "together": ("correlation",),
}


@dataclass(frozen=True)
class Rows:
    """A list: where it is in the body and in the engine's terms, and the fields of a row by the calculator's words.

    `words` that are numbers have the same name in the body and in the engine.
    """

    place: Path
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


def field_of(name: str) -> Field | None:
    """The calculator's field of a name, whatever row or workload it is of; None for all prices of a side."""
    _index, bare = split_name(name)
    first, _dot, rest = bare.partition(".")
    word = rest.partition(".")[2]
    return BY_NAME[f"{first}.1.{word}"] if first in ROWS and word else BY_NAME.get(bare)


def input_place(name: str, per: str, row: int) -> str:
    """The place in a body of an uncertain input, `workloads.0.input_tokens`, by the calculator's name.

    `per` is its workload's, `row` its position in its list: a form's empty rows are not in a body.
    """
    index, bare = split_name(name)
    first, _dot, rest = bare.partition(".")
    if bare in TERMS:
        return ".".join(("return", *TERMS[bare]))
    if first in ROWS:
        return ".".join((*ROWS[first].place, str(row), ROWS[first].words[rest.partition(".")[2]]))
    if bare in ALL_PRICES:
        return f"workloads.{index}.{SIDES[first]}.prices"
    return ".".join(("workloads", str(index), *((f"requests_per_{per}",) if bare == "requests" else WORKLOADS[bare])))
