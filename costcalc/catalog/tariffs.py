"""Everything a model's price says, in words: by unit and variant, by hour, by tier, and how it came about."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from costcalc.catalog.index import Entry, PriceRow
from costcalc.catalog.labels import KINDS, context_label, measure_label, unit_label, variant_label
from costcalc.catalog.offers import CACHED, INPUT, OUTPUT
from costcalc.engine import NoSuchVariant, PriceSheet, Rate, Rates, Step, Weighted, billed_as
from costcalc.formatting import Formatter

ALWAYS_SHOWN = (INPUT, CACHED, OUTPUT)
STANDARD: Mapping[str, str] = {}
Stretch = tuple[dt.time, dt.time]


@dataclass(frozen=True, slots=True)
class Line:
    """A price in words; a minor one is what it becomes above a tier."""

    text: str
    minor: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What one unit costs under one variant: a line a price. `same` says that it is the standard price."""

    lines: tuple[Line, ...]
    same: bool = False
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One unit with its price under each variant."""

    unit: str
    label: str
    measure: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Tariff:
    """The prices in force on one day: units down, variants across."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    minimums: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """An address of the web with its host's name for a text."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Period:
    """One price of the past, the present or the future, and who says so."""

    when: str
    price: str
    in_force: bool
    row: PriceRow
    kind: str
    links: tuple[Link, ...]


def tariff(sheet: PriceSheet, day: dt.date, write: Formatter) -> Tariff:
    """The table of a sheet's prices on a UTC day."""
    contexts = [STANDARD, *_contexts(sheet)]
    hourly = {index: _by_hour(sheet, day, context) for index, context in enumerate(contexts)}
    units = list(dict.fromkeys([*ALWAYS_SHOWN, *_priced(hourly.values())])) if sheet.steps else []
    return Tariff(
        columns=(variant_label("standard"), *(context_label(context) for context in contexts[1:])),
        rows=tuple(_row(unit, list(hourly.values()), write) for unit in units),
        minimums=tuple(_minimum(least) for least in sorted({minimum.least for minimum in sheet.minimums})),
    )


def history(entry: Entry, day: dt.date, write: Formatter) -> list[Period]:
    """Every price the catalogue has ever held for a model, the newest word first."""
    chosen = entry.price_on(day)
    periods = [
        _period(row, step, write, in_force=row is chosen and _holds(row.sheet, step, day))
        for row in entry.prices
        for step in row.sheet.steps
    ]
    return periods[::-1]


def links(urls: Iterable[str]) -> tuple[Link, ...]:
    """Addresses of the web, numbered where a host has several; anything else is no link."""
    hosts = [(url, urlsplit(url).hostname or "") for url in urls if url.startswith(("https://", "http://"))]
    seen: Counter[str] = Counter()
    found = []
    for url, host in hosts:
        seen[host] += 1
        found.append(Link(url, f"{host} {seen[host]}" if seen[host] > 1 else host))
    return tuple(found)


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


def _priced(hourly: Iterable[list[tuple[Stretch, Rates]]]) -> Iterable[str]:
    return (unit for stretches in hourly for _stretch, rates in stretches for unit in rates)


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


def _row(unit: str, columns: list[list[tuple[Stretch, Rates]]], write: Formatter) -> Row:
    cells = [_cell(unit, stretches, write) for stretches in columns]
    standard, *others = cells
    shown = (standard, *(Cell(cell.lines, cell.lines == standard.lines, cell.unknown) for cell in others))
    return Row(unit, unit_label(unit), measure_label(unit), shown)


def _cell(unit: str, stretches: list[tuple[Stretch, Rates]], write: Formatter) -> Cell:
    said: dict[tuple[Line, ...], list[Stretch]] = {}
    for stretch, rates in stretches:
        said.setdefault(_price_lines(unit, rates, write), []).append(stretch)
    unknown = (Line(write.unknown),)
    if len(said) <= 1:
        lines = next(iter(said), unknown)
        return Cell(lines, unknown=lines == unknown)
    timed = (_timed(lines, hours) for lines, hours in said.items())
    return Cell(tuple(line for lines in timed for line in lines))


def _timed(lines: tuple[Line, ...], hours: list[Stretch]) -> tuple[Line, ...]:
    spoken = ", ".join(f"{start:%H:%M}–{end:%H:%M}" for start, end in hours)
    first = _("%(price)s at %(hours)s UTC") % {"price": lines[0].text, "hours": spoken}
    return (Line(first), *lines[1:])


def _price_lines(unit: str, rates: Rates, write: Formatter) -> tuple[Line, ...]:
    payer = billed_as(unit, rates)
    if payer is None:
        return (Line(write.unknown),)
    if payer != unit:
        return (Line(_("billed as %(unit)s") % {"unit": unit_label(payer).lower()}),)
    return tuple(_tier_lines(rates[unit], write))


def _tier_lines(rate: Rate, write: Formatter) -> Iterable[Line]:
    yield Line(write.per_mtok(rate.base))
    for tier in rate.tiers:
        said = {"tokens": write.number(tier.above), "price": write.per_mtok(tier.price)}
        yield Line(_("above %(tokens)s input tokens: %(price)s, for the whole request") % said, minor=True)


def _minimum(least: int) -> str:
    return ngettext("At least %(count)s second is billed.", "At least %(count)s seconds are billed.", least) % {
        "count": least
    }


def _holds(sheet: PriceSheet, step: Step, day: dt.date) -> bool:
    """Whether a step is the one in force at some hour of the day."""
    moments = (dt.datetime.combine(day, time, dt.UTC) for time in _times(sheet))
    return any(_chosen(sheet, moment) is step for moment in moments)


def _chosen(sheet: PriceSheet, moment: dt.datetime) -> Step:
    return next((step for step in reversed(sheet.steps) if step.when.holds(moment)), sheet.steps[0])


def _period(row: PriceRow, step: Step, write: Formatter, *, in_force: bool) -> Period:
    return Period(
        when=_("withdrawn") if row.withdrawn else _when(row, step, write),
        price=summary(step.rates, write),
        in_force=in_force,
        row=row,
        kind=str(KINDS[row.kind]),
        links=links(row.urls),
    )


def _when(row: PriceRow, step: Step, write: Formatter) -> str:
    start = step.when.starts_on or row.valid_from
    end = step.when.ends_on or _next_start(row.sheet, step)
    words = {
        (True, True): _("from %(start)s to %(end)s"),
        (True, False): _("from %(start)s on"),
        (False, True): _("until %(end)s"),
        (False, False): _("no dates given"),
    }[start is not None, end is not None]
    last = end and end - dt.timedelta(days=1)
    said = (
        words % {"start": write.day(start), "end": write.day(last)}
        if start is None or start != last
        else write.day(start)
    )
    return f"{said}, {_hours(step.when.hours)}" if step.when.hours else said


def _hours(hours: Stretch) -> str:
    return f"{hours[0]:%H:%M}–{hours[1]:%H:%M} UTC"


def _next_start(sheet: PriceSheet, step: Step) -> dt.date | None:
    """The day on which a later step takes over; one that holds only in some hours does not."""
    later = sheet.steps[sheet.steps.index(step) + 1 :]
    starts = [other.when.starts_on for other in later if other.when.starts_on and other.when.hours == step.when.hours]
    return min((day for day in starts if day > (step.when.starts_on or dt.date.min)), default=None)
