"""The same traffic on every other model: who can serve it and at what cost, and who cannot and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext_lazy as _

from costcalc.catalog.entries import Entry
from costcalc.catalog.index import Catalogue
from costcalc.engine import rank
from costcalc.scenarios.scenario import Scenario

# Why a model is set apart, the first that applies.
REASONS = {
    "baseline": _("the baseline itself"),
    "quote": _("a vendor’s quote, not a list price"),
    "ended": _("shut down, or no longer in its source"),
    "price": _("no price is known for a unit in use"),
    "window_unknown": _("its context window is not known"),
    "window": _("its context window is too small"),
}
SORT_KEYS: Mapping[str, Callable[[Entry], Any]] = {
    "model": lambda entry: (entry.model_id.lower(), entry.provider),
    "provider": lambda entry: (entry.provider_name.lower(), entry.model_id.lower()),
    "window": lambda entry: entry.context_window or 0,
}
SORTS = ("cost", "-cost", "model", "-model", "provider", "-provider", "window", "-window")
Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Elsewhere:
    """Month 1 in cents on every entry of the catalogue, and why some are set apart (by REASONS)."""

    entries: tuple[Entry, ...]
    cents: npt.NDArray[Any]
    apart: dict[str, Mask]

    @cached_property
    def able(self) -> Mask:
        """Which entries can serve the traffic at known prices."""
        able: Mask = ~np.logical_or.reduce(list(self.apart.values()))
        return able

    def serving(self, sort: str = "cost", query: str = "") -> Positions:
        """Positions of the entries that can serve, sorted, and filtered by the words of a query."""
        return self._sorted(self._matching(np.flatnonzero(self.able), query), sort)

    def reasons(self) -> list[tuple[str, int]]:
        """How many entries are set apart for each reason."""
        counts = [(reason, int(np.count_nonzero(mask))) for reason, mask in self.apart.items()]
        return [(reason, count) for reason, count in counts if count]

    def set_apart(self, reason: str, query: str = "") -> Positions:
        """Positions of the entries set apart for a reason, by name."""
        return self._sorted(self._matching(np.flatnonzero(self.apart[reason]), query), "model")

    def _matching(self, positions: Positions, query: str) -> Positions:
        words = query.lower().split()
        if not words:
            return positions
        entries = ((position, self.entries[position]) for position in positions.tolist())
        texts = ((position, f"{entry.key} {entry.name}".lower()) for position, entry in entries)
        found = [position for position, text in texts if all(word in text for word in words)]
        return np.array(found, dtype=np.intp)

    def _sorted(self, found: Positions, sort: str) -> Positions:
        down, name = sort.startswith("-"), sort.removeprefix("-")
        if name == "cost":
            # Stable, so that equal costs keep the catalogue's order; numpy sorts faster than keys would.
            found = found[np.argsort(self.cents[found], kind="stable")]
        else:
            key = SORT_KEYS[name]
            found = np.array(sorted(found.tolist(), key=lambda index: key(self.entries[index])), dtype=np.intp)
        return found[::-1] if down else found


def elsewhere(scenario: Scenario, catalogue: Catalogue) -> Elsewhere:
    """Rank the scenario's traffic, as it is at the baseline, over the whole catalogue."""
    workloads = [asked.workload for asked in scenario.asked]
    variants = {"standard"} | {name for workload in workloads for name in workload.variant_shares()}
    ranking = rank(catalogue.tables(scenario.at, sorted(variants)), workloads, scenario.day_count)
    needed = max(workload.input_tokens + workload.output_tokens for workload in workloads)
    window = int(needed.to_integral_value(ROUND_CEILING))
    return Elsewhere(
        catalogue.entries,
        ranking.cents,
        _apart(catalogue, _baseline(scenario, catalogue), ranking.unknown, scenario.day, window),
    )


def _baseline(scenario: Scenario, catalogue: Catalogue) -> Mask:
    """The one model that all of the traffic runs on today, which is no elsewhere."""
    mask = np.zeros(len(catalogue.entries), dtype=bool)
    today = {asked.baseline.position for asked in scenario.asked if isinstance(asked.baseline, Entry)}
    if len(today) == 1:
        mask[list(today)] = True
    return mask


def _apart(catalogue: Catalogue, baseline: Mask, unpriced: Mask, day: dt.date, needed: int) -> dict[str, Mask]:
    masks = {
        "baseline": baseline,
        "quote": catalogue.quoted,
        "ended": catalogue.shut_down(day),
        "price": unpriced,
        "window_unknown": catalogue.windows < 0,
        "window": catalogue.windows < needed,
    }
    before = np.zeros(len(catalogue.entries), dtype=bool)
    apart: dict[str, Mask] = {}
    for reason, mask in masks.items():
        apart[reason] = mask & ~before
        before = before | mask
    return apart
