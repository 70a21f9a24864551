"""The internal rate of return, found by halving: spreadsheets' own function gives wrong rates of large losses.

With v = 1 / (1 + monthly rate), cash that changes its sign once is worth nothing at exactly one v above 0.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from costcalc.scenarios.workbook.formulas import Formula, added, either, highest, root, same, term, when
from costcalc.scenarios.workbook.paper import MONEY, Book, known

# Monthly rates from −99 % to 99,900 %, between which fifty halvings leave less than the last digit of a float.
LEAST, MOST, STEPS = 0.001, 100, 50
DIGITS = "0.0000000000000"
YEAR = 12


def annual_rate(book: Book, cash: Formula, months: Formula, complete: Formula) -> Formula:
    """Write the sheet; the rate a year, or why there is not exactly one."""
    sheet = book.sheet(_("Rate of return"), (12, 22, 22, 22, 22))
    sheet.title(_("Rate of return, found by halving"))
    note = _("v is what a dollar of a month later is worth; each line halves the range that holds the right one.")
    sheet.note(note, 5)
    count = len(cash.values)
    spent, earned = highest((cash < 0) * (months + 1)), highest((cash > 0) * (months + 1))
    spends_from = term(count) - highest((cash < 0) * (term(count) - months))
    earns_from = term(count) - highest((cash > 0) * (term(count) - months))
    sheet.text(0, _("Begins"))
    sign = sheet.put(1, known(complete, when(spends_from < earns_from, -1, 1)), "0")
    sheet.row += 1
    sheet.heads(_("Step"), _("v from"), _("v to"), _("Middle"), _("Worth there"))
    low, high = term(LEAST), term(MOST)
    middle = low
    for step in range(STEPS):
        sheet.put(0, step + 1, "0")
        low, high = sheet.put(1, low, DIGITS), sheet.put(2, high, DIGITS)
        middle = sheet.put(3, root(low * high), DIGITS)
        worth = sheet.put(4, known(complete, added(cash * middle**months)), MONEY)
        early = worth * sign > 0
        low, high = when(early, middle, low), when(early, high, middle)
        sheet.row += 1
    rate = (term(1) / middle) ** YEAR - 1
    outside = either(middle < LEAST * 1.001, middle > MOST * 0.999)
    one = when(outside, _("not found"), rate)
    once = either(spent <= earns_from, earned <= spends_from)
    found = when(once, one, _("the sign of the cash changes more than once"))
    return when(either(same(spent, 0), same(earned, 0)), _("none"), found)
