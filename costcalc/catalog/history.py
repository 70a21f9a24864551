"""How a model's prices came about: what each source has said, for which days, newest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from costcalc.catalog.entries import Entry, PriceRow
from costcalc.catalog.labels import KINDS, own_words
from costcalc.catalog.links import Link, links
from costcalc.catalog.tariffs import STANDARD, Stretch, by_hour, grouped, hours_in_words, summary
from costcalc.engine import Rates
from costcalc.formatting import Formatter


@dataclass(frozen=True, slots=True)
class Period:
    """One price of the past, the present or the future, a line for its hours, and who says so.

    `since` is its first day; None where it has none.
    """

    since: dt.date | None
    when: str
    lines: tuple[str, ...]
    in_force: bool
    row: PriceRow
    kind: str
    note: str
    links: tuple[Link, ...]


@dataclass(slots=True)
class _Run:
    """Days in a row, the last excluded, on which one row says the same."""

    row: PriceRow
    groups: list[tuple[tuple[Stretch, ...], Rates]]
    start: dt.date | None
    end: dt.date | None


def history(entry: Entry, day: dt.date, write: Formatter) -> list[Period]:
    """Every price the catalogue has ever held for a model, strictly the newest first."""
    runs = sorted(
        _runs(entry), key=lambda run: (run.start or dt.date.min, run.row.checked_on, run.row.pk), reverse=True
    )
    chosen, noted, periods = entry.price_on(day), set(), []
    for run in runs:
        in_force = run.row is chosen and _holds(run, day)
        periods.append(_period(run, write, in_force=in_force, noted=run.row.pk in noted))
        noted.add(run.row.pk)
    return periods


def _runs(entry: Entry) -> Iterator[_Run]:
    """What each kind of source has said, day after day; then what was withdrawn, and what a later reading replaced."""
    days = marks(entry)
    shown = set()
    for kind in dict.fromkeys(row.kind for row in entry.prices):
        for run in _merged(entry, kind, days):
            shown.add(run.row.pk)
            yield run
    for row in entry.prices:
        if row.pk not in shown:
            yield _Run(row, [], row.valid_from, None)


def marks(entry: Entry) -> list[dt.date]:
    """The days from which anybody may say something else."""
    parts = [step.when for row in entry.prices for step in row.sheet.steps]
    days = {day for when in parts for day in (when.starts_on, when.ends_on)} | {row.valid_from for row in entry.prices}
    return sorted({dt.date.min, *(day for day in days if day is not None)})


def _merged(entry: Entry, kind: str, marks: list[dt.date]) -> list[_Run]:
    runs: list[_Run] = []
    for start, end in zip(marks, [*marks[1:], None], strict=True):
        row = next((row for row in entry.holding_on(start) if row.kind == kind), None)
        if row is None:
            continue
        groups, begins = grouped(by_hour(row.sheet, start, STANDARD)), start if start > dt.date.min else None
        if runs and runs[-1].row is row and runs[-1].groups == groups and runs[-1].end == begins:
            runs[-1].end = end
        else:
            runs.append(_Run(row, groups, begins, end))
    return runs


def _holds(run: _Run, day: dt.date) -> bool:
    return bool(run.groups) and (run.start or dt.date.min) <= day and (run.end is None or day < run.end)


def _period(run: _Run, write: Formatter, *, in_force: bool, noted: bool) -> Period:
    hours = len(run.groups) > 1
    return Period(
        since=run.start,
        when=_when(run, write),
        lines=tuple(
            f"{hours_in_words(stretches)}: {summary(rates, write)}" if hours else summary(rates, write)
            for stretches, rates in run.groups
        ),
        in_force=in_force,
        row=run.row,
        kind=str(KINDS[run.row.kind]),
        note="" if noted else own_words(run.row.note),
        links=links(run.row.urls),
    )


def _when(run: _Run, write: Formatter) -> str:
    if run.row.withdrawn:
        return _("withdrawn on %(day)s") % {"day": write.day(run.start)}
    if not run.groups:
        return _("replaced by a later reading")
    last = run.end and run.end - dt.timedelta(days=1)
    words = {
        (True, True): _("from %(start)s to %(end)s"),
        (True, False): _("from %(start)s on"),
        (False, True): _("until %(end)s"),
        (False, False): _("no dates given"),
    }[run.start is not None, last is not None]
    if run.start is not None and run.start == last:
        return write.day(run.start)
    return words % {"start": write.day(run.start), "end": write.day(last)}
