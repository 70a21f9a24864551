"""The exact cost of many requests at once: int64, block by block, on two threads.

A price is a whole number of a small unit (10⁻⁹ dollars) and a rest, which a few models have: 13–18 decimals, or
a mean over hours. Both are summed in whole numbers, so nothing is rounded. Where a sum could leave int64,
Python's integers take over, with the same answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from costcalc.engine.errors import UsageError
from costcalc.engine.units import REQUESTS, innermost_first, per, unit_counted_as, unit_named, wholes

if TYPE_CHECKING:
    from costcalc.engine.table import RateTable

Ints = npt.NDArray[np.int64]
Objects = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
Columns = Mapping[str, npt.NDArray[Any]]
SMALL = 10**9
INT64 = 2**63 - 1
# Between two NumPy calls a thread needs the interpreter's lock: in smaller blocks the two wait for each other.
BLOCK = 1 << 18
THREADS = 2
WIDE = Context(prec=100)
# Counts of 32 bits need half the memory, and most of the time is memory's.
NATIVE = (np.dtype(np.int32), np.dtype(np.int64))
NONE: npt.NDArray[np.intp] = np.zeros(0, dtype=np.intp)
TIERED, RESTED = "has tiers", "has a rest"


@dataclass(frozen=True, slots=True)
class Bills:
    """Costs of many requests in US dollars; `unknown` marks those with an unpriced unit in use.

    A cost is amount ÷ `denominator`, plus rest ÷ `rest_denominator` in the few `rows` (ascending) that have one.
    """

    amounts: Ints | Objects
    denominator: int
    unknown: Mask
    rows: npt.NDArray[np.intp]
    rests: Ints
    rest_denominator: int

    def exact(self, index: int) -> Fraction:
        """The exact cost of one request, of what is known."""
        place = int(np.searchsorted(self.rows, index))
        cost = Fraction(int(self.amounts[index]), self.denominator)
        if place < len(self.rows) and self.rows[place] == index:
            cost += Fraction(int(self.rests[place]), self.rest_denominator)
        return cost

    def dollars(self, index: int) -> Decimal:
        """The cost of one request: every digit it has, or a hundred where it does not end."""
        cost = self.exact(index)
        return WIDE.divide(Decimal(cost.numerator), Decimal(cost.denominator))

    def total(self) -> Fraction:
        """The exact sum, of what is known; it cannot overflow."""
        return Fraction(_sum(self.amounts), self.denominator) + Fraction(_sum(self.rests), self.rest_denominator)


def _sum(amounts: Ints | Objects) -> int:
    if amounts.dtype == object:
        return int(amounts.sum())
    return (int((amounts >> 32).sum()) << 32) + int((amounts & 0xFFFFFFFF).sum())


def billed(table: RateTable, which: npt.NDArray[Any], usage: Columns) -> Bills:
    """What `RateTable.price` promises."""
    batch = _Batch(table, which, _with_minimums(table, which, _columns(table, len(which), usage)))
    return batch.in_int64() or batch.in_python()


def _columns(table: RateTable, size: int, usage: Columns) -> dict[str, npt.NDArray[Any]]:
    """Counts by price name, with every whole that a part belongs to."""
    columns = {unit_counted_as(name).price_key: _whole(name, counts, size) for name, counts in usage.items()}
    columns.pop(REQUESTS, None)
    for name in columns:
        if name not in table.units:
            raise KeyError(name)
        missing = [whole for whole in wholes(name) if whole in table.units and whole not in columns]
        if missing:
            raise UsageError(f"{missing[0]} must be given with {name}, which is part of it")
    return columns


def _with_minimums(
    table: RateTable, which: npt.NDArray[Any], columns: dict[str, npt.NDArray[Any]]
) -> dict[str, npt.NDArray[Any]]:
    """The counts that are billed: of a model with a minimum, at least that much of what is reported at all."""
    raised = dict(columns)
    for model, minimums in table.minimums.items():
        rows = np.flatnonzero(which == model)
        for minimum in minimums if len(rows) else ():
            names = [unit_counted_as(name).price_key for name in minimum.usage_names]
            _raise(raised, [name for name in names if name in columns], rows, minimum.least)
    return raised


def _raise(columns: dict[str, npt.NDArray[Any]], names: list[str], rows: npt.NDArray[np.intp], least: int) -> None:
    """The first of these counts that is not 0 stands for all of them, at least `least`."""
    reported = np.zeros(len(rows), dtype=np.int64)
    for name in names:
        reported = np.where(reported == 0, columns[name][rows], reported)
    for name in names:
        columns[name] = columns[name].copy()
        columns[name][rows] = np.where(reported == 0, columns[name][rows], np.maximum(reported, least))


def _whole(name: str, counts: npt.ArrayLike, size: int) -> npt.NDArray[Any]:
    found = np.asarray(counts)
    if found.dtype.kind not in "iu" or found.shape != (size,):
        raise UsageError(f"{name} must be whole numbers, one a request")
    too_large = found.dtype.kind == "u" and size and int(found.max()) > INT64
    if too_large:
        return found.astype(object)
    return found if found.dtype in NATIVE else found.astype(np.int64)


@dataclass(frozen=True, slots=True)
class _Span:
    """What some blocks in a row found: their largest counts, and the rests of the rows that have one."""

    most: Mapping[str, int]
    rows: npt.NDArray[np.intp]
    rests: Ints


class Plan:
    """What some columns cost in a table: prices by column, and bits that say which models need a second look."""

    def __init__(self, table: RateTable, columns: tuple[str, ...]) -> None:
        self.columns = columns
        self.common = lcm(*(per(name) for name in (*columns, REQUESTS)))
        self.parts = innermost_first(frozenset(columns))
        self.charged = (*columns, REQUESTS) if table.has_fees else columns
        self.scales = {name: self.common // per(name) for name in self.charged}
        self.tiered = {name: np.ravel(table.coarse(name)) * scale for name, scale in self.scales.items()}
        self.base = {name: prices[:: table.levels].copy() for name, prices in self.tiered.items()}
        self.rest = {name: np.ravel(table.rest(name)) * scale for name, scale in self.scales.items()}
        masks = {TIERED: table.thresholds.min(axis=1, initial=INT64) < INT64, RESTED: ~table.fits}
        masks |= {name: table.unpriced(name) for name in columns}
        self.bits = {name: 1 << place for place, (name, mask) in enumerate(masks.items()) if mask.any()}
        # Where a whole and its parts lack their price at the same models, one look at the whole is enough.
        self.together = {n for n, parts in self.parts if all(np.array_equal(masks[n], masks[p]) for p in parts)}
        looked_at = {part for name, parts in self.parts if name in self.together for part in parts}
        self.watched = [name for name in columns if name in self.bits and name not in looked_at]
        kind = np.uint8 if len(masks) <= 8 else np.uint64
        self.marks = np.zeros(len(table), dtype=kind)
        for name, bit in self.bits.items():
            self.marks = self.marks | masks[name] * kind(bit)


class _Batch:
    """Requests of one call, and what they come to."""

    def __init__(self, table: RateTable, which: npt.NDArray[Any], columns: dict[str, npt.NDArray[Any]]) -> None:
        self.table, self.which, self.columns = table, which, columns
        self.plan = table.plan(tuple(columns))
        self.inputs = columns.get("input_mtok") if table.levels > 1 else None
        self.amounts: Ints = np.zeros(len(which), dtype=np.int64)
        self.unknown: Mask = np.zeros(len(which), dtype=bool)

    def in_int64(self) -> Bills | None:
        """Half of the requests on each thread: NumPy works outside the interpreter's lock.

        None where a cost might have left int64: the largest counts are known once every block has been seen.
        """
        if any(counts.dtype == object for counts in self.columns.values()):
            return None
        size = len(self.which)
        if size <= 2 * BLOCK:
            return self._bills([self._span(0, size)])
        half = -(-size // THREADS)
        with ThreadPoolExecutor(THREADS) as threads:
            return self._bills(list(threads.map(lambda at: self._span(at, min(at + half, size)), range(0, size, half))))

    def _bills(self, spans: list[_Span]) -> Bills | None:
        plan = self.plan
        worst = sum(plan.scales[name] * max(span.most[name] for span in spans) for name in self.columns)
        worst += plan.scales.get(REQUESTS, 0)
        if worst * max(self.table.largest, self.table.finer) > INT64:
            return None
        rows, rests = np.concatenate([s.rows for s in spans]), np.concatenate([s.rests for s in spans])
        denominator = SMALL * plan.common
        return Bills(self.amounts, denominator, self.unknown, rows, rests, denominator * self.table.finer)

    def _span(self, start: int, stop: int) -> _Span:
        """Amounts below the tiers for all rows, block by block; then the rows that a tier or a rest concerns."""
        plan = self.plan
        scratch = np.empty(min(BLOCK, stop - start), dtype=np.int64)
        most, over, rested = dict.fromkeys(self.columns, 0), [NONE], [NONE]
        for at in range(start, stop, BLOCK):
            block = slice(at, min(at + BLOCK, stop))
            marks = self._fill(block, most, scratch)
            over.append(self._over(block, marks) + at)
            if RESTED in plan.bits:
                rested.append(np.flatnonzero(self._marked(marks, RESTED)) + at)
        tiered = np.concatenate(over)
        self.amounts[tiered] = self._billed(plan.tiered, tiered)
        rows = np.concatenate(rested)
        return _Span(most, rows, self._billed(plan.rest, rows))

    def _fill(self, block: slice, most: dict[str, int], scratch: Ints) -> npt.NDArray[Any]:
        """One block below the tiers, and what is unknown in it; the marks of its models."""
        plan, which = self.plan, _models(self.which[block], len(self.table))
        columns = {name: column[block] for name, column in self.columns.items()}
        for name, column in columns.items():
            most[name] = max(most[name], _most(name, column))
        counts, marks = _exclusive(columns, plan.parts), plan.marks.take(which)
        self._bill(self.amounts[block], plan.base, which, counts, scratch)
        unknown = self.unknown[block]
        for name in plan.watched:
            used = columns[name] if name in plan.together else counts[name]
            np.logical_or(unknown, self._marked(marks, name) & (used != 0), out=unknown)
        return marks

    def _over(self, block: slice, marks: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
        """The rows of a block whose model has tiers and whose input may be above one."""
        if self.inputs is None or TIERED not in self.plan.bits:
            return NONE
        over: npt.NDArray[np.intp] = np.flatnonzero(self.inputs[block] > self.table.lowest)
        tiered: npt.NDArray[np.intp] = over[self._marked(marks[over], TIERED)]
        return tiered

    def _marked(self, marks: npt.NDArray[Any], name: str) -> Mask:
        marked: Mask = (marks & marks.dtype.type(self.plan.bits[name])) != 0
        return marked

    def _bill(
        self, amounts: Ints, prices: Mapping[str, Ints], rows: npt.NDArray[Any], counts: Columns, scratch: Ints
    ) -> None:
        """Σ price × count into `amounts`; a fee counts once a request."""
        for place, name in enumerate(self.plan.charged):
            target = scratch[: len(amounts)] if place else amounts
            prices[name].take(rows, out=target, mode="clip")
            if name in counts:
                np.multiply(target, counts[name], out=target)
            if place:
                np.add(amounts, target, out=amounts)

    def _billed(self, prices: Mapping[str, Ints], chosen: npt.NDArray[np.intp]) -> Ints:
        """What the chosen requests pay at prices by model and tier."""
        counts = _exclusive({name: column[chosen] for name, column in self.columns.items()}, self.plan.parts)
        inputs = None if self.inputs is None else self.inputs[chosen]
        found = np.zeros(len(chosen), dtype=np.int64)
        self._bill(found, prices, self._rows(self.which[chosen], inputs), counts, np.empty_like(found))
        return found

    def _rows(self, which: npt.NDArray[Any], inputs: npt.NDArray[Any] | None) -> npt.NDArray[Any]:
        """Which of the prices by model and tier each request pays."""
        rows: npt.NDArray[Any] = which.astype(np.intp, copy=False) * self.table.levels
        if inputs is not None:
            for tier in range(self.table.levels - 1):
                rows = rows + (inputs > self.table.thresholds[which, tier])
        return rows

    def in_python(self) -> Bills:
        """Python's integers, for counts so large that a sum would not fit."""
        table, size = self.table, len(self.which)
        _models(self.which, len(table))
        for name, column in self.columns.items():
            _most(name, column)
        counts = _exclusive({name: column.astype(object) for name, column in self.columns.items()}, self.plan.parts)
        rows = self._rows(self.which, self.inputs)
        amounts: Objects = np.zeros(size, dtype=object)
        unknown = np.zeros(size, dtype=bool)
        for name, scale in self.plan.scales.items():
            fine = table.coarse(name).astype(object) * table.finer + table.rest(name)
            amounts += (np.ravel(fine) * scale)[rows] * counts.get(name, 1)
            if name in counts:
                unknown |= table.unpriced(name)[self.which] & (counts[name] > 0).astype(bool)
        return Bills(amounts, SMALL * table.finer * self.plan.common, unknown, NONE, NONE, 1)


def _models(which: npt.NDArray[Any], models: int) -> npt.NDArray[np.intp]:
    """Models by number. Raises IndexError for one that is not in the table."""
    # Read without a sign, a negative number is a very large one: one pass finds both.
    if len(which) and int(which.view(f"u{which.itemsize}").max()) >= models:
        raise IndexError("no such model in the table")
    return which.astype(np.intp, copy=False)


def _most(name: str, counts: npt.NDArray[Any]) -> int:
    """The largest count. Raises UsageError for a negative one."""
    if not len(counts):
        return 0
    if counts.dtype == object:
        return int(counts.max())
    # Read without a sign, a negative count is a very large one: one pass finds both.
    most = int(counts.view(f"u{counts.itemsize}").max())
    if most > np.iinfo(counts.dtype).max:
        raise UsageError(f"{unit_named(name).usage_key} must be 0 or more")
    return most


def _exclusive(columns: Columns, order: tuple[tuple[str, tuple[str, ...]], ...]) -> Columns:
    """Each count less the counts of its parts, so that every token is in exactly one column."""
    exclusive = dict(columns)
    for name, parts in order:
        for part in parts:
            exclusive[name] = exclusive[name] - exclusive[part]
        if parts and len(exclusive[name]) and exclusive[name].min() < 0:
            raise UsageError(f"the parts of {unit_named(name).usage_key} are more than the whole")
    return exclusive
