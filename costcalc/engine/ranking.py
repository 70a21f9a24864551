"""The same traffic on every model of a catalogue: one vectorised computation, to the cent.

Rounding is the ledger's: each line (workload × unit) of month 1 is rounded once to cents, half up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from costcalc.engine.bills import INT64
from costcalc.engine.table import RateTable
from costcalc.engine.traffic import DayCount, Workload
from costcalc.engine.units import per

# A product of a few rounded factors is wrong by a few times 10⁻¹⁶ of itself.
DOUBT = 1e-13
# Up to here a float tells halves of a cent apart.
LARGEST = 2.0**51
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
    """One line of the ledger for every model in cents, half up, and where its price is missing.

    Floating point decides what it can: it is wrong by far less than DOUBT, so only a cost that close to half a
    cent, or too large for whole cents in a float, has to be computed exactly.
    """
    factor = volume * 100 / per(unit)
    paid = sum(float(share) * table.approximate(unit, level) for share, table, level in mixture)
    missing = np.isnan(paid)
    exact = np.nan_to_num(paid * float(factor), copy=False)
    cents = np.floor(exact + 0.5)
    large = exact > LARGEST
    doubtful = np.flatnonzero((0.5 - np.abs(exact - cents) <= DOUBT * exact) | large)
    if large.any():
        cents[large] = 0
    whole: npt.NDArray[Any] = cents.astype(np.int64)
    found = [_exactly(unit, factor, mixture, model) for model in doubtful.tolist()]
    if max(found, default=0) > INT64:
        whole = whole.astype(object)
    whole[doubtful] = found
    return whole, missing


def _exactly(unit: str, factor: Fraction, mixture: Mixture, model: int) -> int:
    """The line of one model in cents, half up: its price × `factor`, without reducing any fraction."""
    paid = Fraction(0)
    for share, table, level in mixture:
        paid += share * (table.exact(model, unit, int(level[model])) or 0)
    top, bottom = paid.numerator * factor.numerator, paid.denominator * factor.denominator
    return (2 * top + bottom) // (2 * bottom)
