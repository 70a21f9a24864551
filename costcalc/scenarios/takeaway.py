"""A computed scenario as files: a workbook, tables for spreadsheets, and the scenario itself for programs."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import IO, Any

from django.utils.translation import gettext as _

from costcalc.digits import canonical
from costcalc.engine import Charge, Line, dollars, round_half_up, scaled
from costcalc.folding import bare
from costcalc.formatting import formatter_for
from costcalc.scenarios.reading import Reading
from costcalc.scenarios.scenario import Result
from costcalc.scenarios.scenario_body import scenario_json
from costcalc.scenarios.workbook import MEDIA_TYPE, write_workbook
from costcalc.wire import cells
from costcalc.wire.files import temporary_file, written

UNKNOWN = "unknown"
CSV = "text/csv; charset=utf-8"
LONGEST_NAME = 60
LEDGER = (
    "workload",
    "name",
    "unit",
    "baseline_quantity",
    "candidate_quantity",
    "baseline",
    "candidate",
    "difference",
)
CASH = (
    "month",
    "share",
    "baseline",
    "candidate",
    "token_saving",
    "before",
    "after",
    "other_saving",
    "overlap",
    "cold_baseline",
    "cold_candidate",
    "cash",
    "cumulative",
)


@dataclass(frozen=True)
class Taken:
    """What is taken away: the fields, the answer, what it is called, and where it can be opened again."""

    reading: Reading
    result: Result
    name: str
    address: str
    now: dt.datetime

    def file(self, kind: str) -> IO[bytes]:
        """The file of a kind, ready to be read."""
        return KINDS[kind][0](self)

    def file_name(self, kind: str) -> str:
        """What it is stored as: `gpt-4.1-to-relay-2026-11-22-ledger.csv`."""
        words = re.sub(r"[^a-z0-9.]+", "-", bare(self.name)).strip("-.")[:LONGEST_NAME].strip("-.")
        stem = f"{words or 'scenario'}-{self.result.scenario.day.isoformat()}"
        return f"{stem}.{kind.rpartition('.')[2]}" if kind.startswith("scenario.") else f"{stem}-{kind}"


def _workbook(taken: Taken) -> IO[bytes]:
    file = temporary_file()
    write_workbook(file, taken.result, _notes(taken), taken.now)
    file.seek(0)
    return file


def _notes(taken: Taken) -> Iterator[str]:
    day = formatter_for().day(taken.result.scenario.day)
    # Typed prices without a name have none to say.
    if re.search(r"\w", taken.name):
        yield taken.name
    yield _("Prices of %(day)s.") % {"day": day}
    yield taken.address


def ledger_rows(result: Result) -> Iterator[tuple[Any, ...]]:
    """Month 1 line by line, then its total; money in US dollars."""
    for line in result.estimate.lines:
        sides = _amount(line.baseline, line.baseline_cents), _amount(line.candidate, line.candidate_cents)
        name = result.moves[line.workload].workload.name
        volumes = decimal(line.baseline_volume), decimal(line.candidate_volume)
        yield line.workload + 1, name, line.unit, *volumes, *sides, _difference(line, sides)
    totals = result.estimate.monthly
    amounts = (totals.baseline_cents, totals.candidate_cents, -totals.savings_cents)
    whole = result.estimate.complete
    yield "", "", "total", "", "", *(dollars(cents) if whole else UNKNOWN for cents in amounts)


def _amount(charge: Charge | None, cents: int) -> Decimal | str:
    return UNKNOWN if charge is not None and charge.unknown else dollars(cents)


def _difference(line: Line, sides: tuple[Decimal | str, Decimal | str]) -> Decimal | str:
    return UNKNOWN if UNKNOWN in sides else dollars(line.difference_cents)


def decimal(number: Fraction) -> str:
    """An exact number with at most nine decimals, half up."""
    return canonical(scaled(round_half_up(number * 10**9), 9))


def cash_rows(result: Result) -> Iterator[tuple[Any, ...]]:
    """Month 0, in which is spent, and every month after it; money in US dollars."""
    found = result.returned
    whole, sums = found.complete, found.cash.cumulative
    spent = dollars(found.cash.flow[0])
    yield (0, *[""] * 10, spent, spent)
    for month, after in zip(found.cash.months, sums[1:], strict=True):
        priced = (month.baseline_cents, month.candidate_cents, month.token_cents)
        besides = (month.before_cents, month.after_cents, month.other_cents, month.overlap_cents)
        rest = (month.cold_baseline_cents, month.cold_candidate_cents, month.cash_cents, after)
        first, last = ([dollars(cents) if whole else UNKNOWN for cents in part] for part in (priced, rest))
        yield month.number, decimal(month.share), *first, *map(dollars, besides), *last


def _csv(head: Iterable[str], rows: Callable[[Result], Iterator[tuple[Any, ...]]]) -> Callable[[Taken], IO[bytes]]:
    return lambda taken: written(cells.pieces(list(head), rows(taken.result)))


def _json(taken: Taken) -> IO[bytes]:
    day = taken.result.scenario.day
    return written([scenario_json(taken.reading.workloads, taken.reading.scenario, day)])


# By the last part of their address: how each is made, and its media type.
KINDS: Mapping[str, tuple[Callable[[Taken], IO[bytes]], str]] = {
    "scenario.xlsx": (_workbook, MEDIA_TYPE),
    "ledger.csv": (_csv(LEDGER, ledger_rows), CSV),
    "cash.csv": (_csv(CASH, cash_rows), CSV),
    "scenario.json": (_json, "application/json"),
}
