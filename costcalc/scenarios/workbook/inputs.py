"""The sheet of inputs: every number that was typed or looked up, with its unit and its source; all may be changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from costcalc.catalog.labels import unit_label
from costcalc.engine import Case, Move
from costcalc.scenarios.scenario import Offer, Result
from costcalc.scenarios.workbook.formulas import Formula, term
from costcalc.scenarios.workbook.paper import (
    COUNT,
    DAY,
    INPUT,
    NOTE,
    PART,
    PARTS,
    SHARE,
    Book,
    Sheet,
    Shown,
)
from costcalc.scenarios.workbook.prices import Paid, Side, seller, units_of
from costcalc.scenarios.workbook.terms import TermCells, write_terms

WIDTHS = (42, 16, 22, 46, 13, 13, 16)
Rows = Iterable[tuple[str, str, Shown, str, str]]


@dataclass(frozen=True)
class WorkloadCells:
    """The input cells of one workload, and its prices by unit on either side."""

    name: str
    cells: dict[str, Formula]
    units: tuple[str, ...]
    paid: dict[str, dict[str, Paid]]


@dataclass
class InputCells:
    """What the other sheets compute from."""

    days: Formula
    start: Formula
    terms: TermCells
    workloads: list[WorkloadCells] = field(default_factory=list)


def write_inputs(book: Book, result: Result, notes: Iterable[str]) -> InputCells:
    """Write the sheet; its cells."""
    case = result.case
    sheet = book.sheet(_("Inputs"), WIDTHS)
    sheet.page.freeze_panes(2, 1)
    sheet.title(_("Inputs"))
    sheet.note(_("Cells in blue may be changed: every other sheet is computed from them."), 7)
    sheet.note(_("Prices stay as they were when this was written: they are not looked up again."), 7)
    for note in notes:
        sheet.note(note, 7)
    sheet.row += 1
    days, start = _month(sheet, case)
    terms = write_terms(sheet, case.terms)
    found = InputCells(days, start, terms)
    for index, (move, offers) in enumerate(zip(case.moves, result.offers, strict=True)):
        found.workloads.append(_workload(sheet, index, move, offers, case))
    return found


def _month(sheet: Sheet, case: Case) -> tuple[Formula, Formula]:
    sheet.title(_("Months"), PART)
    count = case.days.days
    label = _("Days in a month")
    sheet.text(0, label)
    if count is None:
        days = sheet.put(1, _("calendar"), "@", INPUT)
    elif count == Fraction(365, 12):
        days = sheet.put(1, term(365) / 12, PARTS, INPUT)
    else:
        days = sheet.put(1, count, PARTS, INPUT)
    sheet.text(3, _("A number; a word instead means the calendar’s own months."), NOTE)
    sheet.row += 1
    sheet.text(0, _("Month 1 begins on"))
    start = sheet.put(1, case.days.start, DAY, INPUT)
    sheet.row += 2
    return days, start


def _workload(sheet: Sheet, index: int, move: Move, offers: tuple[Offer, Offer], case: Case) -> WorkloadCells:
    name = move.workload.name or _("Workload %(number)s") % {"number": index + 1}
    sheet.title(name, PART)
    cells: dict[str, Formula] = {}
    for key, label, value, unit, form in (*_traffic(move), *_shift(move)):
        sheet.text(0, label)
        cells[key] = sheet.put(1, value, form, INPUT)
        sheet.text(2, unit, NOTE)
        sheet.row += 1
    units = tuple(units_of(move.workload, [move.baseline, move.candidate]))
    ratios: dict[str, Formula | None] = {"baseline": None, "candidate": cells["tokenizer"]}
    paid: dict[str, dict[str, Paid]] = {}
    for (side, ratio), offer in zip(ratios.items(), offers, strict=True):
        words = {"name": name, "seller": seller(offer)}
        title = (
            _("%(name)s: prices before, %(seller)s") if side == "baseline" else _("%(name)s: prices after, %(seller)s")
        )
        sheet.row += 1
        _price_heads(sheet, title % words)
        writer = Side(sheet, offer, move.workload, case.at, cells, ratio)
        paid[side] = {unit: writer.of(unit) for unit in units}
    sheet.row += 1
    return WorkloadCells(name, cells, units, paid)


def _price_heads(sheet: Sheet, title: str) -> None:
    tier, share = _("Above, tokens"), _("Pays it (computed)")
    sheet.heads(title, _("Price"), _("Unit"), _("Source"), _("Checked on"), tier, share, wordy=(0, 2, 3))


def _traffic(move: Move) -> Rows:
    w = move.workload
    per = _("a day") if w.per == "day" else _("a month")
    yield "requests", _("Requests"), w.requests, per, _count(w.requests)
    yield "in", _("Input per request"), w.input_tokens, _("tokens"), _count(w.input_tokens)
    yield "out", _("Output per request"), w.output_tokens, _("tokens"), _count(w.output_tokens)
    yield "reasoning", _("Reasoning, of the output"), w.reasoning_tokens, _("tokens"), _count(w.reasoning_tokens)
    yield "cached", _("Input read from cache"), w.cache_read_share, _("of the input"), SHARE
    yield "written", _("Input written to cache"), w.cache_write_share, _("of the input"), SHARE
    for unit, calls in w.calls.items():
        yield unit, unit_label(unit), calls, _("per request"), PARTS
    yield "batch", _("Sent as batch"), w.batch_share, _("of the requests"), SHARE
    yield "flex", _("Sent as flex"), w.flex_share, _("of the requests"), SHARE
    yield "priority", _("Sent as priority"), w.priority_share, _("of the requests"), SHARE
    yield "retry", _("Sent again (retries)"), w.retry_share, _("of the requests"), SHARE
    yield "over", _("Requests above a price tier"), w.over_tier_share, _("empty: by the input"), SHARE
    yield "growth", _("Growth"), w.monthly_growth, _("a month"), SHARE


def _shift(move: Move) -> Rows:
    shift, same = move.shift, _("after; empty: the same")
    yield "tokenizer", _("Tokens for the same text"), shift.tokenizer, _("× after"), PARTS
    yield "verbosity", _("Length of the answers"), shift.verbosity, _("× after"), PARTS
    yield "to.cached", _("Cache reads on the new side"), shift.cache_read_share, same, SHARE
    yield "to.retry", _("Retries on the new side"), shift.retry_share, same, SHARE


def _count(value: Decimal) -> str:
    return COUNT if value == value.to_integral_value() else PARTS
