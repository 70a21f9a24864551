"""Moments as exact numbers of months since the first day of month 1, and what part of a month something holds."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from math import ceil
from operator import mul

from costcalc.engine.errors import TermsError
from costcalc.engine.savings import SideName
from costcalc.engine.terms import Overlap, Ramp, Since, Terms

LONG_AGO = Fraction(-(10**6))


@dataclass(frozen=True, slots=True)
class Window:
    """Month `number` as far as the horizon reaches into it."""

    number: int
    end: Fraction

    @property
    def start(self) -> Fraction:
        """Where the month begins."""
        return Fraction(self.number - 1)

    @property
    def length(self) -> Fraction:
        """The share of the month's days that lies before the horizon's end."""
        return self.end - self.start

    def held(self, since: Fraction, until: Fraction | None) -> Fraction:
        """How much of the window lies in a span, as a share of the window."""
        start = self.number - 1
        # Most spans hold for all of a month or for none of it, which needs no fractions.
        if since >= self.end or (until is not None and until <= start):
            return Fraction(0)
        if since <= start and (until is None or until >= self.end):
            return Fraction(1)
        end = self.end if until is None else min(until, self.end)
        return (end - max(since, self.start)) / self.length


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, without an end where `until` is None, and the number that holds in it."""

    since: Fraction
    until: Fraction | None
    value: Fraction


def position(moment: Since, start: dt.date) -> Fraction:
    """Months from the first day of `start`'s month; a day counts as its share of its own calendar month."""
    if isinstance(moment, Decimal):
        return Fraction(moment)
    months = (moment.year - start.year) * 12 + moment.month - start.month
    return months + Fraction(moment.day - 1, calendar.monthrange(moment.year, moment.month)[1])


def horizon(terms: Terms, start: dt.date) -> Fraction:
    """The months that count: those asked for, or up to a shutdown that comes before their end."""
    ends_on, asked = terms.ends_on, Fraction(terms.horizon_months)
    return asked if ends_on is None else max(Fraction(0), min(asked, position(ends_on, start)))


def windows(months: Fraction) -> list[Window]:
    """Whole months, then the last one by its share of days."""
    return [Window(number, min(Fraction(number), months)) for number in range(1, ceil(months) + 1)]


def stages(ramp: Ramp, start: dt.date) -> list[Span]:
    """The shares of traffic on the candidate. Raises TermsError where a stage starts before the one above it."""
    delay = Fraction(ramp.delay)
    starts = [position(stage.starts, start) for stage in ramp.stages]
    for index in range(1, len(starts)):
        if starts[index] < starts[index - 1]:
            raise TermsError(f"ramp.stages.{index}.starts", "stages_out_of_order")
    ends = [*(since + delay for since in starts[1:]), None]
    return [
        Span(since + delay, until, Fraction(stage.share))
        for since, until, stage in zip(starts, ends, ramp.stages, strict=True)
    ]


def split(spans: list[Span]) -> Iterator[Span]:
    """The stages in which some of the traffic is on either provider."""
    return (span for span in spans if 0 < span.value < 1)


def dated(terms: Terms, start: dt.date, side: SideName, move: int) -> list[tuple[Fraction, int]]:
    """The price changes of one side of one workload, by their moments: when, and which of the terms' changes."""
    concerned = (
        (position(change.starts, start), index)
        for index, change in enumerate(terms.changes)
        if change.side == side and change.move in {None, move}
    )
    return sorted(concerned)


def levels(terms: Terms, start: dt.date, side: SideName, move: int) -> list[Span]:
    """By how much the prices of one side of one workload differ from today's, over time."""
    changes = dated(terms, start, side, move)
    factors = accumulate((Fraction(terms.changes[index].factor) for _, index in changes), mul, initial=Fraction(1))
    starts = [LONG_AGO, *(since for since, _ in changes)]
    return [Span(since, until, value) for since, until, value in zip(starts, [*starts[1:], None], factors, strict=True)]


def mean(spans: list[Span], window: Window) -> Fraction:
    """The mean of what holds in a window, by its days; 0 where nothing does."""
    return sum((span.value * window.held(span.since, span.until) for span in spans), Fraction(0))


def apart(spans: list[Span], window: Window) -> tuple[Fraction, Fraction]:
    """While the traffic is split: how much of it stays and how much has moved, as shares of the window's traffic."""
    held = [(span.value, window.held(span.since, span.until)) for span in split(spans)]
    stays = sum((part * (1 - share) for share, part in held), Fraction(0))
    return stays, sum((part * share for share, part in held), Fraction(0))


def overlapping(overlap: Overlap, spans: list[Span], window: Window) -> Fraction:
    """The share of a window in which both providers are paid for."""
    if overlap.months is None:
        return sum((window.held(span.since, span.until) for span in split(spans)), Fraction(0))
    return window.held(spans[0].since, spans[0].since + Fraction(overlap.months))
