"""The terms of a return as rows of the inputs: what it costs besides tokens, when it happens, how long is counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from costcalc.engine import PriceChange, Since, Terms
from costcalc.scenarios.workbook.formulas import Formula
from costcalc.scenarios.workbook.paper import COUNT, DAY, INPUT, MONEY, NOTE, PART, PARTS, SHARE, Sheet, Shown, span

# Empty rows, so that a cost, a stage or a change can be added.
ONE_OFFS, RUNNING, STAGES, CHANGES = 6, 4, 5, 4


@dataclass(frozen=True)
class Change:
    """The cells of a price change: whose prices, of which workload, from when, by how much."""

    side: Formula
    starts: Formula
    percent: Formula
    workload: Formula


@dataclass(frozen=True)
class TermCells:
    """The input cells of the terms."""

    single: dict[str, Formula]
    quantities: Formula
    prices: Formula
    before: Formula
    after: Formula
    stages: list[tuple[Formula, Formula]]
    changes: list[Change]
    shutdowns: list[tuple[Formula, Formula]]


def write_terms(sheet: Sheet, terms: Terms) -> TermCells:
    """Write the rows; their cells."""
    sheet.title(_("Return"), PART)
    single = _singles(sheet, terms)
    once = [(line.name, line.quantity, line.price) for line in terms.one_off]
    quantities, prices = _pairs(sheet, (_("One-off costs"), _("Quantity"), _("USD each")), once, ONE_OFFS)
    running = [(line.name, line.before, line.after) for line in terms.running]
    heads = (_("Other running costs"), _("USD a month before"), _("USD a month after"))
    before, after = _pairs(sheet, heads, running, RUNNING)
    return TermCells(
        single,
        quantities,
        prices,
        before,
        after,
        _stages(sheet, terms),
        _changes(sheet, terms.changes),
        _shutdowns(sheet, terms),
    )


def _singles(sheet: Sheet, terms: Terms) -> dict[str, Formula]:
    month, hour = _("a month"), _("USD an hour")
    people, hours, rate = _("Incidents"), _("Hours an incident"), _("Hourly rate")
    rows: list[tuple[str, str, Shown, str, str]] = [
        ("horizon", _("Horizon"), terms.horizon_months, _("months"), COUNT),
        ("discount", _("Discount rate"), terms.annual_discount_rate, _("a year"), SHARE),
    ]
    for side, words, toil in (("before", _("before"), terms.people.before), ("after", _("after"), terms.people.after)):
        rows += [
            (f"incidents.{side}", f"{people}, {words}", toil.incidents, month, PARTS),
            (f"hours.{side}", f"{hours}, {words}", toil.hours, _("hours"), PARTS),
            (f"rate.{side}", f"{rate}, {words}", toil.rate, hour, MONEY),
        ]
    rows += [
        ("delay", _("Every stage later by"), terms.ramp.delay, _("months"), PARTS),
        ("overlap", _("While both providers run"), terms.overlap.monthly, _("USD a month"), MONEY),
        ("overlap.months", _("That is for"), terms.overlap.months, _("months; empty: while traffic is split"), PARTS),
        ("cold", _("Cache reads that miss while traffic is split"), terms.cold_cache_share, _("of the reads"), SHARE),
        ("reserve.probability", _("Probability of a rollback"), terms.reserve.probability, "", SHARE),
        ("reserve.cost", _("What a rollback would cost"), terms.reserve.cost, "USD", MONEY),
    ]
    return {key: _row(sheet, label, value, unit, form) for key, label, value, unit, form in rows}


def _row(sheet: Sheet, label: str, value: Shown, unit: str, form: str) -> Formula:
    sheet.text(0, label)
    cell = sheet.put(1, value, form, INPUT)
    sheet.text(2, unit, NOTE)
    sheet.row += 1
    return cell


def _pairs(
    sheet: Sheet, heads: tuple[str, str, str], rows: Sequence[tuple[str, Decimal, Decimal]], least: int
) -> tuple[Formula, Formula]:
    sheet.row += 1
    sheet.heads(*heads)
    first, second = [], []
    empty: list[tuple[str, Shown, Shown]] = [("", None, None)] * max(0, least - len(rows))
    for name, one, two in (*rows, *empty):
        sheet.text(0, name, INPUT)
        first.append(sheet.put(1, one, MONEY, INPUT))
        second.append(sheet.put(2, two, MONEY, INPUT))
        sheet.row += 1
    return span(first), span(second)


def _moment(sheet: Sheet, column: int, moment: Since | None) -> Formula:
    """A date, or the number of a month: 1 is the beginning of month 1, where the engine counts from 0."""
    if isinstance(moment, dt.date):
        return sheet.put(column, moment, DAY, INPUT)
    return sheet.put(column, None if moment is None else moment + 1, "General", INPUT)


def _stages(sheet: Sheet, terms: Terms) -> list[tuple[Formula, Formula]]:
    sheet.row += 1
    sheet.heads(_("Ramp"), _("Share on the candidate"), _("From (month or date)"))
    sheet.text(3, _("Month 1 is the beginning of the first month, 1.5 its middle."), NOTE)
    found = []
    stages = terms.ramp.stages
    for place in range(max(STAGES, len(stages))):
        stage = stages[place] if place < len(stages) else None
        sheet.text(0, _("Stage %(number)s") % {"number": place + 1})
        share = sheet.put(1, stage.share if stage else None, SHARE, INPUT)
        found.append((share, _moment(sheet, 2, stage.starts if stage else None)))
        sheet.row += 1
    return found


def _changes(sheet: Sheet, changes: Sequence[PriceChange]) -> list[Change]:
    words = {"baseline": _("baseline"), "candidate": _("candidate")}
    sheet.row += 1
    sheet.heads(_("Price changes"), _("By"), _("From (month or date)"), _("Whose prices"), _("Workload"))
    said = _("Whose prices: %(baseline)s or %(candidate)s. Workload: its number; empty: all of them.") % words
    sheet.note(said, 5)
    found = []
    for place in range(max(CHANGES, len(changes))):
        change = changes[place] if place < len(changes) else None
        sheet.text(0, _("Change %(number)s") % {"number": place + 1})
        percent = sheet.put(1, change.factor - 1 if change else None, SHARE, INPUT)
        starts = _moment(sheet, 2, change.starts if change else None)
        side = sheet.put(3, words[change.side] if change else None, "@", INPUT)
        number = None if change is None or change.move is None else change.move + 1
        found.append(Change(side, starts, percent, sheet.put(4, number, COUNT, INPUT)))
        sheet.row += 1
    return found


def _shutdowns(sheet: Sheet, terms: Terms) -> list[tuple[Formula, Formula]]:
    sheet.row += 1
    sheet.heads(_("Models that end"), _("Ends on"), _("Successor"))
    sheet.text(3, _("Without a successor the horizon ends on that day."), NOTE)
    found = []
    for shutdown in terms.shutdowns:
        sheet.text(0, shutdown.model)
        day = sheet.put(1, shutdown.day, DAY, INPUT)
        found.append((day, sheet.put(2, shutdown.successor or None, "@", INPUT)))
        sheet.row += 1
    if not terms.shutdowns:
        sheet.text(0, _("None that is known."), NOTE)
        found.append((sheet.put(1, None, DAY, INPUT), sheet.put(2, None, "@", INPUT)))
        sheet.row += 1
    sheet.row += 1
    return found
