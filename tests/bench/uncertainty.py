"""10,000 draws × 36 months × 5 workloads in one pass, against NumPy's random numbers alone of the same shape.

Everything that the outlook shows is in the pass: drawing, every line of every month rounded to cents, ramp, overlap
and cold cache, present values, and the P10–P90 band of each month. Base and draws are checked by the exact engine.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np

from costcalc.engine import (
    DRAWS,
    Case,
    DayCount,
    Move,
    OneOff,
    Overlap,
    PriceSheet,
    Range,
    Rate,
    Step,
    Terms,
    Uncertain,
    Workload,
    base_of,
    returns,
    seed_of,
    simulate,
    tornado,
    traffic_together,
    with_values,
)
from costcalc.engine.cash import cash_of
from costcalc.engine.drawn_months import Columns
from costcalc.engine.draws import drawn
from costcalc.engine.ranges import checked
from costcalc.engine.simulation import Flows, Simulation
from tests.bench.aims import at_most
from tests.bench.pricing import timed

MONTHS, WORKLOADS = 36, 5
ROUNDS = 15
AIM = 2
CHECKED = 25
NAMES = ("requests", "monthly_growth", "input_tokens", "output_tokens", "cache_read_share")
TERMS = ("terms.one_off.0.quantity", "terms.overlap.monthly", "terms.cold_cache_share", "terms.annual_discount_rate")


def case() -> Case:
    """Five growing workloads with cached input, moved in three stages, with every kind of cost beside them."""
    cached, growth = Decimal("0.4"), Decimal("0.03")
    workload = Workload(Decimal(0), Decimal(1000), Decimal(500), cache_read_share=cached, monthly_growth=growth)
    workloads = [replace(workload, requests=Decimal(10_000 * (place + 1))) for place in range(WORKLOADS)]
    before, after = sheet("2", "0.5", "8"), sheet("0.42", "0.1", "1.68")
    terms = Terms(
        horizon_months=MONTHS,
        annual_discount_rate=Decimal("0.1"),
        one_off=(OneOff("Engineering", Decimal(400), Decimal(150)),),
        overlap=Overlap(Decimal(2000)),
        cold_cache_share=Decimal("0.5"),
    )
    moves = tuple(Move(each, before, after) for each in workloads)
    return Case(moves, DayCount(None, dt.date(2026, 11, 1)), dt.date(2026, 11, 22), terms)


def sheet(fresh: str, cached: str, out: str) -> PriceSheet:
    """US dollars per million tokens."""
    prices = {"input_mtok": fresh, "cache_read_mtok": cached, "output_mtok": out}
    return PriceSheet((Step({name: Rate(Decimal(price)) for name, price in prices.items()}),))


def uncertain(asked: Case) -> Uncertain:
    """Five inputs of each workload and four terms, from four fifths of the base to 1.3 times it."""
    paths = [f"moves.{index}.workload.{name}" for index in range(WORKLOADS) for name in NAMES]
    bases = {path: base_of(asked, path) for path in (*paths, *TERMS)}
    ranges = tuple(Range(path, base * Decimal("0.8"), base * Decimal("1.3")) for path, base in bases.items())
    return Uncertain(ranges, (traffic_together(asked, Decimal("0.6")),))


def main(draws: int = DRAWS, rounds: int = ROUNDS) -> dict[str, Any]:
    """Simulate, check and compare."""
    asked = case()
    ranges, seed = uncertain(asked), seed_of("bench")
    check(asked, ranges, seed, draws)
    source = np.random.Generator(np.random.PCG64(seed))
    shape = (draws, MONTHS, WORKLOADS)
    # One after the other, so that both meet the same moments of the machine.
    pairs = [
        (timed(lambda: simulate(asked, ranges, seed, draws), 1)[0], timed(lambda: source.standard_normal(shape), 1)[0])
        for _ in range(rounds)
    ]
    ours, numbers = (float(np.median(column)) for column in zip(*pairs, strict=True))
    swings, _ = timed(lambda: tornado(asked, ranges.ranges), 3)
    return {
        "shape": shape,
        "inputs": len(ranges.ranges),
        "exact": {"base": True, "draws_checked": CHECKED},
        "times_the_random_numbers_alone": at_most(ours / numbers, AIM),
        "seconds": {"ours": round(ours, 4), "normals_alone": round(numbers, 4), "tornado": round(swings, 4)},
    }


def check(asked: Case, ranges: Uncertain, seed: int, draws: int) -> None:
    """The base and some draws, by the exact engine."""
    columns = drawn(asked, checked(asked, ranges.ranges), ranges.together, seed, draws)
    compare(asked, columns, Simulation(asked, columns).flows(columns), range(0, draws, max(1, draws // CHECKED)))
    base = {path: np.full(1, float(base_of(asked, path))) for path in columns}
    assert round(float(Simulation(asked, base).flows(base).present[0])) == returns(asked).npv_cents, "the base is wrong"


def compare(asked: Case, columns: Columns, found: Flows, draws: Iterable[int]) -> None:
    """Every month of some draws, with the exact engine at the same values."""
    for draw in draws:
        alike = with_values(asked, {path: Decimal(float(column[draw])) for path, column in columns.items()})
        exact = cash_of(alike.moves, alike.days, alike.at, alike.terms).flow
        assert found.cents[:, draw].tolist() == list(exact), f"draw {draw} is wrong"


if __name__ == "__main__":
    print(json.dumps(main()))
