"""The prices of many models as one table of whole numbers.

A price becomes a whole number of a small unit, 10⁻⁹ dollars per MTok, wherever it fits. A few models have
prices of 13–18 decimals, or a mean over hours that does not end: those are kept exactly beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from math import lcm
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from costcalc.engine.bills import INT64, SMALL, Bills, Ints, Plan, billed
from costcalc.engine.pricing import Minimum, Rates
from costcalc.engine.units import REQUESTS, billed_as

Weighted = tuple[tuple[Fraction, Rates], ...]
UNPRICED = -1
NEVER = INT64


class RateTable:
    """Prices per model, tier and unit. A row without a price for a unit holds UNPRICED there."""

    def __init__(
        self,
        units: Sequence[str],
        models: Sequence[Weighted],
        minimums: Mapping[int, tuple[Minimum, ...]] = MappingProxyType({}),
    ) -> None:
        """`models`: each model's prices with the shares of the day in which they hold; empty: none at all.

        `minimums`: the least quantities that are billed, of the few models that have any, by position.
        """
        self.units = tuple(units)
        self.minimums = dict(minimums)
        compiled = [_levels(self.units, weighted) for weighted in models]
        self.levels = max((len(thresholds) for thresholds, _ in compiled), default=0) + 1
        self.thresholds = _thresholds(compiled, self.levels - 1)
        exact = [_padded(rows, self.levels) for _, rows in compiled]
        self.denominators = [_denominator(rows) for rows in exact]
        self.fits = np.array([SMALL % d == 0 for d in self.denominators], dtype=bool)
        self.finer = lcm(SMALL, *self.denominators) // SMALL
        self.small = self._small(exact)
        self._exact = exact
        self._plans: dict[tuple[str, ...], Plan] = {}

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

    def approximate(self, unit: str, level: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        """Each model's price of a unit at its tier in US dollars, the nearest float to it; NaN where there is none."""
        found: npt.NDArray[np.float64] = self._nearest[self.units.index(unit)].take(self._rows + level)
        return found

    def exact(self, model: int, unit: str, level: int) -> Fraction | None:
        """One price in US dollars per `per(unit)`."""
        return self._exact[model][level][self.units.index(unit)]

    def price(self, which: npt.NDArray[np.integer[Any]], usage: Mapping[str, npt.NDArray[np.integer[Any]]]) -> Bills:
        """The cost of many requests: `which` model each, and counts by usage name as providers report them.

        Every request pays its model's fee, if it has one and the table was made for REQUESTS. Raises
        UnknownUnit for a misspelt name, UsageError where parts exceed their whole, a whole is missing or a
        count is negative, KeyError for a unit that the table was not made for, IndexError for no such model.
        """
        return billed(self, np.asarray(which), usage)

    def plan(self, columns: tuple[str, ...]) -> Plan:
        """How these columns are billed; made once and remembered."""
        if columns not in self._plans:
            self._plans[columns] = Plan(self, columns)
        return self._plans[columns]

    def coarse(self, unit: str) -> Ints:
        """Prices of a unit by model and tier in whole small units; 0 where there is none."""
        return self._split[0][:, :, self.units.index(unit)]

    def rest(self, unit: str) -> Ints:
        """What `coarse` leaves of each price, in small units ÷ `finer`."""
        return self._split[1][:, :, self.units.index(unit)]

    def unpriced(self, unit: str) -> npt.NDArray[np.bool_]:
        """Which models have no price for a unit."""
        return self._gaps[:, self.units.index(unit)]

    @cached_property
    def _rows(self) -> npt.NDArray[np.intp]:
        """Where each model's prices begin, tier after tier."""
        return np.arange(len(self)) * self.levels

    @cached_property
    def _nearest(self) -> list[npt.NDArray[np.float64]]:
        """The nearest float to every price, by unit: models and their tiers in one row."""
        nearest = np.where(self.small == UNPRICED, np.nan, self.small / SMALL)
        for model in np.flatnonzero(~self.fits):
            nearest[model] = [[np.nan if p is None else float(p) for p in level] for level in self._exact[model]]
        return [np.ascontiguousarray(nearest[:, :, unit]).ravel() for unit in range(len(self.units))]

    @cached_property
    def largest(self) -> int:
        """The highest price, in small units."""
        return int(self._split[0].max(initial=0))

    @cached_property
    def has_fees(self) -> bool:
        """Whether any model charges for the request itself."""
        return REQUESTS in self.units and bool(self.coarse(REQUESTS).any() or self.rest(REQUESTS).any())

    @cached_property
    def lowest(self) -> int:
        """The lowest threshold of all tiers."""
        return int(self.thresholds.min(initial=NEVER))

    @cached_property
    def _gaps(self) -> npt.NDArray[np.bool_]:
        """Which prices are not known, by model and unit; a tier never adds or takes away a price."""
        rows = [[price is None for price in levels[0]] for levels in self._exact]
        return np.array(rows, dtype=bool).reshape(len(self), len(self.units))

    @cached_property
    def _split(self) -> tuple[Ints, Ints]:
        """Every price as whole small units and a rest."""
        coarse, rest = np.maximum(self.small, 0), np.zeros_like(self.small)
        for model in np.flatnonzero(~self.fits):
            for level, prices in enumerate(self._exact[model]):
                for unit, price in enumerate(prices):
                    pair = divmod(int((price or 0) * SMALL * self.finer), self.finer)
                    coarse[model, level, unit], rest[model, level, unit] = pair
        return coarse, rest

    def _small(self, exact: list[list[list[Fraction | None]]]) -> Ints:
        rows = np.full((len(exact), self.levels, len(self.units)), UNPRICED, dtype=np.int64)
        for model, levels in enumerate(exact):
            if self.fits[model]:
                rows[model] = [[UNPRICED if p is None else int(p * SMALL) for p in level] for level in levels]
        return rows


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
