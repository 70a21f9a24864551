"""The cash of many draws in one vectorised pass.

Binary floats are here, in what is drawn for here (`draws`, `drawn_traffic`, `drawn_months`), and nowhere else. The
same formulas as in `cash`, with the same rounding of each line to cents: at the case's own values every month is the
exact engine's to the cent. Draws are taken in blocks that stay in the processor's cache; months are rows. Sums run
month by month in order, so that no machine's vector width changes a digit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from costcalc.engine.drawn_months import Columns, Months
from costcalc.engine.drawn_traffic import DrawnMove, Fields, Floats, Number, Prices, volumes
from costcalc.engine.ranges import base_of
from costcalc.engine.returns import Case
from costcalc.engine.savings import SideName
from costcalc.engine.worth import discounts

BLOCK = 1024
YEAR = 12
# By then Newton's steps from the tangent at 1 are at the last digit of whatever is between 0.3 and 10,000: any rate
# from −99 % on that can be meant.
NEWTON = 24
# np.rint takes a half to the even side, a ledger away from zero: an amount is first lifted by this part of itself.
# More than a float's own error, less than any half cent that is meant (10⁻⁵ cents of $10,000,000).
LIFT = 1 + 2e-14
COLD, RATE, OVERLAP = "terms.cold_cache_share", "terms.annual_discount_rate", "terms.overlap.monthly"


@dataclass(frozen=True, slots=True)
class Flows:
    """Payments of each month (rows, from 0) and draw (columns) in whole cents, and each draw's present value."""

    cents: Floats
    present: Floats

    @property
    def first_year(self) -> Floats:
        """What months 1 to 12 of each draw bring, in cents."""
        return _summed(self.cents[1 : YEAR + 1])

    @property
    def cumulative(self) -> Floats:
        """The sum up to each month, in cents."""
        found = self.cents.copy()
        for month in range(1, len(found)):
            found[month] += found[month - 1]
        return found


class Simulation:
    """A case, made ready for many draws of some of its inputs (`varied`, by path)."""

    def __init__(self, case: Case, varied: Iterable[str]) -> None:
        paths = frozenset(varied)
        self.case, self.terms = case, case.terms
        self.months = Months(case.terms, case.days.start)
        days = [float(case.days.days_in(window.number)) for window in self.months.windows]
        self.daily = np.array(days).reshape(-1, 1) * self.months.lengths
        count = len(self.months.windows) + 1
        self.discounts = [float(worth) for worth in discounts(case.terms.annual_discount_rate, count)[1:]]
        names = frozenset(_last(path) for path in paths)
        self.places = [_Place(index, DrawnMove(move, case.at, names), paths) for index, move in enumerate(case.moves)]

    def flows(self, columns: Columns) -> Flows:
        """The payments of every draw; `columns` has one value a draw for each of the varied inputs."""
        size = max((len(column) for column in columns.values()), default=1)
        asked = _Asked(self.case, columns)
        rate = columns.get(RATE)
        a_month = None if rate is None else 1 / twelfth_root(1 + rate)
        traffic = [_Traffic.of(place, asked) for place in self.places]
        cents, present = np.empty((len(self.months.windows) + 1, size)), np.empty(size)
        for at in range(0, size, BLOCK):
            block = slice(at, min(at + BLOCK, size))
            part = _Block(self, asked.cut(block), [each.cut(block) for each in traffic], block.stop - block.start)
            part.fill(cents[:, block])
            present[block] = _present(cents[:, block], self._discounts(a_month, block))
        return Flows(cents, present)

    def _discounts(self, a_month: Floats | None, block: slice) -> Sequence[Number]:
        """What a dollar of each month is worth today: the same for all draws, or their own."""
        if a_month is None:
            return self.discounts
        return list(accumulate([a_month[block]] * len(self.months.windows), np.multiply))


class _Asked:
    """The numbers of a case: what is drawn of them, one value a draw, and what the case says of the others."""

    def __init__(self, case: Case, drawn: Columns, known: dict[str, float] | None = None) -> None:
        self.case, self.drawn = case, drawn
        self.known: dict[str, float] = {} if known is None else known

    def of(self, path: str) -> Number:
        """One input, in its own unit."""
        found = self.drawn.get(path)
        if found is not None:
            return found
        if path not in self.known:
            self.known[path] = float(base_of(self.case, path))
        return self.known[path]

    def matters(self, path: str) -> bool:
        """Whether an input is anything but 0."""
        return bool(np.any(self.of(path)))

    def cents(self, *paths: str) -> Number:
        """The product of some inputs, in cents."""
        found: Number = 100.0
        for path in paths:
            found = found * self.of(path)
        return found

    def cut(self, block: slice) -> _Asked:
        """The same for some of the draws."""
        return _Asked(self.case, {path: column[block] for path, column in self.drawn.items()}, self.known)


class _Place:
    """A workload's place in the case: which of the drawn inputs are its own."""

    def __init__(self, index: int, move: DrawnMove, varied: frozenset[str]) -> None:
        self.index, self.move = index, move
        self.workload = {path: _last(path) for path in varied if path.startswith(f"moves.{index}.workload.")}
        self.shift = {path: _last(path) for path in varied if path.startswith(f"moves.{index}.shift.")}

    def both(self, drawn: Columns) -> tuple[dict[str, Number], dict[str, Number]]:
        """The workload as either side sees it."""
        own = {name: drawn[path] for path, name in self.workload.items()}
        return self.move.both(own, {name: drawn[path] for path, name in self.shift.items()})


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a workload, before the months: cents a request line by line, and what a cold cache adds to them."""

    lines: list[Number]
    cold: Number

    @classmethod
    def of(cls, prices: Prices, fields: Fields, cold: Number) -> _Side:
        cents = 100 * (1 + fields["retry_share"])
        more = prices.missed(fields) * (cents * cold) if np.any(cold) else 0.0
        return cls([line * (cents * LIFT) for line in prices.lines(fields)], more)

    def cut(self, block: slice) -> _Side:
        """The same for some of the draws."""
        return _Side([_cut(line, block) for line in self.lines], _cut(self.cold, block))


@dataclass(frozen=True, slots=True)
class _Traffic:
    """A workload of all draws, before the months."""

    place: _Place
    requests: Number
    growth: Number
    baseline: _Side
    candidate: _Side

    @classmethod
    def of(cls, place: _Place, asked: _Asked) -> _Traffic:
        before, after = place.both(asked.drawn)
        cold, move = asked.of(COLD), place.move
        baseline, candidate = _Side.of(move.baseline, before, cold), _Side.of(move.candidate, after, cold)
        return cls(place, before["requests"], before["monthly_growth"], baseline, candidate)

    def cut(self, block: slice) -> _Traffic:
        """The same for some of the draws."""
        requests, growth = _cut(self.requests, block), _cut(self.growth, block)
        return _Traffic(self.place, requests, growth, self.baseline.cut(block), self.candidate.cut(block))


def _cut(number: Number, block: slice) -> Number:
    return number if isinstance(number, float) else number[block]


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _summed(rows: Floats) -> Floats:
    found = np.zeros(rows.shape[1])
    for row in rows:
        found += row
    return found


def _present(cents: Floats, discounts: Sequence[Number]) -> Floats:
    """Each draw's net present value in cents, not rounded."""
    value: Floats = cents[0].copy()
    for row, worth in zip(cents[1:], discounts, strict=True):
        value += row * worth
    return value


def _rounded(cents: Number) -> Floats:
    """Whole cents, a half away from zero."""
    found: Floats = np.asarray(np.multiply(cents, LIFT))
    return np.rint(found, out=found)


def _rows(months: Floats | npt.NDArray[np.bool_]) -> int:
    """Up to which month anything is not 0."""
    found = np.flatnonzero(np.any(months, axis=1))
    return int(found[-1]) + 1 if len(found) else 0


class _Tokens:
    """By month and draw, in cents: what tokens save, and what misses of both caches would cost all the traffic."""

    def __init__(self, like: Floats, split: int) -> None:
        """`split`: up to which month traffic is split at all."""
        self.saved = np.zeros_like(like)
        self.cold: dict[SideName, Floats] = {
            "baseline": np.zeros_like(like[:split]),
            "candidate": np.zeros_like(like[:split]),
        }


class _Block:
    """Some draws of a simulation, month by month."""

    def __init__(self, whole: Simulation, asked: _Asked, traffic: list[_Traffic], size: int) -> None:
        self.whole, self.asked, self.traffic = whole, asked, traffic
        self.terms, self.months = whole.terms, whole.months
        self.scratch = np.empty((len(whole.months.windows), size))

    def fill(self, cents: Floats) -> None:
        """The payments of these draws: month 0, then every month."""
        asked, moved = self.asked, self.months.moved(self.asked.drawn)
        tokens = self._tokens(_rows(moved.stays + moved.moves) if asked.matters(COLD) else 0)
        cents[0] = -self._spent()
        # Where all of the traffic has moved, what tokens save is in whole cents already.
        part = _rows(moved.share != 1)
        cents[1:] = tokens.saved
        cents[1 : part + 1] = _rounded(moved.share[:part] * tokens.saved[:part])
        cents[1:] += _rounded(moved.share * (self._running("before") - self._running("after")))
        if asked.matters(OVERLAP):
            both = _rows(moved.overlap)
            held = self.months.lengths[:both] * moved.overlap[:both]
            cents[1 : both + 1] -= _rounded(asked.cents(OVERLAP) * held)
        for cold, share in ((tokens.cold["baseline"], moved.stays), (tokens.cold["candidate"], moved.moves)):
            cents[1 : len(cold) + 1] -= _rounded(share[: len(cold)] * cold)

    def _spent(self) -> Floats:
        lines = range(len(self.terms.one_off))
        paths = [(f"terms.one_off.{line}.quantity", f"terms.one_off.{line}.price") for line in lines]
        total = _rounded(self.asked.cents("terms.reserve.probability", "terms.reserve.cost"))
        for pair in paths:
            total = total + _rounded(self.asked.cents(*pair))
        return total

    def _running(self, side: str) -> Floats:
        toil = tuple(f"terms.people.{side}.{name}" for name in ("incidents", "hours", "rate"))
        total = _rounded(self.asked.cents(*toil) * self.months.lengths)
        for line in range(len(self.terms.running)):
            total = total + _rounded(self.asked.cents(f"terms.running.{line}.{side}") * self.months.lengths)
        return total

    def _tokens(self, split: int) -> _Tokens:
        tokens = _Tokens(self.scratch, split)
        for each in self.traffic:
            days = self.whole.daily if each.place.move.daily else self.months.lengths
            requests = volumes(each.requests, each.growth, days)
            self._add("baseline", each.place, each.baseline, requests, tokens)
            self._add("candidate", each.place, each.candidate, requests, tokens)
        return tokens

    def _add(self, name: SideName, place: _Place, side: _Side, requests: Floats, tokens: _Tokens) -> None:
        """Adds what one side of a workload costs, each line of each month rounded to cents."""
        level = self.months.level(name, place.index, self.asked.drawn)
        paid = requests if level is None else requests * level
        add = np.add if name == "baseline" else np.subtract
        for line in side.lines:
            np.multiply(paid, line, out=self.scratch)
            np.rint(self.scratch, out=self.scratch)
            add(tokens.saved, self.scratch, out=tokens.saved)
        cold = tokens.cold[name]
        cold += paid[: len(cold)] * side.cold


def twelfth_root(values: Floats) -> Floats:
    """The twelfth roots of numbers above 0, by square roots and Newton's steps: the same digits on any machine."""
    fourth = np.sqrt(np.sqrt(values))
    root = 1 + (fourth - 1) / 3
    for _ in range(NEWTON):
        root = (2 * root + fourth / (root * root)) / 3
    return root
