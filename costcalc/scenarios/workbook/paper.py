"""A sheet of a workbook: cells that are written once, and what formulas elsewhere call them.

What people typed is written as text, whatever it begins with: never as a formula, a link or a number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from costcalc.scenarios.workbook.formulas import Formula, Scalar, serial, when

MONEY, COUNT, PARTS, SHARE, DAY = "#,##0.00", "#,##0", "#,##0.######", "0.00%", "yyyy-mm-dd"
PRICE = "#,##0.00########"
# What finance people paint blue they may change; it is said in words, too.
INPUT = {"font_color": "#0000C0", "bg_color": "#F3F6FC", "border": 1, "border_color": "#D5DCEA"}
HEAD = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"}
TITLE = {"bold": True, "font_size": 14}
PART = {"bold": True, "font_size": 12, "top": 1}
NOTE = {"font_color": "#555555", "text_wrap": True, "valign": "top"}
WORD = {"valign": "top"}
SUMMED = {"bold": True, "top": 1, "bottom": 6}
Styles = dict[str, Any]
Shown = Decimal | Fraction | float | int | str | dt.date | None


class _Page(Worksheet):
    """A worksheet of functions that every spreadsheet knows."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        # The library looks for thirty newer functions in each formula, which takes half of the time.
        return formula.removeprefix("=")


class Book:
    """The workbook in a file; formats are made once."""

    def __init__(self, file: IO[bytes], now: dt.datetime) -> None:
        # Whatever looks like a formula, a link or a number in a text stays a text.
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.file = xlsxwriter.Workbook(file, options)
        # The same scenario gives the same bytes.
        self.file.set_properties({"title": "", "created": now.replace(tzinfo=None)})
        self.file.set_calc_mode("auto")
        self.made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def style(self, *parts: Styles) -> Any:
        """A format of several parts."""
        merged: Styles = {"font_name": "Calibri", "font_size": 11}
        for part in parts:
            merged |= part
        key = tuple(sorted(merged.items()))
        if key not in self.made:
            self.made[key] = self.file.add_format(merged)
        return self.made[key]

    def sheet(self, name: str, widths: Sequence[int], *, across: bool = False) -> Sheet:
        """A new sheet with columns of these widths; `across` prints it on its side."""
        page = self.file.add_worksheet(name, worksheet_class=_Page)
        for column, width in enumerate(widths):
            page.set_column(column, column, width)
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        if across:
            page.set_landscape()
        return Sheet(self, page, name)

    def close(self) -> None:
        """Write the file."""
        self.file.close()


class Sheet:
    """One sheet. `row` is the next free row; every writing method says where, and gives the cell back."""

    def __init__(self, book: Book, page: Worksheet, name: str) -> None:
        self.book = book
        self.page = page
        self.prefix = f"'{name}'!"
        self.row = 0

    def text(self, column: int, words: str, style: Styles = WORD, row: int | None = None) -> None:
        """Words, never anything else."""
        # A unit or a remark stands off the figure before it.
        apart = {"indent": 1, "text_wrap": False} if column and style is NOTE else {}
        self.page.write_string(self.row if row is None else row, column, words, self.book.style(style, apart))

    def put(self, column: int, given: Shown | Formula, form: str, style: Styles | None = None) -> Formula:
        """A number, a day, a word or a formula in the next free row, in a number format; its cell."""
        return self.at(self.row, column, given, form, style)

    def at(self, row: int, column: int, given: Shown | Formula, form: str, style: Styles | None = None) -> Formula:
        """The same in any row."""
        made = self.book.style({"num_format": form, "align": "right", "valign": "top"}, style or {})
        if isinstance(given, Formula):
            assert not isinstance(given.value, tuple), "A cell holds one value."
            # A formula that finds an empty cell gives 0.
            value = 0.0 if given.value is None else given.value
            self.page.write_formula(row, column, f"={given.text.replace(self.prefix, '')}", made, value)
            return self.cell(row, column, value)
        plain = _plain(given)
        if plain is None:
            self.page.write_blank(row, column, None, made)
        elif isinstance(plain, str):
            self.page.write_string(row, column, plain, made)
        else:
            self.page.write_number(row, column, plain, made)
        return self.cell(row, column, plain)

    def cell(self, row: int, column: int, value: Scalar) -> Formula:
        """A cell as formulas of any sheet call it."""
        return Formula(f"{self.prefix}{xl_rowcol_to_cell(row, column, True, True)}", value)

    def heads(self, *words: str, wordy: Sequence[int] = (0,)) -> None:
        """A line of column heads, over figures to the right; `wordy` are the columns of words."""
        for column, word in enumerate(words):
            left = {"indent": 1} if column else {}
            self.text(column, word, {**HEAD, **(left if column in wordy else {"align": "right"})})
        self.row += 1

    def title(self, words: str, style: Styles = TITLE) -> None:
        """A heading, and the row below it."""
        self.text(0, words, style)
        self.row += 1

    def note(self, words: str, columns: int) -> None:
        """A sentence over the width of some columns."""
        lines = 1 + len(words) // 110
        self.page.merge_range(self.row, 0, self.row, columns - 1, "", self.book.style(NOTE))
        self.page.write_string(self.row, 0, words, self.book.style(NOTE))
        self.page.set_row(self.row, 15 * lines)
        self.row += 1


def _plain(given: Shown) -> float | str | None:
    if isinstance(given, dt.date):
        return serial(given)
    return given if given is None or isinstance(given, str) else float(given)


def span(cells: Sequence[Formula]) -> Formula:
    """The range from the first to the last of neighbouring cells, with all of their values."""
    first, last = cells[0].text, cells[-1].text.rpartition("!")[2]
    values = tuple(value for cell in cells for value in cell.values)
    return Formula(first if len(cells) == 1 else f"{first}:{last}", values)


def unknown() -> str:
    """What stands where a price is missing."""
    return _("unknown")


def known(complete: Formula, given: Formula) -> Formula:
    """A formula, or the word for unknown where a price is missing."""
    return when(complete, given, unknown())
