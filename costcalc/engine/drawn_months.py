"""What goes by the month in many draws: how much traffic has moved, when both sides are paid for, price levels.

The same arithmetic as `timeline`. What is not drawn is computed there, exactly, and becomes a column of floats.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from costcalc.engine.savings import SideName
from costcalc.engine.terms import Terms
from costcalc.engine.timeline import (
    LONG_AGO,
    Window,
    apart,
    dated,
    horizon,
    levels,
    mean,
    overlapping,
    position,
    stages,
    windows,
)

Floats = npt.NDArray[np.float64]
Number = float | Floats
Columns = Mapping[str, Floats]
DELAY, OVERLAP = "terms.ramp.delay", "terms.overlap.months"


@dataclass(frozen=True, slots=True)
class Moved:
    """By month, (months, 1) or (months, draws): the share of the traffic that has moved; the part of the month in
    which both providers are paid for; and while traffic is split, the shares of it that stay and that have moved.
    """

    share: Floats
    overlap: Floats
    stays: Floats
    moves: Floats


class Months:
    """The months of a horizon."""

    def __init__(self, terms: Terms, start: dt.date) -> None:
        self.terms, self.start = terms, start
        self.windows = windows(horizon(terms, start))
        self.starts, self.ends = self.column(lambda each: each.start), self.column(lambda each: each.end)
        self.lengths = self.column(lambda each: each.length)
        spans, overlap = stages(terms.ramp, start), terms.overlap
        split = {window.number: apart(spans, window) for window in self.windows}
        self.planned = Moved(
            share=self.column(lambda each: mean(spans, each)),
            overlap=self.column(lambda each: overlapping(overlap, spans, each)),
            stays=self.column(lambda each: split[each.number][0]),
            moves=self.column(lambda each: split[each.number][1]),
        )

    def column(self, of: Callable[[Window], Fraction]) -> Floats:
        """A number of each month, one below the other."""
        return np.array([float(of(window)) for window in self.windows]).reshape(-1, 1)

    def moved(self, drawn: Columns) -> Moved:
        """What the ramp comes to, as planned or with what is drawn of it."""
        if not any(path == OVERLAP or path.startswith("terms.ramp.") for path in drawn):
            return self.planned
        delay = drawn.get(DELAY, float(self.terms.ramp.delay))
        starts = [float(position(stage.starts, self.start)) + delay for stage in self.terms.ramp.stages]
        zero = np.zeros_like(self.lengths)
        share, split, stays, moves = zero, zero, zero, zero
        for place, since in enumerate(starts):
            value = drawn.get(f"terms.ramp.stages.{place}.share", float(self.terms.ramp.stages[place].share))
            held = self._held(since, starts[place + 1] if place + 1 < len(starts) else None)
            both = np.where(np.greater(value, 0) & np.less(value, 1), held, 0.0)
            share, split = share + held * value, split + both
            stays, moves = stays + both * (1 - value), moves + both * value
        if self.terms.overlap.months is not None:
            split = self._held(starts[0], starts[0] + drawn.get(OVERLAP, float(self.terms.overlap.months)))
        return Moved(share, split, stays, moves)

    def level(self, side: SideName, move: int, drawn: Columns) -> Floats | None:
        """By how much the prices of one side of one workload differ from today's; None where they do not."""
        changes = dated(self.terms, self.start, side, move)
        if not changes:
            return None
        if not any(f"terms.changes.{index}.factor" in drawn for _, index in changes):
            spans = levels(self.terms, self.start, side, move)
            return self.column(lambda each: mean(spans, each))
        ends: list[Any] = [float(since) for since, _ in changes] + [None]
        value: Number = 1.0
        level = self._held(float(LONG_AGO), ends[0])
        for place, (since, index) in enumerate(changes):
            value = value * drawn.get(f"terms.changes.{index}.factor", float(self.terms.changes[index].factor))
            level = level + value * self._held(float(since), ends[place + 1])
        return level

    def _held(self, since: Number, until: Number | None) -> Floats:
        """How much of each month lies in a span, as a share of the month."""
        ends = self.ends if until is None else np.minimum(until, self.ends)
        found: Floats = np.maximum(0.0, ends - np.maximum(since, self.starts)) / self.lengths
        return found
