"""A scenario as a workbook: inputs on one sheet, and the ledger, the months and the cash flow computed from them.

Changing a cell of the inputs moves everything. Its formulas round as the engine does, each line once to cents.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import IO

from costcalc.scenarios.scenario import Result
from costcalc.scenarios.workbook.cash import CashFlow
from costcalc.scenarios.workbook.inputs import write_inputs
from costcalc.scenarios.workbook.ledger import write_ledger, write_year
from costcalc.scenarios.workbook.months import Months
from costcalc.scenarios.workbook.paper import Book

# So many months can be counted without adding rows.
LEAST_MONTHS = 36
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def write_workbook(file: IO[bytes], result: Result, notes: Iterable[str], now: dt.datetime) -> None:
    """Write a computed scenario, in the active language. `notes` stand above the inputs: where it is from."""
    book, case = Book(file, now), result.case
    daily = [move.workload.per == "day" for move in case.moves]
    inputs = write_inputs(book, result, notes)
    ledger = write_ledger(book, inputs, daily)
    count = max(LEAST_MONTHS, case.terms.horizon_months)
    timeline = Months(book, inputs, ledger, daily, count).written()
    write_year(ledger, timeline.year)
    CashFlow(book, inputs, ledger, timeline, result.returned).write()
    book.close()
