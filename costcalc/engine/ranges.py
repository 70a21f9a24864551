"""Which inputs of a case are uncertain, between what, and the case with other values in their place.

An input is named by its path from the case: `moves.0.workload.requests`, `moves.1.shift.verbosity`,
`terms.one_off.0.quantity`, `terms.people.after.hours`, `terms.ramp.delay`, `terms.changes.0.factor`.

Low, base and high are read as P10, P50 and P90; the base is what the case itself says. The quantile function is
piecewise linear through the three, its tails extended linearly and clipped at the field's bounds. Source: the
domain's “Uncertainty”.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal, localcontext
from typing import Any

from costcalc.engine.errors import TermsError
from costcalc.engine.returns import Case
from costcalc.engine.savings import Move
from costcalc.engine.traffic import CALLS, EXACT, SHARES, Workload

Bounds = tuple[Decimal, Decimal | None]
ZERO, ONE = Decimal(0), Decimal(1)
SHARE: Bounds = (ZERO, ONE)
AMOUNT: Bounds = (ZERO, None)
# A ratio is above 0, a growth and a rate are above −1.
RATIO: Bounds = (Decimal("0.001"), None)
GROWTH: Bounds = (Decimal("-0.99"), None)
AMOUNTS = (
    *("requests", "input_tokens", "output_tokens", "reasoning_tokens", *CALLS),
    *("incidents", "hours", "rate", "before", "after", "quantity", "price", "monthly", "months", "cost"),
    *("delay", "factor"),
)
BOUNDS: Mapping[str, Bounds] = {
    **dict.fromkeys(AMOUNTS, AMOUNT),
    **dict.fromkeys((*SHARES, "cold_cache_share", "probability", "share"), SHARE),
    **dict.fromkeys(("tokenizer", "verbosity"), RATIO),
    **dict.fromkeys(("monthly_growth", "annual_discount_rate"), GROWTH),
}


@dataclass(frozen=True, slots=True)
class Range:
    """An uncertain input: one time in ten it is below `low`, one in ten above `high`; in the input's own unit.

    `also` are inputs that are this one under another name: they always have its value.
    """

    path: str
    low: Decimal
    high: Decimal
    also: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """Every place in the case that holds this input."""
        return (self.path, *self.also)

    @property
    def bounds(self) -> Bounds:
        """What the input can be at all. Raises TermsError where it is nothing that can be uncertain."""
        try:
            return BOUNDS[self.path.rpartition(".")[2]]
        except KeyError:
            raise TermsError(self.path, "not_an_input") from None


def base_of(case: Case, path: str) -> Decimal:
    """What the case says. Raises TermsError where there is no such input, or it has no number.

    A share that the other side does not replace has none: it is the workload's own, under another name.
    """
    found: Any = case
    for step in path.split("."):
        found = _step(found, step, path)
    if not isinstance(found, Decimal):
        raise TermsError(path, "not_an_input")
    return found


def _step(owner: Any, step: str, path: str) -> Any:
    if isinstance(owner, tuple) and step.isdecimal() and int(step) < len(owner):
        return owner[int(step)]
    if isinstance(owner, Mapping) and step in owner:
        return owner[step]
    if is_dataclass(owner) and step in {field.name for field in fields(owner)}:
        return getattr(owner, step)
    raise TermsError(path, "not_an_input")


def checked(case: Case, ranges: Iterable[Range]) -> tuple[Range, ...]:
    """The ranges by their paths. Raises TermsError for one that cannot be, naming its path."""
    found = sorted(ranges, key=lambda each: each.path)
    named = Counter(path for each in found for path in each.paths)
    for each in found:
        (least, most), base = each.bounds, base_of(case, each.path)
        if any(named[path] > 1 for path in each.paths):
            raise TermsError(each.path, "range_twice")
        if any(base_of(case, path) != base for path in each.also):
            raise TermsError(each.path, "not_the_same_input")
        if not (each.low.is_finite() and each.high.is_finite()):
            raise TermsError(each.path, "not_a_number")
        if not each.low <= base <= each.high:
            raise TermsError(each.path, "range_without_its_base")
        if each.low < least or (most is not None and each.high > most):
            raise TermsError(each.path, "range_out_of_bounds")
    return tuple(found)


def with_values(case: Case, values: Mapping[str, Decimal]) -> Case:
    """The case with these inputs instead of its own; what cannot go together is limited.

    Written tokens to what is not read from the cache, reasoning to the output, shares of variants to what is left.
    """
    tree: dict[str, Any] = {}
    for path, value in values.items():
        *steps, last = path.split(".")
        branch = tree
        for step in steps:
            branch = branch.setdefault(step, {})
        branch[last] = value
    with localcontext(EXACT):
        found: Case = _changed(case, tree)
    return found


def _changed(owner: Any, tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    if isinstance(owner, tuple):
        return tuple(_changed(part, tree[str(at)]) if str(at) in tree else part for at, part in enumerate(owner))
    if isinstance(owner, Mapping):
        return {**owner, **tree}
    parts = {name: _changed(getattr(owner, name), branch) for name, branch in tree.items()}
    if isinstance(owner, Workload):
        parts = _limited(owner, parts)
    changed = replace(owner, **parts)
    return _fitting(changed) if isinstance(changed, Move) else changed


def _limited(owner: Workload, parts: dict[str, Any]) -> dict[str, Any]:
    now = {field.name: getattr(owner, field.name) for field in fields(owner)} | parts
    now["cache_write_share"] = min(now["cache_write_share"], 1 - now["cache_read_share"])
    now["flex_share"] = min(now["flex_share"], 1 - now["batch_share"])
    now["priority_share"] = min(now["priority_share"], 1 - now["batch_share"] - now["flex_share"])
    now["reasoning_tokens"] = min(now["reasoning_tokens"], now["output_tokens"])
    return now


def _fitting(move: Move) -> Move:
    """With no more read from the other side's cache than is not written to it."""
    read = move.shift.cache_read_share
    if read is None:
        return move
    return replace(move, shift=replace(move.shift, cache_read_share=min(read, 1 - move.workload.cache_write_share)))
