"""Dates by working days: Monday to Friday, given days off aside. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

MOST_OFF: Final = 100
EARLIEST: Final = dt.date(2020, 1, 1)
LATEST: Final = dt.date(2100, 1, 1)
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class WorkDays:
    """A calendar of working days."""

    off: frozenset[dt.date] = frozenset()

    def works(self, day: dt.date) -> bool:
        """Whether people work on this day."""
        return day.weekday() < _SATURDAY and day not in self.off

    def nth(self, start: dt.date, number: int) -> dt.date:
        """The working day that is `number` (0 or more) after the first one on or after `start`; LATEST at most."""
        return min(next(islice(self._on_from(start, 1), number, None)), LATEST)

    def moved(self, day: dt.date, by: int) -> dt.date:
        """The working day `by` of them later, or earlier where it is negative, between EARLIEST and LATEST; by 0 the
        day itself.
        """
        if by == 0:
            return day
        step = 1 if by > 0 else -1
        found = next(islice(self._on_from(day + dt.timedelta(step), step), abs(by) - 1, None))
        return min(max(found, EARLIEST), LATEST)

    def _on_from(self, day: dt.date, step: int) -> Iterator[dt.date]:
        while True:
            if self.works(day):
                yield day
            day += dt.timedelta(step)
