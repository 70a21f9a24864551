"""The sheet of the months: which stage of the ramp and which prices hold in each, and what its traffic costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from costcalc.scenarios.workbook.formulas import (
    NEVER,
    Formula,
    Term,
    added,
    both,
    either,
    is_number,
    least,
    month_begins,
    most,
    rounded,
    same,
    since,
    smallest,
    term,
    total,
    when,
)
from costcalc.scenarios.workbook.inputs import InputCells
from costcalc.scenarios.workbook.ledger import SIDES, LedgerCells, days_of, requests_of
from costcalc.scenarios.workbook.paper import DAY, MONEY, NOTE, PARTS, Book, known, span

YEAR = 12
# Each workload's months at the prices of the day, by its position and side.
Listed = dict[tuple[int, str], list[Formula]]
# Where the columns of the stages begin.
STAGES = 4


@dataclass
class MonthCells:
    """One month: its number, the share of it that counts, what is on the candidate, and what the traffic costs."""

    number: Formula
    length: Formula
    share: Formula
    overlapping: Formula
    costs: dict[str, Formula]
    cold: dict[str, Formula]


@dataclass
class Timeline:
    """The months, how many of them count, and what twelve months cost at the prices of the day."""

    horizon: Formula
    months: list[MonthCells]
    year: dict[str, Formula]


@dataclass
class _Spans:
    """Stretches of time in neighbouring columns: when each begins and ends."""

    column: int
    begins: list[Formula]
    ends: list[Formula]


class Months:
    """Writes the sheet."""

    def __init__(self, book: Book, inputs: InputCells, ledger: LedgerCells, daily: list[bool], count: int) -> None:
        self.inputs, self.ledger, self.daily, self.count = inputs, ledger, daily, count
        self.stages, self.changes = len(inputs.terms.stages), len(inputs.terms.changes)
        columns = STAGES + self.stages + 4 + self.changes + 10 * len(inputs.workloads)
        self.sheet = book.sheet(_("Months"), [24, 12, 12, 12, *[14] * (columns - 4)], across=True)

    def written(self) -> Timeline:
        """Write everything; the cells."""
        sheet = self.sheet
        sheet.title(_("Months"))
        sheet.text(0, _("Months that count"))
        self.horizon = sheet.put(1, self._horizon(), PARTS)
        sheet.row += 2
        top = sheet.row
        self._stages()
        under = sheet.row
        sheet.row = top
        self._changes()
        sheet.row = max(sheet.row, under) + 1
        self._heads()
        sheet.page.freeze_panes(sheet.row, 1)
        listed: Listed = {(index, side): [] for side in SIDES for index in range(len(self.daily))}
        months = [self._month(number, listed) for number in range(1, self.count + 1)]
        sums = {side: [total(span(listed[index, side][:YEAR])) for index in range(len(self.daily))] for side in SIDES}
        year = {side: known(self.ledger.complete, _sum(sums[side])) for side in SIDES}
        return Timeline(self.horizon, months, year)

    def _horizon(self) -> Formula:
        """The months asked for, or up to a day on which a model in use ends without a successor."""
        terms, start = self.inputs.terms, self.inputs.start
        ends = [
            when(both(is_number(day), same(successor, "")), since(day, start), NEVER)
            for day, successor in terms.shutdowns
        ]
        asked, rows = terms.single["horizon"], self.count
        too_many = _("at most %(count)s months have rows") % {"count": rows}
        return when(asked > rows, too_many, most(0, least(asked, *ends)))

    def _stages(self) -> None:
        sheet, start, column = self.sheet, self.inputs.start, STAGES
        row, delay = sheet.row, self.inputs.terms.single["delay"]
        for place, label in enumerate((_("Share"), _("Begins (months)"), _("Ends (months)"), _("Splits the traffic"))):
            sheet.text(column - 1, label, NOTE, row + place)
        begins: list[Formula] = []
        shares, splits = [], []
        for place, (share, moment) in enumerate(self.inputs.terms.stages):
            shares.append(sheet.at(row, column + place, share, PARTS))
            found = since(moment, start) + delay
            ordered = when(found < begins[-1], _("out of order"), found) if begins else found
            begins.append(sheet.at(row + 1, column + place, ordered, PARTS))
            split = when(both(shares[-1] > 0, shares[-1] < 1), 1, 0)
            splits.append(sheet.at(row + 3, column + place, split, "0"))
        ends = self._ends(begins, row + 2, column)
        self.ramp = _Spans(column, begins, ends)
        self.shares, self.splits = span(shares), span(splits)
        sheet.row = row + 4

    def _ends(self, begins: list[Formula], row: int, column: int) -> list[Formula]:
        nexts: list[Term] = [*begins[1:], 2 * NEVER]
        return [self.sheet.at(row, column + place, term(one), PARTS) for place, one in enumerate(nexts)]

    def _changes(self) -> None:
        """The price changes by their moments, and the price level after each of them."""
        sheet, column, row = self.sheet, STAGES + self.stages + 4, self.sheet.row
        changes, start = self.inputs.terms.changes, self.inputs.start
        for place, label in enumerate((_("As typed (months)"), _("In order: begins"), _("Ends (months)"))):
            sheet.text(column - 1, label, NOTE, row + place)
        typed = [
            sheet.at(row, column + place, since(change.starts, start), PARTS) for place, change in enumerate(changes)
        ]
        begins = [
            sheet.at(row + 1, column + place, smallest(span(typed), place + 1), PARTS) for place in range(len(changes))
        ]
        self.moved = _Spans(column, begins, self._ends(begins, row + 2, column))
        sheet.row = row + 3
        self.levels = [
            {side: self._level(index, side, typed, begins) for side in SIDES} for index in range(len(self.daily))
        ]

    def _level(self, index: int, side: str, typed: list[Formula], begins: list[Formula]) -> Formula:
        """After each change, how many times the prices of the day one side of a workload pays."""
        sheet, column, words = self.sheet, self.moved.column, self._side(side)
        name = self.inputs.workloads[index].name
        sheet.text(column - 1, _("%(name)s, %(side)s: factor") % {"name": name, "side": words}, NOTE)
        factors = []
        for place, change in enumerate(self.inputs.terms.changes):
            concerned = either(same(change.workload, ""), same(change.workload, index + 1))
            factor = when(both(same(change.side, words), concerned), term(1) + change.percent, 1)
            factors.append(sheet.put(column + place, factor, PARTS))
        sheet.row += 1
        sheet.text(column - 1, _("price level from then on"), NOTE)
        found = []
        for place, begun in enumerate(begins):
            level = term(1)
            for moment, factor in zip(typed, factors, strict=True):
                level = level * when(moment <= begun, factor, 1)
            found.append(sheet.put(column + place, level, PARTS))
        sheet.row += 1
        return span(found)

    @staticmethod
    def _side(side: str) -> str:
        return _("baseline") if side == "baseline" else _("candidate")

    def _heads(self) -> None:
        words = [_("Month"), _("Begins"), _("Days"), _("Counts")]
        words += [_("Stage %(number)s") % {"number": place + 1} for place in range(self.stages)]
        words += [_("On the candidate"), _("Split: stays"), _("Split: moved"), _("Both paid")]
        words += [_("Change %(number)s") % {"number": place + 1} for place in range(self.changes)]
        parts = (_("requests"), _("price level"), _("at the day’s prices"), _("cost"), _("cold cache, all traffic"))
        for workload in self.inputs.workloads:
            words += [f"{workload.name}, {self._side(side)}: {part}" for part in parts for side in SIDES]
        self.sheet.heads(*words)

    def _month(self, number: int, listed: Listed) -> MonthCells:
        sheet, single = self.sheet, self.inputs.terms.single
        month = sheet.put(0, number, "0")
        sheet.put(1, month_begins(self.inputs.start, month), DAY)
        days = sheet.put(2, days_of(self.inputs, month), PARTS)
        length = sheet.put(3, most(0, least(1, self.horizon - (month - 1))), PARTS)
        held = self._held(self.ramp, month, length)
        column = STAGES + self.stages
        share = sheet.put(column, added(held * self.shares), PARTS)
        stays = sheet.put(column + 1, added(held * self.splits * (term(1) - self.shares)), PARTS)
        moves = sheet.put(column + 2, added(held * self.splits * self.shares), PARTS)
        first, months = self.ramp.begins[0], single["overlap.months"]
        some = _within(first, first + months, month, length)
        both_paid = when(is_number(months), some, added(held * self.splits))
        overlapping = sheet.put(column + 3, both_paid, PARTS)
        changed = self._held(self.moved, month, length)
        costs, cold = self._traffic(month, days, length, changed, listed)
        complete = self.ledger.complete
        spent = {side: known(complete, _sum(costs[side])) for side in SIDES}
        split = {"baseline": stays, "candidate": moves}
        more = {side: known(complete, rounded(split[side] * _sum(cold[side]))) for side in SIDES}
        sheet.row += 1
        return MonthCells(month, length, share, overlapping, spent, more)

    def _held(self, spans: _Spans, month: Formula, length: Formula) -> Formula:
        """How much of the month each stretch takes."""
        cells = []
        for place, (begins, ends) in enumerate(zip(spans.begins, spans.ends, strict=True)):
            cells.append(self.sheet.put(spans.column + place, _within(begins, ends, month, length), PARTS))
        return span(cells)

    def _traffic(
        self, month: Formula, days: Formula, length: Formula, changed: Formula, listed: Listed
    ) -> tuple[dict[str, list[Formula]], dict[str, list[Formula]]]:
        """Each workload's requests, price levels and costs in a month."""
        sheet, column, complete = self.sheet, self.moved.column + self.changes, self.ledger.complete
        costs: dict[str, list[Formula]] = {side: [] for side in SIDES}
        cold: dict[str, list[Formula]] = {side: [] for side in SIDES}
        for index, workload in enumerate(self.inputs.workloads):
            for place, side in enumerate(SIDES):
                cells, first = self.ledger.sides[index][side], column + 10 * index + place
                requests = sheet.put(first, requests_of(workload, self.daily[index], side, days, month), PARTS)
                level = term(1) + added(changed * (self.levels[index][side] - 1))
                level = sheet.put(first + 2, level, PARTS)
                day = known(complete, added(rounded(cells.costs * requests)))
                listed[index, side].append(sheet.put(first + 4, day, MONEY))
                paid = requests * level * length
                cost = known(complete, added(rounded(cells.costs * paid)))
                costs[side].append(sheet.put(first + 6, cost, MONEY))
                cold[side].append(sheet.put(first + 8, known(complete, cells.cold * paid), MONEY))
        return costs, cold


def _within(begins: Formula, ends: Formula, month: Formula, length: Formula) -> Formula:
    """How much of a month lies between two moments, as a share of what counts of it."""
    start = month - 1
    part = most(0, least(ends, start + length) - most(begins, start)) / length
    return when(same(length, 0), 0, part)


def _sum(parts: Sequence[Formula]) -> Formula:
    found = parts[0]
    for part in parts[1:]:
        found = found + part
    return found
