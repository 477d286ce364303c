"""Days, weeks and months of a zone, on quarters of an hour."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings, strategies as st

from agent_console.usage.reports import calendar
from agent_console.usage.reports.zone import Zone

ZONES = (
    "Europe/Berlin",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "America/New_York",
    "America/Santiago",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "Pacific/Apia",
)
EPOCH = date(1970, 1, 1)
days = st.integers(0, 40_000)
quarters = st.integers(0, 4_000_000)


@given(quarter=quarters, zone=st.sampled_from(ZONES))
@settings(deadline=None)
def test_the_day_of_a_quarter_is_the_one_on_the_wall(quarter: int, zone: str) -> None:
    wall = datetime.fromtimestamp(quarter * 900, ZoneInfo(zone)).date()
    assert EPOCH + timedelta(Zone(zone).day(quarter)) == wall


@given(day=days, zone=st.sampled_from(ZONES))
@settings(deadline=None)
def test_a_day_begins_with_its_first_quarter(day: int, zone: str) -> None:
    found = Zone(zone)
    start = found.day_start(day)
    assert found.day(start) >= day  # a zone that changes sides of the date line skips days
    assert found.day(start - 1) < day


@given(first=quarters, length=st.integers(0, 200_000), zone=st.sampled_from(ZONES))
@settings(deadline=None, max_examples=60)
def test_offsets_are_right_at_every_quarter(first: int, length: int, zone: str) -> None:
    found = Zone(zone)
    offsets = found.offsets(first, first + length)
    for begins, ends in zip(offsets, [*offsets[1:], (first + length, 0)], strict=True):
        for quarter in {begins[0], (begins[0] + ends[0]) // 2, max(begins[0], ends[0] - 1)}:
            assert found.offset(quarter) == begins[1]


@given(quarter=st.integers(200, 4_000_000), zone=st.sampled_from(ZONES))
@example(quarter=1_972_571, zone="Australia/Lord_Howe")  # before half an hour comes again
@example(quarter=1_972_572, zone="Australia/Lord_Howe")
@example(quarter=1_990_046, zone="Australia/Lord_Howe")  # after half an hour was left out
@settings(deadline=None, max_examples=60)
def test_an_hour_is_one_on_the_wall_at_one_offset(quarter: int, zone: str) -> None:
    found, info = Zone(zone), ZoneInfo(zone)

    def wall(at: int) -> tuple[str, timedelta | None]:
        local = datetime.fromtimestamp(at * 900, info)
        return local.strftime("%Y-%m-%d %H"), local.utcoffset()

    with closing(sqlite3.connect(":memory:")) as connection:
        (start,) = connection.execute(
            f"SELECT {found.hour_sql(quarter - 100, quarter + 100)} "
            f"FROM (SELECT {quarter} AS quarter)"
        ).fetchone()
    assert quarter - 4 < start <= quarter
    assert wall(start) == wall(quarter)
    assert wall(start - 1) != wall(quarter)


def test_the_systems_zone_changes_its_clock_too(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        named, system = Zone("Europe/Berlin"), Zone()
        for month in range(1, 13):
            at = int(datetime(2026, month, 15, 23, tzinfo=UTC).timestamp()) // 900
            assert system.offset(at) == named.offset(at)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="Europe/Berlin"):
        Zone("Europe/Atlantis")


@given(day=days)
def test_dates_are_those_of_datetime(day: int) -> None:
    when = EPOCH + timedelta(day)
    assert calendar.date_of(day) == (when.year, when.month, when.day)
    assert calendar.iso(day) == when.isoformat()
    assert calendar.day_of(when.year, when.month, when.day) == day


@given(day=days, first=st.integers(0, 6))
def test_a_week_begins_on_its_first_day(day: int, first: int) -> None:
    start = calendar.week_start(day, first)
    assert 0 <= day - start < 7
    assert (EPOCH + timedelta(start)).weekday() == first


def day_of(text: str) -> int:
    return (date.fromisoformat(text) - EPOCH).days


@pytest.mark.parametrize(
    ("day", "billing_day", "start"),
    [
        ("2026-11-20", 1, "2026-11-01"),
        ("2026-11-20", 20, "2026-11-20"),
        ("2026-11-19", 20, "2026-10-20"),
        ("2026-01-19", 20, "2025-12-20"),
        ("2026-02-27", 31, "2026-01-31"),
        ("2026-02-28", 31, "2026-02-28"),
        ("2026-03-30", 31, "2026-02-28"),
        ("2028-02-28", 30, "2028-01-30"),
        ("2028-02-29", 29, "2028-02-29"),
        ("2026-04-30", 31, "2026-04-30"),
    ],
)
def test_a_month_begins_on_the_billing_day(day: str, billing_day: int, start: str) -> None:
    assert calendar.month_start(day_of(day), billing_day) == day_of(start)


@given(day=days, billing_day=st.integers(1, 31))
def test_months_follow_each_other(day: int, billing_day: int) -> None:
    start = calendar.month_start(day, billing_day)
    following = calendar.next_month_start(start, billing_day)
    assert start <= day < following
    assert calendar.month_start(following - 1, billing_day) == start
