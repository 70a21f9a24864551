"""When somebody's digest is sent: at an hour of their own, daily or weekly, one a day at most. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

DAY: Final = dt.timedelta(days=1)
# After the first attempt that was refused, the second and so on, until the next regular time comes.
WAITS: Final = tuple(dt.timedelta(minutes=minutes) for minutes in (2, 10, 30, 120))


class Rhythm(StrEnum):
    """How often."""

    NEVER = "never"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Times:
    """What somebody has chosen; `weekday` counts from Monday, 0, and matters weekly only."""

    rhythm: Rhythm
    hour: int
    weekday: int
    zone: dt.tzinfo

    def on(self, day: dt.date) -> dt.datetime:
        """The moment (UTC) on a day. Of an hour that comes twice the first; one that is left out comes an hour later,
        as clocks show it then."""
        return dt.datetime.combine(day, dt.time(self.hour), self.zone).astimezone(dt.UTC)

    def day_of(self, moment: dt.datetime) -> dt.date:
        """The day that it is there."""
        return moment.astimezone(self.zone).date()

    def _days(self, first: dt.date) -> Iterator[dt.date]:
        for ahead in range(9):
            day = first + ahead * DAY
            if self.rhythm is Rhythm.DAILY or day.weekday() == self.weekday:
                yield day

    def after(self, now: dt.datetime, last: dt.date | None = None) -> dt.datetime | None:
        """The next moment (UTC) after `now`, on a day after `last`, on which one was sent; None for never."""
        if self.rhythm is Rhythm.NEVER:
            return None
        today = self.day_of(now)
        first = max(today, last + DAY) if last else today
        return next(moment for moment in map(self.on, self._days(first)) if moment > now)


def wait_after(attempts: int) -> dt.timedelta:
    """How long to wait after so many refused attempts, 1 or more."""
    return WAITS[min(attempts, len(WAITS)) - 1]
