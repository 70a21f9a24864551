"""When a digest is sent: at somebody's own hour, one a day at most, whatever their clocks do."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations_app.digests.times import DAY, Rhythm, Times, wait_after
from tests.planner.mailing import at

HOUR = dt.timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")
# By half hours and whole days, too; and one that left out a day (Apia, 30 December 2011).
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Ho_Chi_Minh",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Asia/Beirut",
    "Pacific/Auckland",
)
# From 2011 to 2030.
MOMENTS = st.integers(1293840000, 1924905600).map(lambda seconds: dt.datetime.fromtimestamp(seconds, dt.UTC))
HOURS = st.integers(0, 23)


def daily(hour: int, zone: dt.tzinfo = BERLIN) -> Times:
    return Times(Rhythm.DAILY, hour, 0, zone)


def test_seven_o_clock_is_seven_o_clock_on_both_sides_of_a_change() -> None:
    assert daily(7).after(at(2026, 3, 28, 5, 59)) == at(2026, 3, 28, 6)
    assert daily(7).after(at(2026, 3, 28, 6)) == at(2026, 3, 29, 5)
    assert daily(7).after(at(2026, 10, 24, 5)) == at(2026, 10, 25, 6)


def test_an_hour_that_is_left_out_comes_later_and_one_that_comes_twice_is_the_first() -> None:
    assert daily(2).after(at(2026, 3, 28, 12)) == at(2026, 3, 29, 1)
    assert at(2026, 3, 29, 1).astimezone(BERLIN).hour == 3
    first = daily(2).after(at(2026, 10, 24, 12))
    assert first == at(2026, 10, 25, 0)
    assert first is not None
    assert daily(2).after(first, dt.date(2026, 10, 25)) == at(2026, 10, 26, 1)


def test_weekly_is_on_its_day() -> None:
    weekly = Times(Rhythm.WEEKLY, 7, 0, ZoneInfo("Asia/Ho_Chi_Minh"))
    # A Monday there begins on Sunday here.
    assert weekly.after(at(2026, 11, 22, 23, 59)) == at(2026, 11, 23, 0)
    assert weekly.after(at(2026, 11, 23, 0)) == at(2026, 11, 30, 0)
    assert weekly.after(at(2026, 11, 25), dt.date(2026, 11, 25)) == at(2026, 11, 30, 0)
    assert Times(Rhythm.NEVER, 7, 0, dt.UTC).after(at(2026, 11, 25)) is None


@given(st.sampled_from(ZONES), HOURS, MOMENTS)
def test_the_next_time_is_at_that_hour_by_the_clocks_of_that_day(zone: str, hour: int, now: dt.datetime) -> None:
    following = daily(hour, ZoneInfo(zone)).after(now)
    assert following is not None
    assert now < following <= now + 26 * HOUR
    there = following.astimezone(ZoneInfo(zone))
    skipped = there.replace(hour=hour).astimezone(dt.UTC).astimezone(ZoneInfo(zone)).hour != hour
    assert (there.hour == hour and there.minute == 0) or skipped or there.date() == dt.date(2011, 12, 31)


@given(st.sampled_from(ZONES), HOURS, MOMENTS, st.booleans(), st.lists(st.integers(0, 100), max_size=12))
def test_no_day_has_two_however_late_each_is_sent(
    zone: str, hour: int, now: dt.datetime, weekly: bool, delays: list[int]
) -> None:
    times = Times(Rhythm.WEEKLY if weekly else Rhythm.DAILY, hour, 3, ZoneInfo(zone))
    sent: list[dt.date] = []
    following = times.after(now)
    for delay in delays:
        assert following is not None
        now = following + delay * HOUR
        sent.append(times.day_of(now))
        following = times.after(now, sent[-1])
    assert len(set(sent)) == len(sent)


@given(st.sampled_from(ZONES), HOURS, MOMENTS)
def test_no_day_is_left_out(zone: str, hour: int, now: dt.datetime) -> None:
    times = daily(hour, ZoneInfo(zone))
    first = times.after(now)
    assert first is not None
    second = times.after(first, times.day_of(first))
    assert second is not None
    days = (times.day_of(second) - times.day_of(first)) // DAY
    # Apia had no 30 December 2011.
    assert days == 1 or times.day_of(first) == dt.date(2011, 12, 29)


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 2), (2, 10), (4, 120), (99, 120)])
def test_what_is_refused_is_tried_again_ever_more_slowly(attempts: int, minutes: int) -> None:
    assert wait_after(attempts) == dt.timedelta(minutes=minutes)
