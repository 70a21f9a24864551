"""A scenario's address: canonical numbers, defaults left out, the same text for the same scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from urllib.parse import quote_plus

from costcalc.digits import canonical
from costcalc.scenarios.fields import SCENARIO, WORKLOAD
from costcalc.scenarios.kinds import Value, input_name

Values = Mapping[str, Value]


def pairs(workloads: Sequence[Values], scenario: Values) -> list[tuple[str, str]]:
    """The parameters of an address, in the order of the fields. Shares are in percent."""
    found = [("workloads", str(len(workloads)))] if len(workloads) > 1 else []
    for index, values in enumerate(workloads):
        changed = [field.name for field in WORKLOAD if values[field.name] != field.default]
        found += [(input_name(index, name), written(values[name])) for name in changed]
    found += [(f.name, written(scenario[f.name])) for f in SCENARIO if scenario[f.name] != f.default]
    return found


def query(workloads: Sequence[Values], scenario: Values) -> str:
    """The canonical query of a scenario; empty for the example that the calculator opens on."""
    return joined(pairs(workloads, scenario))


def joined(parameters: Sequence[tuple[str, str]]) -> str:
    """Parameters as a query; names are our own and need no quotes, `/` and `:` of model ids stay readable."""
    return "&".join([f"{name}={quoted(value)}" for name, value in parameters])


def quoted(value: str) -> str:
    """A value as a query holds it."""
    return quote_plus(value, safe="/:,@~")


def written(value: Value) -> str:
    """A value as an address holds it."""
    if value is None:
        return ""
    return canonical(value) if isinstance(value, Decimal) else value
