"""From the return in a body to what is asked of it: the engine's terms, and what of them is uncertain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from costcalc.engine import (
    OneOff,
    Overlap,
    People,
    PriceChange,
    Ramp,
    Range,
    Reserve,
    Running,
    Since,
    Stage,
    Terms,
    TermsError,
    Toil,
    in_dollars,
    stages,
)
from costcalc.scenarios.body_kinds import Fault
from costcalc.scenarios.body_places import name_of, number_at, place_of
from costcalc.scenarios.body_words import ROWS, field_of
from costcalc.scenarios.estimate_bodies import EstimateIn
from costcalc.scenarios.kinds import Field, split_name
from costcalc.scenarios.return_bodies import PriceChangeIn, RangeIn, ReturnIn, RunningIn, SinceIn, StageIn
from costcalc.scenarios.return_ranges import PRICES, TRAFFIC
from costcalc.scenarios.return_terms import PATHS, TOIL
from costcalc.scenarios.scenario import Wanted

NONE = Decimal(0)
AS_THEY_ARE = Decimal(1)
MOST_TIMES = Decimal(100)
MOST_DRAWN = 12_000


@dataclass
class ReturnReader:
    """Reads the return of a body. `start`: the first day of month 1; `per_dollar`: units of its currency a dollar.

    `faults` takes what is wrong.
    """

    body: EstimateIn
    asked: ReturnIn
    start: dt.date
    per_dollar: Fraction
    faults: list[Fault]

    def wanted(self) -> Wanted:
        """What is asked; to be used where there are no faults only."""
        changes = [self._change(at, change) for at, change in enumerate(self.asked.price_changes)]
        ranges = self._ranges(changes)
        terms = replace(self._terms(), changes=tuple(changes))
        self._check_stages(terms.ramp)
        self._check_work()
        return Wanted(terms, ranges, self.asked.correlation, self.per_dollar)

    def _terms(self) -> Terms:
        asked = self.asked
        return Terms(
            horizon_months=asked.horizon_months,
            annual_discount_rate=asked.annual_discount_rate,
            people=self._people(),
            running=tuple(self._running(line) for line in asked.infrastructure),
            one_off=tuple(
                OneOff(line.name, Decimal(1) if line.quantity is None else line.quantity, self._dollars(line.price))
                for line in asked.one_off
            ),
            ramp=Ramp(tuple(_stage(stage) for stage in asked.ramp), asked.delay_months),
            overlap=Overlap(self._dollars(asked.overlap.monthly), asked.overlap.months),
            cold_cache_share=asked.cold_cache_share,
            reserve=Reserve(asked.rollback_reserve.probability, self._dollars(asked.rollback_reserve.cost)),
        )

    def _dollars(self, amount: Decimal | None) -> Decimal:
        return NONE if amount is None else in_dollars(amount, self.per_dollar)

    def _people(self) -> People:
        """What is not said of the time after the move is as before it."""
        before = self.asked.people.before
        after = self.asked.people.after
        later = [getattr(before if getattr(after, name) is None else after, name) for name in TOIL]
        return People(self._toil(before.incidents, before.hours, before.rate), self._toil(*later))

    def _toil(self, incidents: Decimal, hours: Decimal, rate: Decimal) -> Toil:
        return Toil(incidents, hours, self._dollars(rate))

    def _running(self, line: RunningIn) -> Running:
        return Running(line.name, self._dollars(line.before), self._dollars(line.after))

    def _change(self, at: int, change: PriceChangeIn) -> PriceChange:
        if change.workload is not None and change.workload >= len(self.body.workloads):
            self.faults.append((("return", "price_changes", at, "workload"), "there is no workload of this position"))
        return PriceChange(change.side, _since(change), change.factor, change.workload)

    def _check_stages(self, ramp: Ramp) -> None:
        try:
            stages(ramp, self.start)
        except TermsError as error:
            at = int(error.field.split(".")[2])
            place = place_of(f"ramp.{at + 1}.from", self.body)
            self.faults.append((place, "a stage cannot begin before the one above it"))

    def _check_work(self) -> None:
        """What is drawn ten thousand times is computed within a second or two."""
        asked = self.asked
        work = len(self.body.workloads) * asked.horizon_months * (1 + len(asked.price_changes))
        if asked.ranges and work > MOST_DRAWN:
            message = f"workloads × months × (1 + price changes) are {work}: with ranges at most {MOST_DRAWN}"
            self.faults.append((("return", "ranges"), message))

    def _ranges(self, changes: list[PriceChange]) -> dict[str, Range]:
        """The ranges by the calculator's names of their inputs; uncertain prices are changes of their own."""
        found: dict[str, Range] = {}
        for at, each in enumerate(self.asked.ranges):
            name = self._named(at, each, found)
            if name is not None and self._fits(at, each, name):
                found[name] = self._range(name, each, changes)
        return found

    def _named(self, at: int, each: RangeIn, found: Iterable[str]) -> str | None:
        name = name_of(each.input, self.body)
        if name is None or number_at(self.body, name) is None:
            message = "not the place of a number in this body that can be uncertain"
        elif name in found:
            message = "this input has its range already"
        else:
            return name
        self.faults.append((("return", "ranges", at, "input"), message))
        return None

    def _fits(self, at: int, each: RangeIn, name: str) -> bool:
        base = number_at(self.body, name)
        assert base is not None
        least, most = bounds(field_of(name))
        wrong = [
            ("low", least <= each.low, f"must be {least} or more"),
            ("low", each.low <= base, f"low is at most what the body says, {base}"),
            ("high", each.high <= most, f"must be {most} or less"),
            ("high", each.high >= base, f"high is at least what the body says, {base}"),
        ]
        faults = [(("return", "ranges", at, end), message) for end, good, message in wrong if not good]
        self.faults += faults
        return not faults

    def _range(self, name: str, each: RangeIn, changes: list[PriceChange]) -> Range:
        index, bare = split_name(name)
        if bare in PRICES:
            changes.append(PriceChange(PRICES[bare], NONE, AS_THEY_ARE, index))
            return Range(f"terms.changes.{len(changes) - 1}.factor", each.low, each.high)
        if bare in TRAFFIC:
            return Range(f"moves.{index}.{TRAFFIC[bare]}", each.low, each.high)
        field, ends = field_of(name), (each.low, each.high)
        if field is not None and field.kind == "cost":
            ends = (self._dollars(each.low), self._dollars(each.high))
        return Range(f"terms.{_path(name)}", *ends, also=self._also(name))

    def _also(self, name: str) -> tuple[str, ...]:
        """Work by hand that is as before the move is one input, not two."""
        later = name.replace("people.", "people.to.", 1)
        shared = later != name and later in PATHS and number_at(self.body, later) is None
        return (f"terms.{PATHS[later]}",) if shared else ()


def _path(name: str) -> str:
    """Where in the engine's terms a number stands."""
    if name in PATHS:
        return PATHS[name]
    first, number, word = name.split(".")
    return f"{ROWS[first].engine}.{int(number) - 1}.{ROWS[first].words[word]}"


def bounds(of: Field | None) -> tuple[Decimal, Decimal]:
    """Between what an input can be, as the body has it."""
    if of is None:
        return NONE, MOST_TIMES
    if of.kind != "percent":
        return of.low, of.high
    least, most = of.low.scaleb(-2), of.high.scaleb(-2)
    return (1 + least, 1 + most) if of.name.startswith("change.") else (least, most)


def _since(body: SinceIn) -> Since:
    """A month's number as the engine counts: 1 is the first day of month 1, which is 0 months later."""
    if body.from_month is not None:
        return body.from_month - 1
    assert body.from_date is not None
    return body.from_date


def _stage(body: StageIn) -> Stage:
    return Stage(_since(body), body.share)
