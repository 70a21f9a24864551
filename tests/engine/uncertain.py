"""Random cases with uncertain inputs, for properties: real prices with tiers, variants and hours, and every term."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import strategies as st

from costcalc.engine import (
    UNSHIFTED,
    Case,
    Move,
    OneOff,
    Overlap,
    People,
    PriceChange,
    Ramp,
    Range,
    Reserve,
    Running,
    Shutdown,
    Stage,
    Terms,
    Toil,
    base_of,
)
from tests.engine.cases import TODAY
from tests.engine.reference import listed
from tests.engine.traffic import DAYS, SHARES, SHIFTS, WORKLOADS

MODELS = (
    *(("openai", "gpt-4.1"), ("openai", "gpt-4.1-mini"), ("google", "gemini-2.5-pro")),
    *(("anthropic", "claude-sonnet-4-5"), ("deepseek", "deepseek-chat"), ("google", "gemini-2.5-flash")),
)
SHEETS = st.sampled_from([each.sheet for slug, name in MODELS for each in listed(slug) if each.model.id == name])
SMALL = st.decimals(0, 500, places=2)
MONTHS = st.decimals(0, 20, places=2)
DATES = st.dates(dt.date(2024, 1, 1), dt.date(2033, 12, 31))
TOIL = st.builds(Toil, SMALL, SMALL, SMALL)
RAMPS = st.builds(
    lambda starts, shares, delay: Ramp(tuple(map(Stage, sorted(starts), shares)), delay),
    st.lists(MONTHS, min_size=3, max_size=3),
    st.lists(SHARES, min_size=3, max_size=3),
    st.just(Decimal(0)) | MONTHS,
)
TERMS = st.builds(
    Terms,
    horizon_months=st.integers(1, 30),
    annual_discount_rate=st.decimals(0, 1, places=3),
    people=st.builds(People, TOIL, TOIL),
    running=st.lists(st.builds(Running, st.just("Gateway"), SMALL, SMALL), max_size=2).map(tuple),
    one_off=st.lists(st.builds(OneOff, st.just("Work"), SMALL, SMALL), max_size=2).map(tuple),
    ramp=RAMPS,
    overlap=st.builds(Overlap, SMALL, st.none() | MONTHS),
    cold_cache_share=st.just(Decimal(0)) | SHARES,
    reserve=st.builds(Reserve, SHARES, SMALL),
    changes=st.lists(
        st.builds(
            PriceChange,
            st.sampled_from(["baseline", "candidate"]),
            DATES | MONTHS,
            st.decimals("0.5", 2, places=2),
            st.none() | st.just(0),
        ),
        max_size=3,
    ).map(tuple),
    shutdowns=st.lists(st.builds(Shutdown, st.just("old"), DATES), max_size=1).map(tuple),
)
MOVES = st.builds(Move, WORKLOADS, SHEETS, SHEETS, SHIFTS | st.just(UNSHIFTED))
CASES = st.builds(Case, st.lists(MOVES, min_size=1, max_size=2).map(tuple), DAYS, st.just(TODAY), TERMS)
WIDENING = st.decimals("0", "0.5", places=2)


def paths(case: Case) -> list[str]:
    """Every input of a case that can be uncertain."""
    found = ["terms.annual_discount_rate", "terms.cold_cache_share", "terms.overlap.monthly", "terms.ramp.delay"]
    found += ["terms.reserve.probability", "terms.reserve.cost"]
    found += [f"terms.people.{side}.{name}" for side in ("before", "after") for name in ("incidents", "hours", "rate")]
    found += [f"terms.ramp.stages.{at}.share" for at in range(len(case.terms.ramp.stages))]
    found += [f"terms.running.{at}.{side}" for at in range(len(case.terms.running)) for side in ("before", "after")]
    found += [f"terms.one_off.{at}.{name}" for at in range(len(case.terms.one_off)) for name in ("quantity", "price")]
    found += [f"terms.changes.{at}.factor" for at in range(len(case.terms.changes))]
    found += ["terms.overlap.months"] if case.terms.overlap.months is not None else []
    for index, move in enumerate(case.moves):
        found += [f"moves.{index}.workload.{name}" for name in WORKLOAD]
        found += [f"moves.{index}.workload.calls.{name}" for name in move.workload.calls]
        found += [f"moves.{index}.workload.over_tier_share"] if move.workload.over_tier_share is not None else []
        found += [f"moves.{index}.shift.{name}" for name in SHIFT if getattr(move.shift, name) is not None]
    return found


WORKLOAD = (
    *("requests", "input_tokens", "output_tokens", "reasoning_tokens", "monthly_growth", "retry_share"),
    *("cache_read_share", "cache_write_share", "batch_share", "flex_share", "priority_share"),
)
SHIFT = ("tokenizer", "verbosity", "cache_read_share", "retry_share")


@st.composite
def uncertain(draw: st.DrawFn) -> tuple[Case, tuple[Range, ...]]:
    """A case, and some of its inputs with a range around what it says."""
    case = draw(CASES)
    chosen = draw(st.lists(st.sampled_from(paths(case)), min_size=1, max_size=8, unique=True))
    return case, tuple(widened(case, path, draw(WIDENING), draw(WIDENING)) for path in chosen)


def widened(case: Case, path: str, below: Decimal, above: Decimal) -> Range:
    """A range from so much of the base below it to so much above it, within the field's bounds."""
    base = base_of(case, path)
    least, most = Range(path, base, base).bounds
    low = max(least, base - abs(base) * below)
    high = base + (abs(base) or 1) * above
    return Range(path, low, high if most is None else min(most, high))
