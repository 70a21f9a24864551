"""Figures from arrivals: their definitions by example, and what holds for all of them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.streaming.measures import Arrival, Figures, Seen, figures, quantile, spread

TIMES = st.floats(0, 1e6, allow_nan=False)


def answer(*times: float, thoughts: tuple[float, ...] = (), **seen: Any) -> Figures:
    """The figures of chunks that came at these times."""
    arrivals = [*(Arrival(at, "reasoning") for at in thoughts), *(Arrival(at) for at in times)]
    return figures(Seen(**{"arrivals": arrivals, "ended": 1000.0, "received": 1200, **seen}))


def test_the_first_token_is_the_first_of_the_answer() -> None:
    seen = answer(300.0, 320.0, thoughts=(100.0, 110.0), connect=5.0)
    assert (seen.connect, seen.reasoning_ttft, seen.ttft, seen.total) == (5.0, 100.0, 300.0, 1000.0)
    assert answer(300.0).reasoning_ttft is None
    assert answer(thoughts=(1.0,)).ttft is None


def test_gaps_are_between_all_chunks() -> None:
    seen = answer(130.0, 140.0, 140.0, thoughts=(100.0,))
    assert (seen.between_p50, seen.chunks) == (10.0, 4)
    assert seen.between_p95 == pytest.approx(28.0)
    assert seen.between_p99 == pytest.approx(29.6)


def test_rates_begin_with_the_first_chunk_and_do_not_count_it() -> None:
    seen = answer(500.0, 600.0, 700.0, usage={"output_tokens": 5})
    assert (seen.chunks_per_second, seen.tokens_per_second) == (10.0, 20.0)
    assert (seen.bytes_per_token, seen.bytes_per_chunk) == (240.0, 400.0)


def test_without_a_report_tokens_are_unknown() -> None:
    seen = answer(500.0, 600.0)
    assert (seen.tokens, seen.tokens_per_second, seen.bytes_per_token) == (None, None, None)
    assert (seen.chunks, seen.chunks_per_second) == (2, 10.0)


def test_reasoning_that_was_never_sent_is_not_what_was_streamed() -> None:
    usage = {"output_tokens": 50, "output_reasoning_tokens": 40}
    assert answer(1.0, usage=usage).tokens == 10
    assert answer(2.0, thoughts=(1.0,), usage=usage).tokens == 50
    assert answer(1.0, usage={"output_tokens": 1, "output_reasoning_tokens": 5}).tokens == 0


def test_of_nothing_everything_is_unknown() -> None:
    seen = answer()
    assert (seen.ttft, seen.between_p50, seen.chunks_per_second, seen.bytes_per_chunk) == (None,) * 4
    assert (seen.chunks, seen.received, seen.total) == (0, 1200, 1000.0)


def test_all_in_one_piece_has_no_rate() -> None:
    assert answer(7.0, 7.0, 7.0, usage={"output_tokens": 9}).tokens_per_second is None


@given(st.lists(TIMES, min_size=1), st.floats(0, 1))
def test_quantiles_are_numpys(values: list[float], share: float) -> None:
    assert quantile(sorted(values), share) == pytest.approx(float(np.quantile(values, share)), rel=1e-9, abs=1e-9)


@given(st.lists(st.none() | TIMES))
def test_a_spread_counts_what_is_known(values: list[float | None]) -> None:
    found, known = spread(values), [value for value in values if value is not None]
    assert found.known == len(known)
    marks = [mark for mark in (found.least, found.p50, found.p95, found.most) if mark is not None]
    assert marks == sorted(marks)
    assert marks[:1] + marks[-1:] == ([min(known), max(known)] if known else [])


@given(st.lists(TIMES, max_size=50).map(sorted), TIMES)
def test_a_later_start_of_the_clock_moves_times_and_no_gap(times: list[float], later: float) -> None:
    seen, moved = answer(*times), answer(*(at + later for at in times))
    assert moved.chunks == seen.chunks
    assert moved.ttft == (None if seen.ttft is None else seen.ttft + later)
    assert moved.between_p50 == (None if seen.between_p50 is None else pytest.approx(seen.between_p50, abs=1e-6))
