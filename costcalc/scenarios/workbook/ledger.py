"""The sheet of the ledger: month 1 line by line, each line rounded once to cents; twelve months under it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from costcalc.catalog.labels import unit_label
from costcalc.engine import REQUESTS, per
from costcalc.scenarios.workbook.formulas import (
    Formula,
    added,
    both,
    count,
    days_in_month,
    either,
    is_number,
    rounded,
    same,
    term,
    total,
    weighed,
    when,
)
from costcalc.scenarios.workbook.inputs import InputCells, WorkloadCells
from costcalc.scenarios.workbook.paper import MONEY, PART, PARTS, PRICE, SUMMED, Book, Sheet, known, span, unknown
from costcalc.scenarios.workbook.prices import Paid

WIDTHS = (34, 15, 13, 16, 17, 15, 13, 16, 17, 18)
SIDES = ("baseline", "candidate")
COST = "0.000000000000"
# Shares that come to less than all of the requests leave some without a price.
ALL = 1 - 1e-9
# Where a side's four columns begin, and which of them holds the money.
FIRST, MONEY_COLUMN = {"baseline": 1, "candidate": 5}, 3


@dataclass(frozen=True)
class SideCells:
    """One side of a workload: what each line of a request costs, a month's amounts, what a cold cache adds."""

    costs: Formula
    amounts: Formula
    cold: Formula
    requests: Formula


@dataclass
class LedgerCells:
    """What the cash flow is computed from. `complete` is whether every price in use is known.

    `requests` and `tokens` are those of month 1, of all workloads at the baseline.
    """

    sheet: Sheet
    complete: Formula
    sides: list[dict[str, SideCells]]
    year_row: int
    requests: Formula
    tokens: Formula


def days_of(inputs: InputCells, month: Formula) -> Formula:
    """The days of a month by its number."""
    return when(is_number(inputs.days), inputs.days, days_in_month(inputs.start, month))


def requests_of(workload: WorkloadCells, daily: bool, side: str, days: Formula, month: Formula) -> Formula:
    """The requests of a month, with growth and retries."""
    cells = workload.cells
    retry = cells["retry"]
    if side == "candidate":
        retry = when(is_number(cells["to.retry"]), cells["to.retry"], retry)
    volume = cells["requests"] * days if daily else cells["requests"]
    return volume * (term(1) + retry) * (term(1) + cells["growth"]) ** (month - 1)


def write_ledger(book: Book, inputs: InputCells, daily: list[bool]) -> LedgerCells:
    """Write the sheet, but for the year's row, which sums up the months; its cells."""
    sheet = book.sheet(_("Ledger"), WIDTHS, across=True)
    sheet.title(_("Ledger of month 1, in USD"))
    sheet.note(_("Each line is rounded once to cents, half up; totals are sums of rounded lines."), 10)
    top = sheet.row
    sheet.row += 1
    sides = [
        _workload(sheet, inputs, workload, per_day) for workload, per_day in zip(inputs.workloads, daily, strict=True)
    ]
    amounts = {side: [one[side].amounts for one in sides] for side in SIDES}
    lines = sum(len(cells.values) for found in amounts.values() for cells in found)
    known_lines = _sum([count(cells) for found in amounts.values() for cells in found])
    sheet.text(0, _("Lines without a price"), row=top)
    complete = same(sheet.at(top, 1, term(lines) - known_lines, "0"), 0)
    totals = {side: known(complete, _sum([total(cells) for cells in amounts[side]])) for side in SIDES}
    _totals(sheet, _("Month 1"), totals, complete)
    requests = [one["baseline"].requests for one in sides]
    each = [w.cells["in"] + w.cells["out"] for w in inputs.workloads]
    tokens = [volume * used for volume, used in zip(requests, each, strict=True)]
    return LedgerCells(sheet, complete, sides, sheet.row, _sum(requests), _sum(tokens))


def write_year(cells: LedgerCells, totals: Mapping[str, Formula]) -> None:
    """Write the row of twelve months at these prices."""
    cells.sheet.row = cells.year_row
    _totals(cells.sheet, _("Twelve months at these prices"), totals, cells.complete)


def _sum(parts: list[Formula]) -> Formula:
    found = parts[0]
    for part in parts[1:]:
        found = found + part
    return found


def _totals(sheet: Sheet, label: str, totals: Mapping[str, Formula], complete: Formula) -> None:
    sheet.text(0, label, SUMMED)
    before, after = (
        sheet.put(FIRST[side] + MONEY_COLUMN, rounded_sum(complete, totals[side]), MONEY, SUMMED) for side in SIDES
    )
    sheet.put(9, known(complete, rounded(after - before)), MONEY, SUMMED)
    sheet.row += 1


def rounded_sum(complete: Formula, given: Formula) -> Formula:
    """A sum of cents without the crumbs of binary fractions, or unknown."""
    return when(complete, rounded(given), unknown())


def _workload(sheet: Sheet, inputs: InputCells, workload: WorkloadCells, daily: bool) -> dict[str, SideCells]:
    sheet.title(workload.name, PART)
    requests = _requests(sheet, inputs, workload, daily)
    before = (_("Before: per request"), _("Price"), _("Cost of a request"), _("Before"))
    after = (_("After: per request"), _("Price"), _("Cost of a request"), _("After"))
    sheet.heads(_("Line"), *before, *after, _("After − before"))
    uses = {side: quantities(workload, side) for side in SIDES}
    lines = {unit: _unit(sheet, unit, workload, uses, requests) for unit in workload.units}
    prices = {side: {unit: line[side][0] for unit, line in lines.items()} for side in SIDES}
    cold = _cold(sheet, inputs, prices, uses)
    sheet.row += 1
    return {
        side: SideCells(
            span([line[side][1] for line in lines.values()]),
            span([line[side][2] for line in lines.values()]),
            cold[side],
            requests[side],
        )
        for side in SIDES
    }


def _requests(sheet: Sheet, inputs: InputCells, workload: WorkloadCells, daily: bool) -> dict[str, Formula]:
    """The row of month 1's requests on either side."""
    sheet.text(0, _("Requests in month 1"))
    found, one = {}, term(1)
    for side in SIDES:
        count = requests_of(workload, daily, side, days_of(inputs, one), one)
        found[side] = sheet.put(FIRST[side] + MONEY_COLUMN, count, PARTS)
    sheet.row += 1
    return found


def _unit(
    sheet: Sheet,
    unit: str,
    workload: WorkloadCells,
    uses: Mapping[str, Mapping[str, Formula]],
    requests: Mapping[str, Formula],
) -> dict[str, tuple[Formula, Formula, Formula]]:
    """The row of a unit: each side's price, cost of a request and amount of the month, and their difference."""
    sheet.text(0, unit_label(unit))
    found = {
        side: _line(sheet, unit, FIRST[side], uses[side][unit], workload.paid[side][unit], requests[side])
        for side in SIDES
    }
    _difference(sheet, [found[side][2] for side in SIDES])
    sheet.row += 1
    return found


def _line(
    sheet: Sheet, unit: str, column: int, quantity: Formula, paid: Paid, requests: Formula
) -> tuple[Formula, Formula, Formula]:
    """One side of a line: its price, what a request costs, what the month costs."""
    used = sheet.put(column, quantity, PARTS)
    priced = added(paid.shares * is_number(paid.prices)) >= ALL
    price = sheet.put(column + 1, when(priced, weighed(paid.shares, paid.prices), unknown()), PRICE)
    each = when(is_number(price), used * price / per(unit), unknown())
    cost = sheet.put(column + 2, when(same(used, 0), 0, each), COST)
    amount = when(is_number(cost), rounded(cost * requests), unknown())
    return price, cost, sheet.put(column + 3, amount, MONEY)


def _difference(sheet: Sheet, amounts: list[Formula]) -> None:
    before, after = amounts
    found = when(both(is_number(before), is_number(after)), rounded(after - before), unknown())
    sheet.put(9, found, MONEY)


def quantities(workload: WorkloadCells, side: str) -> dict[str, Formula]:
    """What one request uses of each unit; every token is in exactly one line."""
    cells = workload.cells
    fresh, out, reasoning, read = cells["in"], cells["out"], cells["reasoning"], cells["cached"]
    if side == "candidate":
        fresh, longer = fresh * cells["tokenizer"], cells["tokenizer"] * cells["verbosity"]
        out, reasoning = out * longer, reasoning * longer
        read = when(is_number(cells["to.cached"]), cells["to.cached"], read)
    written = cells["written"]
    found = {
        "input_mtok": fresh * (term(1) - read - written),
        "cache_read_mtok": fresh * read,
        "output_mtok": out - reasoning,
        "output_reasoning_mtok": reasoning,
        REQUESTS: term(1),
    }
    return {unit: found.get(unit, cells.get(unit, fresh * written)) for unit in workload.units}


def _cold(
    sheet: Sheet, inputs: InputCells, prices: dict[str, dict[str, Formula]], uses: dict[str, dict[str, Formula]]
) -> dict[str, Formula]:
    """What a request pays more where cache reads miss."""
    sheet.text(0, _("A request with a cold cache pays more"))
    found = {}
    share = inputs.terms.single["cold"]
    for side in SIDES:
        fresh, read = prices[side]["input_mtok"], prices[side]["cache_read_mtok"]
        reads = uses[side]["cache_read_mtok"]
        more = reads * share * (fresh - read) / per("input_mtok")
        priced = when(both(is_number(fresh), is_number(read)), more, unknown())
        cell = when(either(same(share, 0), same(reads, 0)), 0, priced)
        found[side] = sheet.put(FIRST[side] + 2, cell, COST)
    sheet.row += 1
    return found
