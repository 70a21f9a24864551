"""Everything a model's price says, in words: by unit and variant, by hour, by tier, and how it came about."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from costcalc.catalog.index import Entry, PriceRow
from costcalc.catalog.labels import KINDS, context_label, measure_label, own_words, unit_label, variant_label
from costcalc.catalog.offers import CACHED, INPUT, OUTPUT, brief
from costcalc.engine import NoSuchVariant, PriceSheet, Rate, Rates, Weighted, billed_as
from costcalc.formatting import Formatter

ALWAYS_SHOWN = (INPUT, CACHED, OUTPUT)
STANDARD: Mapping[str, str] = {}
Stretch = tuple[dt.time, dt.time]
LONGEST_LINK = 40


@dataclass(frozen=True, slots=True)
class Line:
    """A price in words. A minor one is what it becomes above a tier; `exact` has all digits where the text has not."""

    text: str
    minor: bool = False
    exact: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one unit costs in one column: a line a price. `same` says that it is the standard price."""

    lines: tuple[Line, ...]
    same: bool = False
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One unit with its price in each column."""

    unit: str
    label: str
    measure: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A variant, or the hours of a day in which one of its prices holds."""

    label: str
    hours: str
    stretches: tuple[Stretch, ...]
    rates: Rates


@dataclass(frozen=True, slots=True)
class Tariff:
    """The prices in force on one day: units down; variants, and hours where prices go by them, across."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    minimums: tuple[str, ...]

    @property
    def repeats(self) -> bool:
        """Whether some variant has a standard price."""
        return any(cell.same for row in self.rows for cell in row.cells)


@dataclass(frozen=True, slots=True)
class Link:
    """An address of the web, named by its host and the end of its path."""

    url: str
    text: str


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


def tariff(sheet: PriceSheet, day: dt.date, write: Formatter) -> Tariff:
    """The table of a sheet's prices on a UTC day."""
    contexts = (STANDARD, *_contexts(sheet)) if sheet.steps else ()
    columns = [column for context in contexts for column in _columns(sheet, day, context)]
    units = list(dict.fromkeys([*ALWAYS_SHOWN, *(unit for column in columns for unit in column.rates)]))
    return Tariff(
        columns=tuple(columns),
        rows=tuple(_row(unit, columns, write) for unit in units) if columns else (),
        minimums=tuple(_minimum(least) for least in sorted({minimum.least for minimum in sheet.minimums})),
    )


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


def links(urls: Iterable[str]) -> tuple[Link, ...]:
    """Addresses of the web, each named differently where their paths differ; anything else is no link."""
    found = [url for url in urls if url.startswith(("https://", "http://"))]
    short = [_link_text(url) for url in found]
    often = Counter(short)
    return tuple(
        Link(url, text if often[text] == 1 else _link_text(url, whole=True))
        for url, text in zip(found, short, strict=True)
    )


def name_of(entry: Entry) -> str:
    """What the catalogue calls a model, where that is more than its id."""
    return "" if _bare(entry.model_id).endswith(_bare(entry.name)) else entry.name


def said_of(entry: Entry) -> str:
    """What the catalogue says of a model, without the name with which some descriptions begin."""
    first, _stop, rest = entry.description.partition(". ")
    names = {_bare(entry.name), _bare(entry.model_id)}
    return rest if _bare(first) in names else entry.description


def summary(rates: Rates, write: Formatter) -> str:
    """Main prices in a line: `$0.28 in, $0.028 cached, $0.42 out`."""
    words = {INPUT: _("%(price)s in"), CACHED: _("%(price)s cached"), OUTPUT: _("%(price)s out")}
    said = [words[unit] % {"price": write.per_mtok(rates[unit].base)} for unit in ALWAYS_SHOWN if unit in rates]
    rest = len(rates) - len(said)
    if rest:
        said.append(ngettext("%(count)s other unit", "%(count)s other units", rest) % {"count": rest})
    return ", ".join(said) or write.unknown


def disagreements(entry: Entry, day: dt.date, write: Formatter) -> list[tuple[PriceRow, str]]:
    """Other sources that say another price for this day, with what they say."""
    return [(row, _said(row.sheet.rates_on(day), write)) for row in entry.disagreeing_on(day)]


def _said(weighted: Weighted, write: Formatter) -> str:
    return " / ".join(summary(rates, write) for _share, rates in weighted)


def _contexts(sheet: PriceSheet) -> list[Mapping[str, str]]:
    found = {tuple(sorted(variant.context.items())): variant.context for variant in sheet.variants}
    return list(found.values())


def _columns(sheet: PriceSheet, day: dt.date, context: Mapping[str, str]) -> Iterator[Column]:
    """A context's columns: one, or one for each price that its hours know."""
    groups = _groups(_by_hour(sheet, day, context))
    label = context_label(context) or variant_label("standard")
    for stretches, rates in groups:
        yield Column(label, _hours(stretches) if len(groups) > 1 else "", stretches, rates)


def _groups(hourly: Iterable[tuple[Stretch, Rates]]) -> list[tuple[tuple[Stretch, ...], Rates]]:
    """The stretches of a day together that have the same prices; the first of the day first."""
    groups: list[tuple[tuple[Stretch, ...], Rates]] = []
    for stretch, rates in hourly:
        known = next((index for index, group in enumerate(groups) if group[1] == rates), None)
        if known is None:
            groups.append(((stretch,), rates))
        else:
            groups[known] = ((*groups[known][0], stretch), rates)
    return groups


def _hours(stretches: Iterable[Stretch]) -> str:
    return ", ".join(f"{start:%H:%M}–{end:%H:%M}" for start, end in stretches) + " UTC"


def _by_hour(sheet: PriceSheet, day: dt.date, context: Mapping[str, str]) -> list[tuple[Stretch, Rates]]:
    """The prices of a context through the UTC day; neighbours with equal prices are one stretch."""
    found: list[tuple[Stretch, Rates]] = []
    times = _times(sheet)
    for start, end in zip(times, [*times[1:], times[0]], strict=True):
        try:
            rates = sheet.rates_at(dt.datetime.combine(day, start, dt.UTC), context)
        except NoSuchVariant:
            continue
        if found and found[-1][1] == rates and found[-1][0][1] == start:
            found[-1] = ((found[-1][0][0], end), rates)
        else:
            found.append(((start, end), rates))
    return _around_midnight(found)


def _around_midnight(found: list[tuple[Stretch, Rates]]) -> list[tuple[Stretch, Rates]]:
    if len(found) > 1 and found[0][1] == found[-1][1] and found[-1][0][1] == found[0][0][0]:
        return [*found[1:-1], ((found[-1][0][0], found[0][0][1]), found[0][1])]
    return found


def _times(sheet: PriceSheet) -> list[dt.time]:
    whens = [*(step.when for step in sheet.steps), *(variant.when for variant in sheet.variants)]
    hours = [when.hours for when in whens if when.hours]
    return sorted({dt.time(), *(time for pair in hours for time in pair)})


def _row(unit: str, columns: list[Column], write: Formatter) -> Row:
    lines = [_price_lines(unit, column.rates, write) for column in columns]
    unknown = (Line(write.unknown),)
    cells = (
        Cell(said, same=_is_standard(columns, lines, index), unknown=said == unknown)
        for index, said in enumerate(lines)
    )
    return Row(unit, unit_label(unit), measure_label(unit), tuple(cells))


def _is_standard(columns: list[Column], lines: list[tuple[Line, ...]], index: int) -> bool:
    """Whether a variant's column says what the standard one says at the same hour."""
    column, standard = columns[index], variant_label("standard")
    if column.label == standard:
        return False
    start = column.stretches[0][0]
    there = (n for n, other in enumerate(columns) if other.label == standard and _covers(other.stretches, start))
    at = next(there, None)
    return at is not None and lines[at] == lines[index]


def _covers(stretches: Iterable[Stretch], time: dt.time) -> bool:
    return any(start <= time < end if start < end else time >= start or time < end for start, end in stretches)


def _price_lines(unit: str, rates: Rates, write: Formatter) -> tuple[Line, ...]:
    payer = billed_as(unit, rates)
    if payer is None:
        return (Line(write.unknown),)
    if payer != unit:
        return (Line(_("billed as %(unit)s") % {"unit": unit_label(payer).lower()}),)
    return tuple(_tier_lines(rates[unit], write))


def _tier_lines(rate: Rate, write: Formatter) -> Iterable[Line]:
    shown, exact = brief(rate.base, write), write.per_mtok(rate.base)
    yield Line(shown, exact="" if shown == exact else exact)
    for tier in rate.tiers:
        said = {"tokens": write.number(tier.above), "price": write.per_mtok(tier.price)}
        yield Line(_("above %(tokens)s input tokens: %(price)s, for the whole request") % said, minor=True)


def _minimum(least: int) -> str:
    return ngettext("At least %(count)s second is billed.", "At least %(count)s seconds are billed.", least) % {
        "count": least
    }


def _runs(entry: Entry) -> Iterator[_Run]:
    """What each kind of source has said, day after day; then what was withdrawn, and what a later reading replaced."""
    marks = _marks(entry)
    shown = set()
    for kind in dict.fromkeys(row.kind for row in entry.prices):
        for run in _merged(entry, kind, marks):
            shown.add(run.row.pk)
            yield run
    for row in entry.prices:
        if row.pk not in shown:
            yield _Run(row, [], row.valid_from, None)


def _marks(entry: Entry) -> list[dt.date]:
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
        groups, begins = _groups(_by_hour(row.sheet, start, STANDARD)), start if start > dt.date.min else None
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
            f"{_hours(stretches)}: {summary(rates, write)}" if hours else summary(rates, write)
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


def _link_text(url: str, *, whole: bool = False) -> str:
    """`openai.com/api/pricing`, `developers.openai.com/…/deprecations`."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    path = [part for part in parts.path.split("/") if part]
    full = "/".join([host, *path]) + (f"?{parts.query}" if parts.query and whole else "")
    if whole or len(full) <= LONGEST_LINK or not path:
        return full
    room = max(12, LONGEST_LINK - len(host) - 3)
    tail = path[-1] if len(path[-1]) <= room else f"{path[-1][:room]}…"
    return f"{host}/…/{tail}" if len(path) > 1 else f"{host}/{tail}"


def _bare(words: str) -> str:
    """Letters and digits alone: `DeepSeek-V4-Pro` and `deepseek v4 pro` are one name."""
    return re.sub(r"[\W_]", "", words).casefold()
