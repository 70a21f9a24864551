"""The same traffic on every model of a catalogue: one vectorised computation, to the cent.

Rounding is the ledger's: each line (workload × unit) of month 1 is rounded once to cents, half up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
import numpy.typing as npt

from costcalc.engine.bills import INT64, SMALL
from costcalc.engine.table import UNPRICED, RateTable
from costcalc.engine.traffic import DayCount, Workload
from costcalc.engine.units import per

Mixture = list[tuple[Fraction, RateTable, npt.NDArray[np.intp]]]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Month 1 in cents for each model, of what is known, and whether a unit in use has no price there."""

    cents: npt.NDArray[Any]
    unknown: npt.NDArray[np.bool_]


def rank(tables: Mapping[str, RateTable], workloads: Sequence[Workload], days: DayCount) -> Ranking:
    """What the traffic costs on each model of the tables, one table a variant (`standard`, `batch` …).

    The tables list the same models in the same order; a model without the variant is empty there.
    """
    size = len(tables["standard"])
    cents: npt.NDArray[Any] = np.zeros(size, dtype=np.int64)
    unknown = np.zeros(size, dtype=bool)
    for workload in workloads:
        requests = workload.requests_in(1, days)
        mixture = _mixture(tables, workload)
        for unit, quantity in workload.quantities().items():
            line, missing = _line(unit, quantity * requests, mixture)
            cents = cents + line
            unknown |= missing
    return Ranking(cents, unknown)


def _mixture(tables: Mapping[str, RateTable], workload: Workload) -> Mixture:
    """Which prices the requests pay, by share: variants, and below or above the first price tier."""
    found: Mixture = []
    for variant, share in workload.variant_shares().items():
        table = tables[variant]
        level = table.level(workload.input_tokens)
        if workload.over_tier_share is None:
            found.append((share, table, level))
            continue
        over = Fraction(workload.over_tier_share)
        lowest, first = np.zeros_like(level), np.minimum(np.maximum(level, 1), table.levels - 1)
        found += [(s, table, which) for s, which in ((share * (1 - over), lowest), (share * over, first)) if s]
    return found


def _line(unit: str, volume: Fraction, mixture: Mixture) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """One line of the ledger for every model, and where its price is missing."""
    columns = [table.column(unit, level) for _, table, level in mixture]
    fits = np.all([table.fits for _, table, _ in mixture], axis=0)
    missing = fits & np.any([column == UNPRICED for column in columns], axis=0)
    common = lcm(*(share.denominator for share, _, _ in mixture))
    weights = [int(share * common) for share, _, _ in mixture]
    priced = _weighted(columns, weights)
    cents = _rounded(priced, volume * 100 / (SMALL * per(unit) * common))
    factor = volume * 100 / per(unit)
    for model in np.flatnonzero(~fits):
        cents, missing[model] = _place(cents, int(model), _exactly(unit, factor, mixture, int(model)))
    return np.where(missing, 0, cents), missing


def _weighted(columns: list[npt.NDArray[np.int64]], weights: list[int]) -> npt.NDArray[Any]:
    """Σ weight × price of the priced columns; Python's integers where int64 could overflow."""
    known = [np.maximum(column, 0) for column in columns]
    if sum(weight * int(column.max(initial=0)) for weight, column in zip(weights, known, strict=True)) > INT64:
        known = [column.astype(object) for column in known]
    first, *rest = (column if weight == 1 else column * weight for weight, column in zip(weights, known, strict=True))
    return sum(rest, start=first)


def _rounded(prices: npt.NDArray[Any], factor: Fraction) -> npt.NDArray[Any]:
    """prices × factor, half up. The reduced factor is small for the round numbers people type."""
    top, bottom = 2 * factor.numerator, factor.denominator
    if int(prices.max(initial=0)) * top + bottom > INT64 or 2 * bottom > INT64:
        prices = prices.astype(object)
    return (prices * top + bottom) // (2 * bottom)


def _exactly(unit: str, factor: Fraction, mixture: Mixture, model: int) -> int | None:
    """The line of a model whose prices are finer than the small unit, in cents; None if a price is missing."""
    paid = Fraction(0)
    for share, table, level in mixture:
        price = table.exact(model, unit, int(level[model]))
        if price is None:
            return None
        paid = price if share == 1 else paid + share * price
    # Not a product of fractions: those are reduced at every step, and nobody looks at the steps.
    top, bottom = paid.numerator * factor.numerator, paid.denominator * factor.denominator
    return (2 * top + bottom) // (2 * bottom)


def _place(cents: npt.NDArray[Any], model: int, value: int | None) -> tuple[npt.NDArray[Any], bool]:
    if value is not None and value > INT64 and cents.dtype != object:
        cents = cents.astype(object)
    cents[model] = value or 0
    return cents, value is None
