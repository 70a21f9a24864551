"""The prices of many models as one table of whole numbers, and the exact cost of many requests at once.

A price becomes a whole number of a small unit, 10⁻⁹ dollars per MTok, wherever it fits; costs are then
int64. A few models have prices of 13–18 decimals: their rows use Python's integers at a finer unit. Both
give the same answers, and nothing is rounded on the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Any

import numpy as np
import numpy.typing as npt

from costcalc.engine.errors import UsageError
from costcalc.engine.pricing import Rates
from costcalc.engine.units import REQUESTS, billed_as, innermost_first, per, unit_counted_as

Weighted = tuple[tuple[Fraction, Rates], ...]
Ints = npt.NDArray[np.int64]
Objects = npt.NDArray[Any]
SMALL = 10**9
UNPRICED = -1
INT64 = 2**63 - 1
NEVER = INT64
BLOCK = 1 << 15


@dataclass(frozen=True, slots=True)
class Bills:
    """Costs of many requests: dollars = amount ÷ `denominator`; `unknown` marks those with an unpriced unit in use."""

    amounts: Ints | Objects
    denominator: int
    unknown: npt.NDArray[np.bool_]

    def dollars(self, index: int) -> Decimal:
        """The exact cost of one request in US dollars."""
        return Decimal(int(self.amounts[index])) / self.denominator

    def total(self) -> Fraction:
        """The exact sum in US dollars, of what is known; it cannot overflow."""
        amounts = self.amounts
        if amounts.dtype == object:
            return Fraction(int(amounts.sum()), self.denominator)
        high, low = amounts >> 32, amounts & 0xFFFFFFFF
        return Fraction((int(high.sum()) << 32) + int(low.sum()), self.denominator)


class RateTable:
    """Prices per model, tier and unit. A row without a price for a unit holds UNPRICED there."""

    def __init__(self, units: Sequence[str], models: Sequence[Weighted]) -> None:
        """`models`: each model's prices with the shares of the day in which they hold; empty: none at all."""
        self.units = tuple(units)
        compiled = [_levels(self.units, weighted) for weighted in models]
        self.levels = max((len(thresholds) for thresholds, _ in compiled), default=0) + 1
        self.thresholds = _thresholds(compiled, self.levels - 1)
        exact = [_padded(rows, self.levels) for _, rows in compiled]
        self.denominators = [_denominator(rows) for rows in exact]
        self.fits = np.array([SMALL % d == 0 for d in self.denominators], dtype=bool)
        self.fine = lcm(SMALL, *self.denominators)
        self.small = self._small(exact)
        self._exact = exact
        self.largest = int(self.small.max(initial=0))

    def __len__(self) -> int:
        return len(self.denominators)

    def level(self, input_tokens: Decimal | Fraction | int) -> npt.NDArray[np.intp]:
        """Each model's tier for a request with so many input tokens (0: the base price)."""
        whole = int(min(input_tokens, INT64))
        over = self.thresholds < whole
        if input_tokens > whole:
            over |= self.thresholds == whole
        level: npt.NDArray[np.intp] = over.sum(axis=1)
        return level

    def column(self, unit: str, level: npt.NDArray[np.intp]) -> Ints:
        """Each model's price of a unit, in 1/SMALL dollars; UNPRICED where there is none or it does not fit."""
        found: Ints = self.small[np.arange(len(self)), level, self.units.index(unit)]
        return found

    def exact(self, model: int, unit: str, level: int) -> Fraction | None:
        """One price in US dollars per `per(unit)`."""
        return self._exact[model][level][self.units.index(unit)]

    def price(self, which: npt.NDArray[np.integer[Any]], usage: Mapping[str, npt.NDArray[np.integer[Any]]]) -> Bills:
        """The cost of many requests: `which` model each, and counts by usage name as providers report them.

        Raises UnknownUnit for a misspelt name, UsageError where parts exceed their whole or a count is
        negative, and KeyError for a unit that the table was not made for.
        """
        columns = {unit_counted_as(name).price_key: np.asarray(counts) for name, counts in usage.items()}
        for name in columns:
            if name not in self.units:
                raise KeyError(name)
        _check_counts(columns)
        if self.fits[np.bincount(which, minlength=len(self)) > 0].all() and self._safe(columns):
            return self._price_small(np.asarray(which), columns)
        return self._price_fine(np.asarray(which), columns)

    def _small(self, exact: list[list[list[Fraction | None]]]) -> Ints:
        rows = np.full((len(exact), self.levels, len(self.units)), UNPRICED, dtype=np.int64)
        for model, levels in enumerate(exact):
            if self.fits[model]:
                rows[model] = [[UNPRICED if p is None else int(p * SMALL) for p in level] for level in levels]
        return rows

    def _safe(self, columns: Mapping[str, npt.NDArray[np.integer[Any]]]) -> bool:
        """Whether no cost of the batch can leave int64, so that the small unit is exact."""
        common = _common_per(columns)
        worst = sum(int(counts.max(initial=0)) * (common // per(name)) for name, counts in columns.items())
        return worst * self.largest <= INT64

    def _price_small(self, which: npt.NDArray[np.integer[Any]], columns: Mapping[str, Any]) -> Bills:
        """int64 throughout, in blocks that stay in the processor's cache."""
        common = _common_per(columns)
        flat = {name: self._flat(name, common // per(name)) for name in columns}
        amounts = np.zeros(len(which), dtype=np.int64)
        unknown = np.zeros(len(which), dtype=bool)
        for start in range(0, len(which), BLOCK):
            block = slice(start, start + BLOCK)
            part = {name: counts[block] for name, counts in columns.items()}
            row = self._row(which[block], part)
            _exclusive_in_place(part)
            for name, counts in part.items():
                prices, priced = flat[name]
                amounts[block] += prices[row] * counts
                if priced is not None:
                    unknown[block] |= ~priced[row] & (counts > 0)
        return Bills(amounts, SMALL * common, unknown)

    def _flat(self, name: str, scale: int) -> tuple[Ints, npt.NDArray[np.bool_] | None]:
        """A unit's prices by row (model × tier), 0 where unpriced, and where it is priced (None: everywhere)."""
        prices = self.small[:, :, self.units.index(name)].ravel()
        priced = prices != UNPRICED
        return np.where(priced, prices, 0) * scale, None if priced.all() else priced

    def _row(self, which: npt.NDArray[np.integer[Any]], part: Mapping[str, Any]) -> Any:
        if self.levels == 1:
            return which
        tokens = part.get("input_mtok")
        row = which * self.levels
        if tokens is not None:
            for tier in range(self.levels - 1):
                row = row + (tokens > self.thresholds[which, tier])
        return row

    def _price_fine(self, which: npt.NDArray[np.integer[Any]], columns: Mapping[str, Any]) -> Bills:
        """Python's integers: for prices finer than the small unit, and for counts that would not fit."""
        common = _common_per(columns)
        part = {name: counts.astype(object) for name, counts in columns.items()}
        rows = self._row(which, columns) if self.levels > 1 else which
        _exclusive_in_place(part)
        amounts: Objects = np.zeros(len(which), dtype=object)
        unknown = np.zeros(len(which), dtype=bool)
        for name, counts in part.items():
            prices, priced = self._fine_column(name, common // per(name))
            amounts += prices[rows] * counts
            unknown |= ~priced[rows] & (counts > 0).astype(bool)
        return Bills(amounts, self.fine * common, unknown)

    def _fine_column(self, name: str, scale: int) -> tuple[Objects, npt.NDArray[np.bool_]]:
        index = self.units.index(name)
        found = [level[index] for levels in self._exact for level in levels]
        prices = np.array([0 if price is None else int(price * self.fine) * scale for price in found], dtype=object)
        return prices, np.array([price is not None for price in found], dtype=bool)


def _levels(units: tuple[str, ...], weighted: Weighted) -> tuple[list[int], list[list[Fraction | None]]]:
    """A model's tier thresholds, and its price of each unit below and above each of them."""
    thresholds = sorted({t.above for _, rates in weighted for rate in rates.values() for t in rate.tiers})
    inputs = [0, *(threshold + 1 for threshold in thresholds)]
    return thresholds, [_prices(units, weighted, tokens) for tokens in inputs]


def _prices(units: tuple[str, ...], weighted: Weighted, input_tokens: int) -> list[Fraction | None]:
    """Each unit's price, weighted by the hours; None where it has none at some hour. A missing request fee is 0."""
    prices: list[Fraction | None] = [Fraction(0) if weighted or unit == REQUESTS else None for unit in units]
    for share, rates in weighted:
        own = {name: share * Fraction(rate.price(input_tokens)) for name, rate in rates.items()}
        for index, payer in enumerate(_payers(units, frozenset(rates))):
            known = prices[index]
            if payer is not None and known is not None:
                prices[index] = known + own[payer]
            elif units[index] != REQUESTS:
                prices[index] = None
    return prices


@lru_cache(maxsize=1024)
def _payers(units: tuple[str, ...], priced: frozenset[str]) -> tuple[str | None, ...]:
    return tuple(billed_as(unit, priced) for unit in units)


def _thresholds(compiled: Sequence[tuple[list[int], Any]], width: int) -> Ints:
    rows = [thresholds + [NEVER] * (width - len(thresholds)) for thresholds, _ in compiled]
    return np.array(rows, dtype=np.int64).reshape(len(compiled), width)


def _padded(rows: list[list[Fraction | None]], levels: int) -> list[list[Fraction | None]]:
    return rows + [rows[-1]] * (levels - len(rows))


def _denominator(rows: Iterable[Iterable[Fraction | None]]) -> int:
    return lcm(*(price.denominator for row in rows for price in row if price is not None))


def _common_per(columns: Iterable[str]) -> int:
    return lcm(*(per(name) for name in columns))


def _check_counts(columns: Mapping[str, npt.NDArray[np.integer[Any]]]) -> None:
    for name, counts in columns.items():
        if counts.dtype.kind not in "iu":
            raise UsageError(f"{name} must be whole numbers")
        if len(counts) and counts.min() < 0:
            raise UsageError(f"{name} must be 0 or more")


def _exclusive_in_place(columns: dict[str, Any]) -> None:
    """Each count less the counts of its parts, so that every token is in exactly one column."""
    for name, parts in innermost_first(frozenset(columns)):
        for part in parts:
            columns[name] = columns[name] - columns[part]
        if parts and len(columns[name]) and columns[name].min() < 0:
            raise UsageError(f"the parts of {name} are more than the whole")
