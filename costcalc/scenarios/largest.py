"""How large a scenario's money may be: what is computed is also written, drawn and kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from django.utils.translation import gettext as _

from costcalc.engine import Estimate, Move, estimate, with_values
from costcalc.scenarios.kinds import input_name
from costcalc.scenarios.scenario import Result

# US dollars that one workload may cost in month 1: in cents, ten of them still fit into the database's whole numbers.
MOST_KEPT = 10**15
# And in any month, with everything uncertain at its high: thirty digits are more than any page can want, and what is
# made of them (discounted at −99 %, multiplied by changed prices) still has a form in an address.
MOST = 10**30


def too_large(result: Result) -> Iterator[tuple[str, str]]:
    """The calculator's name of each field that makes a sum too large to be kept or shown, and the words beside it."""
    wanted = result.scenario.wanted
    horizon, moves, answer = wanted.terms.horizon_months, result.moves, result.estimate
    words, at_high = {"month": horizon}, _at_high(result)
    for index in range(len(moves)):
        requests, growth = input_name(index, "requests"), input_name(index, "growth")
        if _dollars(answer, index) > MOST_KEPT:
            yield requests, _("At these prices month 1 costs more than can be kept: type less.")
        elif _at_last(moves, answer, index, horizon) > MOST:
            message = _("By month %(month)s this grows beyond any sum: type less, or a shorter horizon.")
            yield growth, message % words
        elif _at_last(*at_high, index, horizon) > MOST:
            message = _("With what is uncertain at its high, month %(month)s is beyond any sum: narrow the ranges.")
            yield growth if growth in wanted.ranges else requests, message % words


def _at_last(moves: Sequence[Move], answer: Estimate, index: int, month: int) -> Fraction:
    growth = 1 + Fraction(moves[index].workload.monthly_growth)
    return _dollars(answer, index) * max(Fraction(1), growth) ** (month - 1)


def _dollars(answer: Estimate, index: int) -> Fraction:
    """What month 1 of a workload costs on the dearer side."""
    totals = answer.of_workload(index)
    return Fraction(max(totals.baseline_cents, totals.candidate_cents), 100)


def _at_high(result: Result) -> tuple[Sequence[Move], Estimate]:
    """The moves with all of their traffic at its high, and what they cost."""
    ranges = result.scenario.wanted.ranges.values()
    highs = {each.path: each.high for each in ranges if each.path.startswith("moves.")}
    if not highs:
        return result.moves, result.estimate
    moves = with_values(result.case, highs).moves
    return moves, estimate(moves, result.scenario.day_count, result.scenario.at)
