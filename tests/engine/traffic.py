"""Random traffic for properties: every field, with the numbers that people type."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from costcalc.engine import CALLS, DayCount, Shift, Workload

COUNTS = st.decimals(0, 400_000, places=1) | st.integers(0, 5_000_000).map(Decimal)
NONE = st.just(Decimal(0))
SHARES = st.decimals(0, 1, places=3)
DAYS = st.builds(
    DayCount,
    st.sampled_from([Fraction(30), Fraction(365, 12), Fraction(31), None]),
    st.dates(dt.date(2024, 1, 1), dt.date(2030, 12, 31)),
)


@st.composite
def workloads(draw: st.DrawFn) -> Workload:
    """A workload whose fields do not contradict each other."""
    output = draw(COUNTS)
    # Few models price variants, so some traffic has none.
    cached, batch, flex = draw(SHARES), draw(NONE | SHARES), draw(NONE | SHARES)
    return Workload(
        requests=draw(COUNTS),
        input_tokens=draw(COUNTS),
        output_tokens=output,
        per=draw(st.sampled_from(("day", "month"))),
        cache_read_share=cached,
        cache_write_share=(1 - cached) * draw(SHARES),
        cache_write_ttl=draw(st.sampled_from(("5m", "1h"))),
        reasoning_tokens=output * draw(SHARES),
        calls=draw(st.dictionaries(st.sampled_from(CALLS), st.decimals(0, 10, places=3), max_size=2)),
        batch_share=batch,
        flex_share=(1 - batch) * flex,
        retry_share=draw(SHARES),
        over_tier_share=draw(st.none() | SHARES),
        monthly_growth=draw(st.sampled_from(["0", "0.05", "-0.1"]).map(Decimal)),
    )


WORKLOADS = workloads()
SHIFTS = st.builds(
    Shift,
    tokenizer=st.decimals("0.5", 2, places=2),
    verbosity=st.decimals("0.5", 2, places=2),
    retry_share=st.none() | SHARES,
)
