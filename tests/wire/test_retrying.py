"""What is tried again, and when."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.wire.retrying import ATTEMPTS, LONGEST_WAIT, passes, told_wait, wait_before

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": " 0 "}, 0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "Sun, 22 Nov 2026 12:00:30 GMT"}, 30),
        ({"retry-after": "Sun, 22 Nov 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "Sun, 22 Nov 2026 12:00:30 -0000"}, 30),
        ({"retry-after": "60", "retry-after-ms": "250"}, 0.25),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "1e9"}, None),
        ({"retry-after": "١٢"}, None),
        ({"retry-after": "9" * 5000}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Sun, 99 Nov 2026 12:00:30 GMT"}, None),
    ],
)
def test_a_provider_says_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert told_wait(headers, NOW) == seconds


@given(st.text(max_size=40))
def test_whatever_it_says_is_a_wait_or_nothing(text: str) -> None:
    told = told_wait({"retry-after": text, "retry-after-ms": text}, NOW)
    assert told is None or 0 <= told < 10**13


def test_only_what_may_pass_is_tried_again() -> None:
    passing = [status for status in range(100, 600) if passes(status)]
    assert passing == [408, 409, 429, *range(500, 600)]


@given(st.integers(2, 6), st.none() | st.floats(0, 10**9), st.floats(0, 1))
def test_waits_have_a_bound_and_so_have_attempts(attempt: int, told: float | None, chance: float) -> None:
    wait = wait_before(attempt, told, chance)
    if attempt > ATTEMPTS or (told is not None and told > LONGEST_WAIT):
        assert wait is None
    else:
        assert wait is not None
        assert (wait == told) if told is not None else (0.25 <= wait <= 1)


def test_a_minute_is_honoured_and_a_second_more_is_reported() -> None:
    assert (wait_before(2, 60, 0), wait_before(2, 60.001, 0), wait_before(4, 0, 0)) == (60, None, None)


def test_waits_grow_and_are_spread() -> None:
    assert [wait_before(2, None, chance) for chance in (0, 0.5, 1)] == [0.5, 0.375, 0.25]
    assert [wait_before(3, None, chance) for chance in (0, 0.5, 1)] == [1, 0.75, 0.5]
