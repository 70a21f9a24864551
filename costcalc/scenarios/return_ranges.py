"""Which inputs of a scenario can be uncertain, what they are called, and their ranges as the engine's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext as _

from costcalc.catalog.labels import Words
from costcalc.engine import PriceChange, Range, SideName
from costcalc.scenarios.fields import BY_NAME
from costcalc.scenarios.kinds import Field, Value, input_name, split_name
from costcalc.scenarios.return_fields import CHANGE, ONCE, PARTS, RAMP, RANGE, RETURN_BY_NAME, RUN, filled
from costcalc.scenarios.return_terms import PATHS, TermsReader

Values = Mapping[str, Value]
# The form's name of a workload's number → its place in the engine's move.
TRAFFIC = {
    "requests": "workload.requests",
    "in": "workload.input_tokens",
    "out": "workload.output_tokens",
    "reasoning": "workload.reasoning_tokens",
    "cached": "workload.cache_read_share",
    "written": "workload.cache_write_share",
    "growth": "workload.monthly_growth",
    "searches": "workload.calls.web_searches_kcount",
    "files": "workload.calls.storage_searches_kcount",
    "code": "workload.calls.code_executions_kcount",
    "batch": "workload.batch_share",
    "flex": "workload.flex_share",
    "priority": "workload.priority_share",
    "retry": "workload.retry_share",
    "over": "workload.over_tier_share",
    "tokenizer": "shift.tokenizer",
    "verbosity": "shift.verbosity",
    "to.cached": "shift.cache_read_share",
    "to.retry": "shift.retry_share",
}
# All prices of a side at once, in percent of what they are: no field of the form, but an input like any other.
PRICES: Mapping[str, SideName] = {"from.prices": "baseline", "to.prices": "candidate"}
AS_THEY_ARE = Decimal(100)


@dataclass(frozen=True)
class Input:
    """A number of the scenario: its name in an address, what it is called, its field (None: prices), what it says."""

    name: str
    label: str
    of: Field | None
    typed: Decimal

    @property
    def unit(self) -> Words:
        """The unit in which it is typed."""
        return _("% of today’s") if self.of is None else self.of.unit

    @property
    def bounds(self) -> tuple[Decimal, Decimal]:
        """Between what it can be typed."""
        return (Decimal(0), Decimal(10_000)) if self.of is None else (self.of.low, self.of.high)


def inputs(workloads: Sequence[Values], scenario: Values) -> dict[str, Input]:
    """Every input that can be uncertain, by its name, in the order of the form."""
    found = (*_of_workloads(workloads), *_of_terms(scenario))
    return {each.name: each for each in found}


def _of_workloads(workloads: Sequence[Values]) -> Iterator[Input]:
    for index, values in enumerate(workloads):
        where = f" ({values['name'] or index + 1})" if len(workloads) > 1 else ""
        for name, path in TRAFFIC.items():
            typed = values[name]
            if isinstance(typed, Decimal) and (typed or ".calls." not in path):
                yield Input(input_name(index, name), f"{BY_NAME[name].label}{where}", BY_NAME[name], typed)
        labels = {"from.prices": _("Prices of the baseline"), "to.prices": _("Prices of the candidate")}
        for name in PRICES:
            yield Input(input_name(index, name), f"{labels[name]}{where}", None, AS_THEY_ARE)


def _of_terms(scenario: Values) -> Iterator[Input]:
    for part in PARTS:
        for of in part.fields:
            if of.name in PATHS and isinstance(typed := scenario[of.name], Decimal):
                yield Input(of.name, str(of.label), of, typed)
        for row in part.rows if part in {ONCE, RUN, CHANGE, RAMP} else ():
            yield from _of_row(row, scenario)


def _of_row(row: Sequence[Field], scenario: Values) -> Iterator[Input]:
    number = row[0].name.split(".")[1]
    named = scenario[row[0].name] or row[0].instead if row[0].kind == "text" else number
    for of in row:
        if of.kind in {"number", "percent", "cost"} and isinstance(typed := scenario[of.name], Decimal):
            yield Input(of.name, f"{named}: {of.label}", of, typed)


@dataclass
class RangesReader:
    """Reads the ranges. `terms` has read the terms.

    After `ranges`, `errors` has messages by field, and `changes` the price changes that stand for uncertain prices:
    they come after the terms' own, of which there are `own_changes`.
    """

    workloads: Sequence[Values]
    scenario: Values
    terms: TermsReader
    own_changes: int
    errors: dict[str, str] = field(default_factory=dict)
    changes: list[PriceChange] = field(default_factory=list)

    @cached_property
    def known(self) -> dict[str, Input]:
        """The inputs that there are; listed only where something is said to be uncertain."""
        return inputs(self.workloads, self.scenario)

    def ranges(self) -> dict[str, Range]:
        """The ranges by the names of their inputs; those without a mistake."""
        found: dict[str, Range] = {}
        for at in filled(RANGE, self.scenario):
            named, low, high = RANGE.rows[at]
            each = self._known(named.name, found)
            if each is not None and self._fits(each, low.name, high.name):
                found[each.name] = self._range(each, self._typed(low.name), self._typed(high.name))
        return found

    def _known(self, place: str, found: Mapping[str, Range]) -> Input | None:
        name = str(self.scenario[place] or "")
        if name in self.known and name not in found:
            return self.known[name]
        if not name:
            self.errors[place] = _("Which input is it that is uncertain?")
        elif name in found:
            self.errors[place] = _("This input has its range already.")
        else:
            self.errors[place] = _("This input says nothing now: type its value first, or empty this range.")
        return None

    def _fits(self, each: Input, low: str, high: str) -> bool:
        least, most = each.bounds
        for place, good, message in (
            (low, self.scenario[low] is not None, _("How low may it be?")),
            (high, self.scenario[high] is not None, _("How high may it be?")),
            (low, least <= self._typed(low) <= each.typed, _("Low is at most what the scenario says.")),
            (high, each.typed <= self._typed(high) <= most, _("High is at least what the scenario says.")),
        ):
            if not good:
                self.errors.setdefault(place, message)
        return low not in self.errors and high not in self.errors

    def _typed(self, place: str) -> Decimal:
        value = self.scenario[place]
        return value if isinstance(value, Decimal) else Decimal(0)

    def _range(self, each: Input, low: Decimal, high: Decimal) -> Range:
        index, bare = split_name(each.name)
        if bare in PRICES:
            self.changes.append(PriceChange(PRICES[bare], Decimal(0), Decimal(1), index))
            path = f"terms.changes.{self.own_changes + len(self.changes) - 1}.factor"
            return Range(path, low.scaleb(-2), high.scaleb(-2))
        if bare in TRAFFIC:
            scale = -2 if each.of is not None and each.of.kind == "percent" else 0
            return Range(f"moves.{index}.{TRAFFIC[bare]}", low.scaleb(scale), high.scaleb(scale))
        return self._range_of_terms(RETURN_BY_NAME[each.name], low, high)

    def _range_of_terms(self, of: Field, low: Decimal, high: Decimal) -> Range:
        # Work by hand that is as before the move is one input, not two.
        later = of.name.replace("people.", "people.to.", 1)
        shared = later in PATHS and later != of.name and self.scenario[later] is None
        also = (f"terms.{self.terms.paths[later]}",) if shared else ()
        path, value = f"terms.{self.terms.paths[of.name]}", self.terms.engine_value
        return Range(path, value(of, low), value(of, high), also)


def without_workload(scenario: Values, number: int) -> dict[str, Value]:
    """The scenario's fields after workload `number` (from 1) has gone: its ranges go, those behind it move up."""
    kept = dict(scenario)
    for named, *numbers in RANGE.rows:
        index, bare = split_name(str(scenario[named.name] or ""))
        if bare not in TRAFFIC and bare not in PRICES:
            continue
        if index == number - 1:
            kept |= {of.name: of.default for of in (named, *numbers)}
        elif index >= number:
            kept[named.name] = input_name(index - 1, bare)
    return kept
