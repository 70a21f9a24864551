"""Cases of a return in few words, for tests."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from costcalc.engine import AT_ONCE, UNSHIFTED, Case, DayCount, Move, OneOff, PriceSheet, Shift, Terms, Workload
from tests.engine.sheets import rates, standard
from tests.engine.traffic import SHIFTS, WORKLOADS

NOVEMBER = dt.date(2026, 11, 1)
TODAY = dt.date(2026, 11, 22)
THIRTY = DayCount(Fraction(30), NOVEMBER)
# The article's traffic.
CHAT = Workload(Decimal(50_000), Decimal(1000), Decimal(500))
TYPED = standard(rates(input_mtok="2", output_mtok="8"))
RELAY = standard(rates(input_mtok="0.42", output_mtok="0.42"))
PRICES = st.decimals(0, 100, places=2)
SHEETS = st.builds(
    lambda fresh, cached, out: standard(
        rates(input_mtok=str(fresh), cache_read_mtok=str(min(fresh, cached)), output_mtok=str(out))
    ),
    PRICES,
    PRICES,
    PRICES,
)
# Every field of the traffic, with growth and retries; and prices that know no variants.
MOVES = st.builds(Move, WORKLOADS, SHEETS, SHEETS, SHIFTS | st.just(UNSHIFTED))
FEW = st.lists(MOVES, min_size=1, max_size=2).map(tuple)
MONEY = st.decimals(0, 100_000, places=2)


def typed(one_off: str = "60000", **changed: Any) -> Case:
    """The issue's case: typed prices, the article's traffic, all of it from month 1, 12 months, 10 %."""
    known: dict[str, Any] = {
        "horizon_months": 12,
        "annual_discount_rate": Decimal("0.1"),
        "one_off": (OneOff("Engineering", Decimal(1), Decimal(one_off)),) if one_off else (),
        "ramp": AT_ONCE,
    }
    return case((Move(CHAT, TYPED, RELAY),), THIRTY, **(known | changed))


def case(moves: tuple[Move, ...], days: DayCount = THIRTY, **terms: Any) -> Case:
    """A case at today's prices."""
    return Case(moves, days, TODAY, Terms(**terms))


def shift(**changed: str) -> Shift:
    """How the other side differs: `shift(verbosity="1.2")`."""
    return Shift(**{name: Decimal(value) for name, value in changed.items()})


def sheet(fresh: str, out: str, cached: str | None = None) -> PriceSheet:
    """US dollars per million tokens in, out and, where there is a price of it, read from the cache."""
    more = {} if cached is None else {"cache_read_mtok": cached}
    return standard(rates(input_mtok=fresh, output_mtok=out, **more))
