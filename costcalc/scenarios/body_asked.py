"""From the body of an estimate to a scenario: every fault of it with its place.

A body carries more than an address (tiers, variants, any number of rows, prices of one workload that change), so
it is not read as one: it becomes the engine's terms itself, and a property test holds both roads together.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from costcalc.catalog.finding import find
from costcalc.catalog.index import Catalogue
from costcalc.catalog.rates import rates_of
from costcalc.engine import CALLS, USD, ExchangeRate, ExchangeRates, Shift, TrafficError, Variant, Workload, shifted
from costcalc.scenarios.body_kinds import BodyError, Fault
from costcalc.scenarios.body_places import place_of
from costcalc.scenarios.estimate_bodies import CandidateIn, EstimateIn, SideIn, WorkloadIn
from costcalc.scenarios.largest import too_large
from costcalc.scenarios.return_asked import ReturnReader
from costcalc.scenarios.scenario import Asked, Choice, Scenario, TypedPrices, Wanted


def scenario_of(body: EstimateIn, held: Catalogue, today: dt.date, table: ExchangeRates | None = None) -> Scenario:
    """What a body asks, at the prices of `today` unless it names a day. Raises BodyError.

    `table` has the exchange rates that hold where the body gives none; by default those of everybody.
    """
    at = body.at or today
    day = at.date() if isinstance(at, dt.datetime) else at
    return _Reader(body, held, day, table or held.rates).scenario(at)


@dataclass
class _Reader:
    body: EstimateIn
    held: Catalogue
    day: dt.date
    table: ExchangeRates
    faults: list[Fault] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def scenario(self, at: dt.date | dt.datetime) -> Scenario:
        self.table = self.table.with_rows(self._given())
        asked = [self._asked(index, workload) for index, workload in enumerate(self.body.workloads)]
        wanted = self._wanted()
        if self.faults:
            raise BodyError(self.faults)
        complete = tuple(one for one in asked if one is not None)
        found = Scenario(
            complete, self.body.days_per_month, at, wanted=wanted, rates=self.table, currencies=frozenset(self.used)
        )
        self.faults += [(place_of(name, self.body), message) for name, message in too_large(found.computed())]
        if self.faults:
            raise BodyError(self.faults)
        return found

    def _given(self) -> list[ExchangeRate]:
        """The exchange rates of the body: of its own day, so that they come before the table's."""
        found: dict[str, ExchangeRate] = {}
        for at, rate in enumerate(self.body.exchange_rates):
            if rate.currency == USD or rate.currency in found:
                self.faults.append((("exchange_rates", at, "currency"), "this currency has its rate already"))
            found[rate.currency] = ExchangeRate(rate.currency, Fraction(rate.per_usd), self.day, "typed")
        found.pop(USD, None)
        return list(found.values())

    def _per_dollar(self, currency: str, *place: str | int) -> Fraction:
        rate = self.table.rate(currency, self.day)
        if rate is None:
            detail = f"no exchange rate of {currency} is known for that day: give one in exchange_rates"
            self.faults.append((place, detail))
        self.used |= {currency} - {USD}
        return Fraction(1) if rate is None else rate.per_dollar

    def _asked(self, index: int, body: WorkloadIn) -> Asked | None:
        sides = [self._choice(body.baseline, "workloads", index, "baseline")]
        sides.append(self._choice(body.candidate, "workloads", index, "candidate"))
        shift = _shift(body.candidate)
        try:
            workload = _workload(body)
        except TrafficError as error:
            self._complain(error, "workloads", index, error.field)
            return None
        try:
            shifted(workload, shift)
        except TrafficError as error:
            self._complain(error, "workloads", index, "candidate", "cache_read_share")
        before, after = sides
        successors = (body.baseline.successor, body.candidate.successor)
        return Asked(workload, before, after, shift, successors) if before and after else None

    def _complain(self, error: TrafficError, *place: str | int) -> None:
        self.faults.append((place, error.code.replace("_", " ")))

    def _choice(self, body: SideIn, *place: str | int) -> Choice | None:
        if body.provider is not None and body.model is not None:
            entry = find(self.held, body.provider, body.model)
            if entry is None:
                self.faults.append(((*place, "model"), f"no model {body.model!r} is known at {body.provider!r}"))
            return entry
        variants = tuple(Variant(part.when, rates_of(part.units)) for part in body.variants)
        typed = TypedPrices(body.name, rates_of(body.prices or {}), variants)
        return typed.at_rate(body.currency, self._per_dollar(body.currency, *place, "currency"))

    def _wanted(self) -> Wanted:
        if self.body.returns is None:
            return Wanted()
        per_dollar = self._per_dollar(self.body.returns.currency, "return", "currency")
        return ReturnReader(self.body, self.body.returns, self.day.replace(day=1), per_dollar, self.faults).wanted()


def _shift(body: CandidateIn) -> Shift:
    return Shift(body.tokenizer_ratio, body.verbosity_ratio, body.cache_read_share, body.retry_share)


def _workload(body: WorkloadIn) -> Workload:
    counts = (body.web_searches, body.storage_searches, body.code_executions)
    daily = body.requests_per_day is not None
    requests = body.requests_per_day if daily else body.requests_per_month
    return Workload(
        name=body.name,
        requests=Decimal(0) if requests is None else requests,
        per="day" if daily else "month",
        input_tokens=body.input_tokens,
        output_tokens=body.output_tokens,
        reasoning_tokens=body.reasoning_tokens,
        cache_read_share=body.cache_read_share,
        cache_write_share=body.cache_write_share,
        cache_write_ttl=body.cache_write_ttl,
        calls={unit: count for unit, count in zip(CALLS, counts, strict=True) if count},
        batch_share=body.batch_share,
        flex_share=body.flex_share,
        priority_share=body.priority_share,
        retry_share=body.retry_share,
        over_tier_share=body.over_tier_share,
        monthly_growth=body.monthly_growth,
    )
