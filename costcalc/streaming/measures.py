"""What is measured of a stream: from arrival times and counts to figures. Pure; `static/js/measures.js` says the same.

All times are milliseconds since the stream was asked for, by one clock, at the reader. A chunk is an event with text
in it; chunks are not tokens, so that rates are in tokens only where the provider reported how many there were.

Sources: NVIDIA GenAI-Perf, "Metrics" (time to first token, inter-token latency, output token throughput of one
request); Hyndman & Fan (1996), "Sample Quantiles in Statistical Packages", type 7 (numpy's and Excel's own).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

Kind = Literal["content", "reasoning"]
SECOND: Final = 1000.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """A chunk with text: when it came, and whether what it says is the answer or the way to it."""

    at: float
    kind: Kind = "content"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader saw of one stream.

    `connect` is when the transport was ready: the answer's head over SSE, the opened WebSocket; None: never.
    `ended` is when the last byte or the end had come; `received` counts the bytes of the body, or of the messages.
    """

    arrivals: Sequence[Arrival]
    ended: float
    received: int
    connect: float | None = None
    usage: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one stream; None is unknown, never 0. Times in milliseconds."""

    connect: float | None
    ttft: float | None
    reasoning_ttft: float | None
    between_p50: float | None
    between_p95: float | None
    between_p99: float | None
    total: float
    chunks: int
    tokens: int | None
    chunks_per_second: float | None
    tokens_per_second: float | None
    received: int
    bytes_per_token: float | None
    bytes_per_chunk: float | None


def figures(seen: Seen) -> Figures:
    """The figures of what was seen.

    Time to first token is that of the first chunk of the *answer*; the first of the reasoning stands apart. Gaps are
    between all successive chunks, reasoning included: two that one read of the network brought are 0 apart.
    """
    times = [arrival.at for arrival in seen.arrivals]
    gaps = sorted(after - before for before, after in pairwise(times))
    tokens = streamed_tokens(seen)
    return Figures(
        connect=seen.connect,
        ttft=_first(seen.arrivals, "content"),
        reasoning_ttft=_first(seen.arrivals, "reasoning"),
        between_p50=quantile(gaps, 0.5),
        between_p95=quantile(gaps, 0.95),
        between_p99=quantile(gaps, 0.99),
        total=seen.ended,
        chunks=len(times),
        tokens=tokens,
        chunks_per_second=_rate(len(times), times),
        tokens_per_second=_rate(tokens, times),
        received=seen.received,
        bytes_per_token=seen.received / tokens if tokens else None,
        bytes_per_chunk=seen.received / len(times) if times else None,
    )


def streamed_tokens(seen: Seen) -> int | None:
    """Output tokens as reported; without those of the reasoning where it was thought, but never sent."""
    usage = seen.usage or {}
    output = usage.get("output_tokens")
    if output is None:
        return None
    hidden = all(arrival.kind != "reasoning" for arrival in seen.arrivals)
    return max(0, output - usage.get("output_reasoning_tokens", 0)) if hidden else output


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """The value below which this share of them lies, between two of them by a straight line; None of nothing.

    `ordered` goes upwards; `share` is from 0 to 1.
    """
    if not ordered:
        return None
    place = (len(ordered) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


@dataclass(frozen=True, slots=True)
class Spread:
    """How one figure spreads over several runs; `known` of them have it."""

    known: int
    least: float | None
    p50: float | None
    p95: float | None
    most: float | None


def spread(values: Iterable[float | None]) -> Spread:
    """The spread of a figure; runs in which it is unknown are left out, and not counted."""
    ordered = sorted(value for value in values if value is not None)
    ends = (ordered[0], ordered[-1]) if ordered else (None, None)
    return Spread(len(ordered), ends[0], quantile(ordered, 0.5), quantile(ordered, 0.95), ends[1])


def _first(arrivals: Sequence[Arrival], kind: Kind) -> float | None:
    return next((arrival.at for arrival in arrivals if arrival.kind == kind), None)


def _rate(count: int | None, times: Sequence[float]) -> float | None:
    """So many a second while they came: the first one begins the clock, so that it is not counted."""
    span = times[-1] - times[0] if times else 0.0
    return (count - 1) / (span / SECOND) if count and span > 0 else None
