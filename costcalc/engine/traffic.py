"""What an application asks of a model: workloads, and the requests and tokens of a month.

    monthly volume(m) = requests per day × days × (1 + growth)^(m-1) × (1 + retry share)

Counts are exact fractions: nothing is rounded before a line of money is.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Context, Decimal, Inexact, localcontext
from fractions import Fraction
from typing import Literal

from costcalc.engine.errors import TrafficError
from costcalc.engine.units import REQUESTS

ONE = Decimal(1)
# Products of typed numbers, which are bounded in length, are exact; should one ever not be, that is an error.
EXACT = Context(prec=400, traps=[Inexact])
NOTHING = Decimal(0)
# The contexts under which genai-prices keeps the three usual variants.
CONTEXTS: Mapping[str, Mapping[str, str]] = {
    "standard": {},
    "batch": {"processing": "batch"},
    "flex": {"service_tier": "flex"},
    "priority": {"service_tier": "priority"},
}
CALLS = ("web_searches_kcount", "storage_searches_kcount", "code_executions_kcount")
# The units that a workload can use, in the order of a ledger.
TRAFFIC_UNITS = (
    "input_mtok",
    "cache_read_mtok",
    "cache_write_mtok",
    "cache_write_1h_mtok",
    "output_mtok",
    "output_reasoning_mtok",
    *CALLS,
    REQUESTS,
)
SHARES = (
    "cache_read_share",
    "cache_write_share",
    "batch_share",
    "flex_share",
    "priority_share",
    "retry_share",
    "over_tier_share",
)
COUNTS = ("requests", "input_tokens", "output_tokens", "reasoning_tokens")


@dataclass(frozen=True, slots=True)
class DayCount:
    """How days become months: a fixed number of days, or (days None) the calendar's own months from `start`."""

    days: Fraction | None
    start: dt.date

    def days_in(self, month: int) -> Fraction:
        """Days of month 1, 2, …; month 1 is the calendar month of `start`."""
        if self.days is not None:
            return self.days
        index = self.start.year * 12 + self.start.month - 1 + month - 1
        return Fraction(calendar.monthrange(index // 12, index % 12 + 1)[1])


@dataclass(frozen=True, slots=True)
class Workload:
    """One kind of request: its volume, its tokens, and the shares of it that are priced apart.

    Tokens and calls are per request; shares are between 0 and 1 (0.25, not 25). `input_tokens` is all
    of the input: `cache_read_share` of it is read from and `cache_write_share` written to the cache.
    Reasoning tokens are part of the output. `calls` counts tool calls by price name. `over_tier_share`
    is the share of requests above a price tier's threshold; None: decided by `input_tokens`.
    """

    requests: Decimal
    input_tokens: Decimal
    output_tokens: Decimal
    per: Literal["day", "month"] = "day"
    name: str = ""
    cache_read_share: Decimal = NOTHING
    cache_write_share: Decimal = NOTHING
    cache_write_ttl: Literal["5m", "1h"] = "5m"
    reasoning_tokens: Decimal = NOTHING
    calls: Mapping[str, Decimal] = field(default_factory=dict)
    batch_share: Decimal = NOTHING
    flex_share: Decimal = NOTHING
    priority_share: Decimal = NOTHING
    retry_share: Decimal = NOTHING
    over_tier_share: Decimal | None = None
    monthly_growth: Decimal = NOTHING

    def __post_init__(self) -> None:
        self._check_ranges()
        if self.cache_read_share + self.cache_write_share > ONE:
            raise TrafficError("cache_write_share", "cache_shares_over_one")
        if self.batch_share + self.flex_share + self.priority_share > ONE:
            raise TrafficError("priority_share", "variant_shares_over_one")
        if self.reasoning_tokens > self.output_tokens:
            raise TrafficError("reasoning_tokens", "reasoning_over_output")

    def _check_ranges(self) -> None:
        for name in SHARES:
            value = getattr(self, name)
            if value is not None and not (value.is_finite() and 0 <= value <= 1):
                raise TrafficError(name, "not_a_share")
        for name in COUNTS:
            if not _is_count(getattr(self, name)):
                raise TrafficError(name, "negative")
        for name, value in self.calls.items():
            if name not in CALLS or not _is_count(value):
                raise TrafficError("calls", "negative")
        if not (self.monthly_growth.is_finite() and self.monthly_growth > -1):
            raise TrafficError("monthly_growth", "growth_too_low")

    def requests_in(self, month: int, days: DayCount) -> Fraction:
        """Requests of month 1, 2, … with growth and retries."""
        return self.requests_until(month, days)[-1]

    def requests_until(self, last: int, days: DayCount) -> list[Fraction]:
        """Requests of each month from the first to the last."""
        volume, growth = Fraction(self.requests), 1 + Fraction(self.monthly_growth)
        if self.retry_share:
            volume *= 1 + Fraction(self.retry_share)
        found = []
        for month in range(1, last + 1):
            found.append(volume * days.days_in(month) if self.per == "day" else volume)
            volume = volume * growth if self.monthly_growth else volume
        return found

    def quantities(self) -> dict[str, Fraction]:
        """What one request uses, by price name; every token is in exactly one bucket; zeros are left out."""
        tokens, read, write = (
            Fraction(self.input_tokens),
            Fraction(self.cache_read_share),
            Fraction(self.cache_write_share),
        )
        written = "cache_write_1h_mtok" if self.cache_write_ttl == "1h" else "cache_write_mtok"
        buckets = {
            "input_mtok": tokens * (1 - read - write),
            "cache_read_mtok": tokens * read,
            written: tokens * write,
            "output_mtok": Fraction(self.output_tokens) - Fraction(self.reasoning_tokens),
            "output_reasoning_mtok": Fraction(self.reasoning_tokens),
            **{name: Fraction(count) for name, count in self.calls.items()},
            REQUESTS: Fraction(1),
        }
        return {name: count for name, count in buckets.items() if count}

    def variant_shares(self) -> dict[str, Fraction]:
        """The share of requests under each of CONTEXTS, standard first; zeros are left out."""
        shares = {
            "batch": Fraction(self.batch_share),
            "flex": Fraction(self.flex_share),
            "priority": Fraction(self.priority_share),
        }
        shares = {"standard": 1 - sum(shares.values(), Fraction(0)), **shares}
        return {name: share for name, share in shares.items() if share}


def _is_count(value: Decimal) -> bool:
    return value.is_finite() and value >= 0


@dataclass(frozen=True, slots=True)
class Shift:
    """How the same work looks on the other side: ratios of tokens, and what replaces the two shares.

    `tokenizer` multiplies all tokens (another tokenizer cuts the same text differently), `verbosity`
    the output besides. None keeps the workload's own share.
    """

    tokenizer: Decimal = ONE
    verbosity: Decimal = ONE
    cache_read_share: Decimal | None = None
    retry_share: Decimal | None = None

    def __post_init__(self) -> None:
        for name in ("tokenizer", "verbosity"):
            if not (_is_count(ratio := getattr(self, name)) and ratio > 0):
                raise TrafficError(name, "not_positive")


UNSHIFTED = Shift()


def shifted(workload: Workload, shift: Shift) -> Workload:
    """The workload as the other side sees it. Raises TrafficError where the shares no longer fit."""
    with localcontext(EXACT):
        output = shift.tokenizer * shift.verbosity
        return replace(
            workload,
            input_tokens=workload.input_tokens * shift.tokenizer,
            output_tokens=workload.output_tokens * output,
            reasoning_tokens=workload.reasoning_tokens * output,
            cache_read_share=_kept(shift.cache_read_share, workload.cache_read_share),
            retry_share=_kept(shift.retry_share, workload.retry_share),
        )


def _kept(replacement: Decimal | None, own: Decimal) -> Decimal:
    return own if replacement is None else replacement
