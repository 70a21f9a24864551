"""Internal rates of return: none, one or several, found exactly.

With v = 1 / (1 + monthly rate) the net present value is a polynomial, Σ cash(m) v^m, whose coefficients are whole
cents. Its roots above 0 are the rates above −100 %. They are isolated by Descartes' rule of signs and bisection
(Vincent, Collins, Akritas) in whole numbers: no float can lose a rate or invent one. Rates that differ by less
than a thousand-millionth count as one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from costcalc.engine.savings import dollars, round_half_up

DEPTH = 60
# Only a cluster of rates beyond 10^300 percent could be narrowed for longer.
LIMIT = 1000
CLOSE = Fraction(1, 10**9)
YEAR = 12
Polynomial = list[int]


@dataclass(frozen=True, slots=True)
class RatesOfReturn:
    """The annual rates at which the net present value is 0, lowest first: 1.582 is 158.2 percent a year."""

    annual: tuple[Fraction, ...]

    @property
    def percent(self) -> Decimal | None:
        """The one rate as a percentage with two decimals, half up; None where there is none or several."""
        return self.percents[0] if len(self.annual) == 1 else None

    @property
    def percents(self) -> tuple[Decimal, ...]:
        """Each rate as a percentage with two decimals."""
        return tuple(dollars(round_half_up(rate * 10_000)) for rate in self.annual)


def rates_of_return(flow: Sequence[int]) -> RatesOfReturn:
    """The annual rates of payments at the ends of months 0, 1, …; none where all of them have one sign."""
    cents = list(flow)
    while cents and not cents[-1]:
        cents.pop()
    while cents and not cents[0]:
        cents.pop(0)
    factors = list(_roots(cents)) if _sign_changes(cents) else []
    return RatesOfReturn(tuple(_apart(sorted((1 / factor) ** YEAR - 1 for factor in factors))))


def _roots(cents: Polynomial) -> Iterator[Fraction]:
    """The values of v above 0 at which Σ cents(m) v^m is 0."""
    if sum(cents) == 0:
        yield Fraction(1)
    # Below 1; and above it, where 1 / v is a root of the mirrored polynomial.
    yield from _within(cents)
    yield from (1 / root for root in _within(cents[::-1]))


def _within(whole: Polynomial) -> Iterator[Fraction]:
    """The roots between 0 and 1, neither included."""
    waiting: list[tuple[Polynomial, int, int]] = [(whole, 0, 0)]
    while waiting:
        part, at, depth = waiting.pop()
        changes = _sign_changes(_shifted(part[::-1]))
        if changes == 1 or (changes and depth >= DEPTH):
            yield _bisected(part, at, depth)
        elif changes:
            left = [value << (len(part) - 1 - power) for power, value in enumerate(part)]
            right = _shifted(left)
            if right[0] == 0:
                yield Fraction(2 * at + 1, 2 ** (depth + 1))
            waiting += [(right, 2 * at + 1, depth + 1), (left, 2 * at, depth + 1)]


def _shifted(polynomial: Polynomial) -> Polynomial:
    """p(x + 1) for p(x), lowest power first."""
    found = polynomial.copy()
    for start in range(len(found) - 1):
        for power in range(len(found) - 2, start - 1, -1):
            found[power] += found[power + 1]
    return found


def _sign_changes(polynomial: Polynomial) -> int:
    signs = [value > 0 for value in polynomial if value]
    return sum(one != two for one, two in pairwise(signs))


def _bisected(part: Polynomial, at: int, depth: int) -> Fraction:
    """The root of `part` between 0 and 1 as one of the whole, of which it is the cell `at` of 2^depth."""
    low, bits = 0, 0
    rises = next(value for value in part if value) > 0
    while ((at << bits) + low).bit_length() <= DEPTH and bits < LIMIT:
        low, bits = 2 * low, bits + 1
        value = _value(part, low + 1, bits)
        if value == 0:
            return Fraction((at << bits) + low + 1, 2 ** (depth + bits))
        low += (value > 0) == rises
    return Fraction(2 * ((at << bits) + low) + 1, 2 ** (depth + bits + 1))


def _value(part: Polynomial, top: int, bits: int) -> int:
    """2^(bits × degree) times the polynomial at top ÷ 2^bits."""
    value, scale = 0, 1
    for coefficient in reversed(part):
        value, scale = value * top + coefficient * scale, scale << bits
    return value


def _apart(rates: list[Fraction]) -> Iterator[Fraction]:
    """Without those that touch the one before: a rate at which the value touches 0 may be found on both sides."""
    last: Fraction | None = None
    for rate in rates:
        if last is None or rate - last > CLOSE * (1 + rate):
            yield rate
        last = rate
