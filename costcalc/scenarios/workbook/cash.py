"""The sheet of the cash flow: what every month brings, and what that is worth. Beside each result stands the page's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from costcalc.engine import Payback, RatesOfReturn, Return, dollars
from costcalc.scenarios.workbook.formulas import (
    Formula,
    added,
    highest,
    least,
    pick,
    rounded,
    same,
    term,
    total,
    unless_faulty,
    when,
)
from costcalc.scenarios.workbook.inputs import InputCells
from costcalc.scenarios.workbook.ledger import LedgerCells
from costcalc.scenarios.workbook.months import MonthCells, Timeline
from costcalc.scenarios.workbook.paper import (
    COUNT,
    HEAD,
    MONEY,
    NOTE,
    PARTS,
    PRICE,
    SHARE,
    Book,
    Sheet,
    Shown,
    known,
    span,
)
from costcalc.scenarios.workbook.rate import annual_rate

WIDTHS = (42, 17, 17, 17, 16, 16, 16, 16, 16, 16, 16, 16, 17, 16, 16, 17, 12)
FACTOR = "0.000000000000"
# The columns of the table.
COLUMNS = (
    "month",
    "share",
    "baseline",
    "candidate",
    "tokens",
    "before",
    "after",
    "other",
    "overlap",
    "cold.baseline",
    "cold.candidate",
    "cash",
    "cumulative",
    "factor",
    "present",
    "worth",
    "ends",
)
PLACE = {name: place for place, name in enumerate(COLUMNS)}
RESULTS = 14
YEAR, MTOK = 12, 1_000_000
# What it is, computed here, as the page said, in which number format.
Result = tuple[str, Formula, Shown, str]


@dataclass
class _Flow:
    """The table's columns, from month 0 on."""

    cells: dict[str, list[Formula]]

    def of(self, name: str, first: int = 0) -> Formula:
        """A column as a range, from a month on."""
        return span(self.cells[name][first:])


class CashFlow:
    """Writes the sheet."""

    def __init__(self, book: Book, inputs: InputCells, ledger: LedgerCells, line: Timeline, found: Return) -> None:
        self.inputs, self.line, self.found = inputs, line, found
        self.ledger, self.complete = ledger, ledger.complete
        self.book = book
        self.sheet: Sheet = book.sheet(_("Cash flow"), WIDTHS, across=True)

    def write(self) -> None:
        """Write the results' heads, the table under them, then the results, which are computed from it."""
        sheet = self.sheet
        sheet.title(_("Cash flow, in USD"))
        top = sheet.row
        sheet.row = top + RESULTS + 2
        flow = self._table()
        sheet.row = top
        self._results(flow)

    def _table(self) -> _Flow:
        sheet = self.sheet
        sheet.heads(
            _("Month"),
            _("On the candidate"),
            _("Baseline"),
            _("Candidate"),
            _("Token saving"),
            _("Other costs before"),
            _("Other costs after"),
            _("Other saving"),
            _("Overlap"),
            _("Cold cache before"),
            _("Cold cache after"),
            _("Cash"),
            _("Cumulative"),
            _("Discount factor"),
            _("Present value"),
            _("Cumulative present value"),
            _("Ends at (months)"),
        )
        self._hides_what_does_not_count(sheet.row, len(self.line.months))
        flow = _Flow({name: [] for name in COLUMNS})
        self._begins(flow)
        for month in self.line.months:
            self._month(flow, month)
        return flow

    def _hides_what_does_not_count(self, first: int, months: int) -> None:
        """Rows after the horizon are empty to the eye."""
        rule = {"type": "formula", "criteria": f"=$A{first + 1}>ROUNDUP({self.line.horizon.text},0)"}
        hidden = self.sheet.book.file.add_format({"num_format": ";;;"})
        self.sheet.page.conditional_format(first, 0, first + months, len(COLUMNS) - 1, {**rule, "format": hidden})

    def _keep(self, flow: _Flow, name: str, given: Shown | Formula, form: str = MONEY) -> Formula:
        cell = self.sheet.put(PLACE[name], given, form)
        flow.cells[name].append(cell)
        return cell

    def _begins(self, flow: _Flow) -> None:
        """Month 0: what is spent and set aside before the first."""
        terms = self.inputs.terms
        once = added(rounded(terms.quantities * terms.prices))
        reserve = rounded(terms.single["reserve.probability"] * terms.single["reserve.cost"])
        self._keep(flow, "month", 0, "0")
        cash = self._keep(flow, "cash", term(0) - once - reserve)
        self._keep(flow, "cumulative", cash)
        self._keep(flow, "factor", 1, FACTOR)
        self._keep(flow, "worth", self._keep(flow, "present", cash, MONEY))
        self._keep(flow, "ends", 0, PARTS)
        for name in (name for name in COLUMNS if not flow.cells[name]):
            self._keep(flow, name, None)
        self.sheet.row += 1

    def _month(self, flow: _Flow, month: MonthCells) -> None:
        terms = self.inputs.terms
        single = terms.single
        number = self._keep(flow, "month", month.number, "0")
        share = self._keep(flow, "share", month.share, SHARE)
        before = self._keep(flow, "baseline", month.costs["baseline"])
        after = self._keep(flow, "candidate", month.costs["candidate"])
        tokens = self._keep(flow, "tokens", known(self.complete, rounded(share * (before - after))))
        running = [
            self._keep(flow, name, self._running(cells, name, month.length))
            for name, cells in (("before", terms.before), ("after", terms.after))
        ]
        other = self._keep(flow, "other", rounded(share * (running[0] - running[1])))
        overlap = self._keep(flow, "overlap", rounded(single["overlap"] * month.length * month.overlapping))
        cold = [self._keep(flow, f"cold.{side}", cell) for side, cell in month.cold.items()]
        cash = self._keep(flow, "cash", known(self.complete, rounded(tokens + other - overlap - cold[0] - cold[1])))
        last = flow.cells["cumulative"][-1]
        self._keep(flow, "cumulative", known(self.complete, rounded(last + cash)))
        factor = self._keep(flow, "factor", (term(1) + single["discount"]) ** (term(0) - number / 12), FACTOR)
        present = self._keep(flow, "present", known(self.complete, cash * factor))
        self._keep(flow, "worth", known(self.complete, flow.cells["worth"][-1] + present))
        self._keep(flow, "ends", least(number, self.line.horizon), PARTS)
        self.sheet.row += 1

    def _running(self, monthly: Formula, side: str, length: Formula) -> Formula:
        """Costs a month and the work of people, each rounded once to cents."""
        single = self.inputs.terms.single
        work = single[f"incidents.{side}"] * single[f"hours.{side}"] * single[f"rate.{side}"] * length
        return added(rounded(monthly * length)) + rounded(work)

    def _results(self, flow: _Flow) -> None:
        sheet = self.sheet
        sheet.text(0, _("Result"), HEAD)
        sheet.text(1, _("Computed here"), {**HEAD, "align": "right"})
        sheet.text(2, _("As exported"), {**HEAD, "align": "right"})
        sheet.row += 1
        for label, live, exported, form in self._rows(flow):
            sheet.text(0, label)
            sheet.put(1, known(self.complete, live), form, {"bold": True})
            sheet.put(2, exported if self.found.complete else _("unknown"), form, {"font_color": "#555555"})
            sheet.row += 1
        sheet.text(0, _("“As exported” does not change: it is what the page said."), NOTE)

    def _rows(self, flow: _Flow) -> Iterator[Result]:
        found, terms = self.found, self.inputs.terms
        once, months = added(rounded(terms.quantities * terms.prices)), flow.of("cash", 1)
        npv = added(flow.of("cash") * flow.of("factor"))
        yield _("Net present value"), rounded(npv), found.npv, MONEY
        for label, name, said in (
            (_("Payback, in months"), "cumulative", found.payback),
            (_("Discounted payback, in months"), "worth", found.discounted_payback),
        ):
            yield label, _payback(flow.of(name), flow), _payback_said(said), "0.00"
        roi = rounded((total(months) - once) / once, 4)
        percent, nothing = found.roi_percent, _("nothing is spent once")
        yield _("Return on investment"), when(same(once, 0), nothing, roi), _share(percent, nothing), SHARE
        rate = annual_rate(self.book, flow.of("cash"), flow.of("month"), self.complete)
        yield _("Internal rate of return, a year"), rate, _irr_said(found.irr), SHARE
        year = total(span(flow.cells["cash"][1 : YEAR + 1]))
        yield _("First year, without what is spent before"), rounded(year), found.first_year, MONEY
        yield from self._break_even(flow, npv, once)

    def _break_even(self, flow: _Flow, npv: Formula, once: Formula) -> Iterator[Result]:
        even, none = self.found.break_even, _("none")
        factor = flow.of("factor", 1)
        paid = added(factor * (flow.of("share", 1) * flow.of("candidate", 1) + flow.of("cold.candidate", 1)))
        moved = flow.of("tokens", 1) - flow.of("cold.baseline", 1) - flow.of("cold.candidate", 1)
        yield _("Break-even one-off cost"), rounded(npv) + once, dollars(even.one_off_cents), MONEY
        price, volume = _times(npv, paid, none), _times(npv, term(0) - added(factor * moved), none)
        yield _("Break-even price, × the candidate’s"), price, _exact(even.price, none), PARTS
        first, tokens = flow.cells["candidate"][1], self.ledger.tokens
        mean = unless_faulty(rounded(first / self.line.months[0].length * price * MTOK / tokens, 4), none)
        yield _("That is, USD per MTok"), mean, none if even.price_per_mtok is None else even.price_per_mtok, PRICE
        yield _("Break-even volume, × the requests"), volume, _exact(even.volume, none), PARTS
        requests = unless_faulty(volume * self.ledger.requests, none)
        yield _("That is, requests in month 1"), requests, _exact(even.requests, none), COUNT


def _payback(sums: Formula, flow: _Flow) -> Formula:
    """From when on the sum stays above 0, earned evenly within a month; or why there is no such moment."""
    months, ends = flow.of("month"), flow.of("ends")
    below = highest((sums < 0) * (months + 1))
    before, after = pick(sums, below), pick(sums, below + 1)
    begun = pick(ends, below)
    moment = begun - before / (after - before) * (pick(ends, below + 1) - begun)
    ended = pick(sums, len(sums.values))
    back = when(ended <= 0, _("not within the horizon"), rounded(moment))
    return when(same(below, 0), _("nothing to pay back"), back)


def _times(npv: Formula, paid: Formula, none: str) -> Formula:
    """By how much to multiply what costs so much that nothing of the NPV is left."""
    factor = term(1) + npv / paid
    return when(same(paid, 0), none, when(factor < 0, none, factor))


def _payback_said(found: Payback) -> Shown:
    words = {"nothing_to_pay_back": _("nothing to pay back"), "not_within_the_horizon": _("not within the horizon")}
    return words[found.state] if found.rounded is None else found.rounded


def _irr_said(found: RatesOfReturn) -> Shown:
    if len(found.annual) > 1:
        return _("several: %(rates)s") % {"rates": ", ".join(f"{percent} %" for percent in found.percents)}
    return found.percents[0] / 100 if found.annual else _("none")


def _share(percent: Decimal | None, otherwise: str) -> Shown:
    return otherwise if percent is None else percent / 100


def _exact(number: Fraction | None, otherwise: str) -> Shown:
    return otherwise if number is None else number
