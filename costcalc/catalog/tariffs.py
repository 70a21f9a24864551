"""Everything a model's price says, in words: by unit and variant, by hour, by tier, and how it came about."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from costcalc.catalog.entries import Entry, PriceRow
from costcalc.catalog.labels import context_label, measure_label, unit_label, variant_label
from costcalc.catalog.offers import CACHED, INPUT, OUTPUT, brief
from costcalc.engine import NoSuchVariant, PriceSheet, Rate, Rates, Weighted, billed_as
from costcalc.formatting import Formatter

ALWAYS_SHOWN = (INPUT, CACHED, OUTPUT)
STANDARD: Mapping[str, str] = {}
Stretch = tuple[dt.time, dt.time]


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


def name_of(entry: Entry) -> str:
    """What the catalogue calls a model, where that is more than its id."""
    return "" if _bare(entry.model_id).endswith(_bare(entry.name)) else entry.name


def said_of(entry: Entry) -> str:
    """What the catalogue says of a model, without the name with which some descriptions begin."""
    first, _stop, rest = entry.description.partition(". ")
    names = {_bare(entry.name), _bare(entry.model_id)}
    return rest if _bare(first) in names else entry.description


def summary(rates: Rates, write: Formatter, *, briefly: bool = False) -> str:
    """Main prices in a line: `$0.28 in, $0.028 cached, $0.42 out`; briefly, to six digits."""
    words = {INPUT: _("%(price)s in"), CACHED: _("%(price)s cached"), OUTPUT: _("%(price)s out")}
    shown = {unit: rate_in_words(rates[unit], write, briefly=briefly) for unit in ALWAYS_SHOWN if unit in rates}
    said = [words[unit] % {"price": price} for unit, price in shown.items()]
    rest = len(rates) - len(said)
    if rest:
        said.append(ngettext("%(count)s other unit", "%(count)s other units", rest) % {"count": rest})
    return ", ".join(said) or write.unknown


def rate_in_words(rate: Rate, write: Formatter, *, briefly: bool = False) -> str:
    """`$1.25 (above 200,000 tokens $2.50)`; a price without tiers as it is."""
    above = _("above %(tokens)s tokens %(price)s")
    said, *others = [brief(p, write) if briefly else write.per_mtok(p) for p in (rate.base, *_above(rate))]
    words = [{"tokens": write.number(t.above), "price": p} for t, p in zip(rate.tiers, others, strict=True)]
    return f"{said} ({'; '.join(above % tier for tier in words)})" if words else said


def _above(rate: Rate) -> list[Decimal]:
    return [tier.price for tier in rate.tiers]


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
    groups = grouped(by_hour(sheet, day, context))
    label = context_label(context) or variant_label("standard")
    for stretches, rates in groups:
        yield Column(label, hours_in_words(stretches) if len(groups) > 1 else "", stretches, rates)


def grouped(hourly: Iterable[tuple[Stretch, Rates]]) -> list[tuple[tuple[Stretch, ...], Rates]]:
    """The stretches of a day together that have the same prices; the first of the day first."""
    groups: list[tuple[tuple[Stretch, ...], Rates]] = []
    for stretch, rates in hourly:
        known = next((index for index, group in enumerate(groups) if group[1] == rates), None)
        if known is None:
            groups.append(((stretch,), rates))
        else:
            groups[known] = ((*groups[known][0], stretch), rates)
    return groups


def hours_in_words(stretches: Iterable[Stretch]) -> str:
    return ", ".join(f"{start:%H:%M}–{end:%H:%M}" for start, end in stretches) + " UTC"


def by_hour(sheet: PriceSheet, day: dt.date, context: Mapping[str, str]) -> list[tuple[Stretch, Rates]]:
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


def _bare(words: str) -> str:
    """Letters and digits alone: `DeepSeek-V4-Pro` and `deepseek v4 pro` are one name."""
    return re.sub(r"[\W_]", "", words).casefold()
