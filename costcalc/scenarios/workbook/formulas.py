"""Formulas of a workbook: each is a text for the spreadsheet and the value that it has, computed side by side.

So a viewer that does not recalculate shows the same figures. Values are floats, as a spreadsheet's are; a tuple is
a range. Arithmetic on a text is a fault, as it is there; an empty cell counts as 0.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

Scalar = float | str | bool | None
Value = Scalar | tuple[Scalar, ...]
FAULT = "#VALUE!"
ATOM, POWER, PRODUCT, SUM, COMPARED = range(5)
# Day 0 of spreadsheets; their calendar is ours from March 1900 on.
EPOCH = dt.date(1899, 12, 30)
# A month's number never comes near it, a date never falls below it.
FIRST_DATE = 1000
NEVER = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class Formula:
    """A text without its `=` and its value. `rank` says how tightly the text holds together."""

    text: str
    value: Value
    rank: int = ATOM

    def __add__(self, other: Term) -> Formula:
        return _joined(self, "+", other, SUM, lambda one, two: one + two)

    def __sub__(self, other: Term) -> Formula:
        return _joined(self, "-", other, SUM, lambda one, two: one - two)

    def __mul__(self, other: Term) -> Formula:
        return _joined(self, "*", other, PRODUCT, lambda one, two: one * two)

    def __truediv__(self, other: Term) -> Formula:
        return _joined(self, "/", other, PRODUCT, lambda one, two: one / two if two else FAULT)

    def __pow__(self, other: Term) -> Formula:
        return _joined(self, "^", other, POWER, lambda one, two: one**two)

    def __lt__(self, other: Term) -> Formula:
        return _joined(self, "<", other, COMPARED, lambda one, two: one < two)

    def __le__(self, other: Term) -> Formula:
        return _joined(self, "<=", other, COMPARED, lambda one, two: one <= two)

    def __gt__(self, other: Term) -> Formula:
        return _joined(self, ">", other, COMPARED, lambda one, two: one > two)

    def __ge__(self, other: Term) -> Formula:
        return _joined(self, ">=", other, COMPARED, lambda one, two: one >= two)

    @property
    def values(self) -> tuple[Scalar, ...]:
        """The values of a range; of a cell the one."""
        return self.value if isinstance(self.value, tuple) else (self.value,)


Term = Formula | Decimal | Fraction | float | str


def term(given: Term) -> Formula:
    """A number or a word as part of a formula."""
    if isinstance(given, Formula):
        return given
    if isinstance(given, str):
        doubled = given.replace('"', '""')
        return Formula(f'"{doubled}"', given)
    number = float(given)
    text = str(int(number)) if number.is_integer() else repr(number)
    return Formula(text, number, ATOM if number >= 0 else SUM)


def _joined(one: Formula, sign: str, two: Term, rank: int, act: Callable[[float, float], Scalar]) -> Formula:
    other = term(two)
    left = one.text if one.rank <= rank else f"({one.text})"
    right = other.text if other.rank < rank else f"({other.text})"
    return Formula(f"{left}{sign}{right}", _each(_numeric(act), one.value, other.value), rank)


def _numeric(act: Callable[[float, float], Scalar]) -> Callable[..., Scalar]:
    def acting(one: Scalar, two: Scalar) -> Scalar:
        return FAULT if isinstance(one, str) or isinstance(two, str) else act(one or 0.0, two or 0.0)

    return acting


def _each(act: Callable[..., Scalar], *values: Value) -> Value:
    """The act on each place of the ranges among these values; a single value counts for every place."""
    lengths = [len(value) for value in values if isinstance(value, tuple)]
    if not lengths:
        return act(*values)
    rows = [value if isinstance(value, tuple) else (value,) * lengths[0] for value in values]
    return tuple(act(*row) for row in zip(*rows, strict=True))


def _called(name: str, given: Sequence[Term], value: Value) -> Formula:
    return Formula(f"{name}({','.join(term(one).text for one in given)})", value)


def rounded(one: Formula, places: int = 2) -> Formula:
    """Half up, as the ledger rounds; of a range, each place."""
    return _called("ROUND", (one, places), _each(lambda value: _rounded(value, places), one.value))


def _rounded(value: Scalar, places: int) -> Scalar:
    if isinstance(value, str):
        return FAULT
    # Spreadsheets, too, round what a number says in its fifteen digits, not the binary fraction behind it.
    said = Decimal(f"{value or 0.0:.15g}")
    # Nothing of a large number's fifteen digits is behind the point, and the decimal context has no room for more.
    return float(said) if abs(said) >= 10**15 else float(said.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def numbers(given: Formula) -> list[float]:
    """The numbers in a range."""
    return [float(value) for value in given.values if value is not None and not isinstance(value, str)]


def total(given: Formula) -> Formula:
    """The sum of the numbers in a range."""
    return _called("SUM", (given,), FAULT if FAULT in given.values else sum(numbers(given)))


def added(products: Formula) -> Formula:
    """The sum over the places of ranges that were computed with; a word among them is a fault."""
    faulty = any(isinstance(value, str) for value in products.values)
    return _called("SUMPRODUCT", (products,), FAULT if faulty else sum(numbers(products)))


def weighed(shares: Formula, values: Formula) -> Formula:
    """The sum of values by their shares; a word counts as nothing."""
    pairs = [(s, v) for s, v in zip(shares.values, values.values, strict=True) if not isinstance(v, str)]
    return _called("SUMPRODUCT", (shares, values), sum(_plain(s) * _plain(v) for s, v in pairs))


def _plain(value: Scalar) -> float:
    return 0.0 if value is None or isinstance(value, str) else float(value)


def count(given: Formula) -> Formula:
    """How many numbers are in a range."""
    return _called("COUNT", (given,), float(len(numbers(given))))


def most(*given: Term) -> Formula:
    """The largest number among cells and ranges."""
    return _called("MAX", given, _extreme(max, given))


def least(*given: Term) -> Formula:
    """The smallest number among cells and ranges."""
    return _called("MIN", given, _extreme(min, given))


def _extreme(act: Callable[[list[float]], float], given: Sequence[Term]) -> Scalar:
    found = [number for one in given for number in numbers(term(one))]
    return act(found) if found else 0.0


def is_number(one: Formula) -> Formula:
    """Whether a cell, or each place of a range, holds a number."""
    return _called("ISNUMBER", (one,), _each(lambda value: value is not None and not isinstance(value, str), one.value))


def same(one: Formula, other: Term) -> Formula:
    """Whether two cells hold the same; an empty one is the empty word."""
    two = term(other)
    value = _each(lambda a, b: ("" if a is None else a) == ("" if b is None else b), one.value, two.value)
    return Formula(f"{one.text}={two.text}", value, COMPARED)


def both(*given: Formula) -> Formula:
    """Whether all of these hold."""
    return _called("AND", given, all(one.value for one in given))


def either(*given: Formula) -> Formula:
    """Whether one of these holds."""
    return _called("OR", given, any(one.value for one in given))


def when(condition: Formula, yes: Term, no: Term) -> Formula:
    """One of two, by a condition."""
    return _called("IF", (condition, yes, no), term(yes if condition.value else no).value)


def smallest(given: Formula, place: int) -> Formula:
    """The number in the given place of a range, from the smallest."""
    return _called("SMALL", (given, place), sorted(numbers(given))[place - 1])


def days_in_month(start: Formula, months: Formula) -> Formula:
    """Days of the calendar month that lies so many months after a day's; 1 is the day's own."""
    text = f"DAY(DATE(YEAR({start.text}),MONTH({start.text})+{months.text},0))"
    day, number = date_of(start), int(_plain(months.values[0]))
    index = day.year * 12 + day.month - 1 + number - 1
    return Formula(text, float(calendar.monthrange(index // 12, index % 12 + 1)[1]))


def month_begins(start: Formula, month: Formula) -> Formula:
    """The first day of a month by its number; month 1 is the start's own."""
    day, number = date_of(start), int(_plain(month.values[0]))
    index = day.year * 12 + day.month - 1 + number - 1
    text = f"DATE(YEAR({start.text}),MONTH({start.text})+{month.text}-1,1)"
    return Formula(text, serial(dt.date(index // 12, index % 12 + 1, 1)))


def position(moment: Formula, start: Formula) -> Formula:
    """Months from the first day of the start's month to a date; a day counts as its share of its own month."""
    m, s = moment.text, start.text
    months = f"(YEAR({m})-YEAR({s}))*12+MONTH({m})-MONTH({s})"
    text = f"{months}+(DAY({m})-1)/DAY(DATE(YEAR({m}),MONTH({m})+1,0))"
    if isinstance(moment.value, str) or _plain(moment.values[0]) < FIRST_DATE:
        return Formula(text, FAULT, SUM)
    day, first = date_of(moment), date_of(start)
    whole = (day.year - first.year) * 12 + day.month - first.month
    return Formula(text, whole + (day.day - 1) / calendar.monthrange(day.year, day.month)[1], SUM)


def since(moment: Formula, start: Formula) -> Formula:
    """When a cell's moment is, in months: it holds a date, or the number of a month (1 is the first); else never."""
    dated = when(moment >= FIRST_DATE, position(moment, start), moment - 1)
    return when(is_number(moment), dated, NEVER)


def serial(day: dt.date) -> float:
    """A day as spreadsheets count."""
    return float((day - EPOCH).days)


def date_of(cell: Formula) -> dt.date:
    """The day that a cell holds."""
    return EPOCH + dt.timedelta(days=int(_plain(cell.values[0])))


def highest(products: Formula) -> Formula:
    """The largest of what was computed with ranges."""
    faulty = any(isinstance(value, str) for value in products.values)
    return Formula(f"SUMPRODUCT(MAX({products.text}))", FAULT if faulty else _extreme(max, (products,)))


def pick(given: Formula, place: Term) -> Formula:
    """The cell of a range at a place, from 1."""
    number = term(place)
    index = number.value if isinstance(number.value, float) else 0.0
    value = given.values[int(index) - 1] if 1 <= index <= len(given.values) else FAULT
    return _called("INDEX", (given, number), value)


def root(one: Formula) -> Formula:
    """The square root."""
    return _called("SQRT", (one,), FAULT if isinstance(one.value, str) else _plain(one.values[0]) ** 0.5)


def unless_faulty(one: Formula, word: str) -> Formula:
    """A formula, or a word where it cannot be computed."""
    return _called("IFERROR", (one, word), word if one.value == FAULT else one.value)
