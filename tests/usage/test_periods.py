"""Days of the person's zone and 5-hour blocks: ACCOUNTING.md "Time"."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from agent_console.usage.periods import BLOCK_QUARTERS, QUARTER_MS, day, newest_block, quarter

HOUR_MS = 3_600_000


def ms(text: str, zone: str = "UTC") -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("zone", "at", "begins_utc", "hours"),
    [
        ("UTC", "2026-11-20T23:59", "2026-11-20T00:00", 24),
        ("Europe/Berlin", "2026-03-29T12:00", "2026-03-28T23:00", 23),
        ("Europe/Berlin", "2026-10-25T00:00", "2026-10-24T22:00", 25),
        ("Europe/Berlin", "2026-10-25T23:59", "2026-10-24T22:00", 25),
        ("America/New_York", "2026-11-01T12:00", "2026-11-01T04:00", 25),
        ("Asia/Kolkata", "2026-11-20T00:00", "2026-11-19T18:30", 24),
        ("Asia/Kathmandu", "2026-11-20T12:00", "2026-11-19T18:15", 24),
        ("Australia/Lord_Howe", "2026-10-04T12:00", "2026-10-03T13:30", 23.5),
        ("Pacific/Chatham", "2026-04-05T12:00", "2026-04-04T10:15", 25),
        ("Africa/Cairo", "2026-04-24T12:00", "2026-04-23T22:00", 23),  # no midnight
        ("America/Havana", "2026-11-01T12:00", "2026-11-01T04:00", 25),  # two midnights
    ],
)
def test_a_day_is_the_local_one(zone: str, at: str, begins_utc: str, hours: float) -> None:
    found = day(ms(at, zone), ZoneInfo(zone))
    assert found.start * QUARTER_MS == ms(begins_utc)
    assert len(found) == hours * 4


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata", "America/Havana"])
def test_the_systems_zone_is_asked_when_none_is_given(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        start = datetime(2026, 1, 1, 12, tzinfo=UTC)
        for number in range(365):
            at_ms = round((start + timedelta(days=number)).timestamp() * 1000)
            assert day(at_ms, None) == day(at_ms, ZoneInfo(zone))
    finally:
        monkeypatch.undo()
        time.tzset()


@given(
    # Until 2011 some zones changed their clocks a minute after midnight.
    st.datetimes(datetime(2012, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(["Europe/Berlin", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"]),
)
def test_days_follow_each_other_without_gap_or_overlap(at: datetime, zone: str) -> None:
    at_ms = round(at.timestamp() * 1000)
    today = day(at_ms, ZoneInfo(zone))
    assert quarter(at_ms) in today
    tomorrow = day(today.stop * QUARTER_MS, ZoneInfo(zone))
    assert tomorrow.start == today.stop


def block_as_written(times_ms: list[int]) -> int | None:
    """ACCOUNTING.md word for word, over single messages."""
    start = last = None
    for at_ms in sorted(times_ms):
        if (
            start is None
            or last is None
            or at_ms >= start + 5 * HOUR_MS
            or at_ms >= last + 5 * HOUR_MS
        ):
            start = at_ms - at_ms % HOUR_MS
        last = at_ms
    return start


@given(
    st.lists(st.integers(0, 40 * HOUR_MS))
    | st.lists(st.integers(0, 300).map(lambda n: n * QUARTER_MS))
)
def test_the_newest_block_is_found_from_quarters_as_from_messages(times_ms: list[int]) -> None:
    quarters = sorted({quarter(at_ms) for at_ms in times_ms}, reverse=True)
    found = newest_block(quarters)
    assert (None if found is None else found * QUARTER_MS) == block_as_written(times_ms)


def test_nothing_before_a_pause_of_five_hours_is_looked_at() -> None:
    read: list[int] = []

    def newest_first() -> Iterator[int]:
        for each in (1000, 990, 990 - BLOCK_QUARTERS, 0):
            read.append(each)
            yield each

    assert newest_block(newest_first()) == 988
    assert 0 not in read
