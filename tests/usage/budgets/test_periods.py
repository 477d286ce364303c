from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from tests.usage.budgets.spending import budget

from agent_console.usage.budgets.periods import calendar_of, period_of
from agent_console.usage.periods import QUARTER_MS, quarter

BERLIN = "Europe/Berlin"


def at(local: str, zone: str) -> int:
    """The quarter of a local time."""
    moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))
    return quarter(round(moment.timestamp() * 1000))


@pytest.mark.parametrize(
    ("period", "billing_day", "now", "first", "following"),
    [
        ("daily", 1, "2026-11-20T23:59", "2026-11-20", "2026-11-21"),
        ("daily", 1, "2026-11-21T00:00", "2026-11-21", "2026-11-22"),
        ("weekly", 1, "2026-11-22T23:59", "2026-11-16", "2026-11-23"),
        ("weekly", 1, "2026-11-23T00:00", "2026-11-23", "2026-11-30"),
        ("monthly", 1, "2026-11-30T23:59", "2026-11-01", "2026-12-01"),
        ("monthly", 1, "2026-12-01T00:00", "2026-12-01", "2027-01-01"),
        ("monthly", 15, "2026-01-14T12:00", "2025-12-15", "2026-01-15"),
        ("monthly", 31, "2026-02-28T12:00", "2026-02-28", "2026-03-31"),
        ("monthly", 31, "2026-02-27T23:59", "2026-01-31", "2026-02-28"),
        ("monthly", 31, "2026-04-30T00:00", "2026-04-30", "2026-05-31"),
        ("monthly", 30, "2028-02-29T00:00", "2028-02-29", "2028-03-30"),
    ],
)
@pytest.mark.parametrize("zone", [BERLIN, "UTC", "Asia/Kathmandu", "America/St_Johns"])
def test_a_period_is_whole_local_days(  # noqa: PLR0917 - a row of the table
    period: str, billing_day: int, now: str, first: str, following: str, zone: str
) -> None:
    wanted = budget(10, period=period, billing_day=billing_day)

    found = period_of(wanted, calendar_of(ZoneInfo(zone)), at(now, zone))

    assert found == range(at(first, zone), at(following, zone))


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-20", 24)]
)
def test_a_day_on_which_the_clock_is_changed_is_shorter_or_longer(day: str, hours: int) -> None:
    calendar = calendar_of(ZoneInfo(BERLIN))

    found = period_of(budget(10, period="daily"), calendar, at(f"{day}T12:00", BERLIN))

    assert len(found) == hours * 4
    assert found.start == at(day, BERLIN)


def test_a_midnight_that_the_clock_skips_begins_the_day_when_it_is_changed() -> None:
    calendar = calendar_of(ZoneInfo("America/Asuncion"))
    noon = datetime(2023, 10, 1, 12, tzinfo=ZoneInfo("America/Asuncion"))

    found = period_of(budget(10, period="daily"), calendar, quarter(round(noon.timestamp() * 1000)))

    assert datetime.fromtimestamp(found.start * QUARTER_MS / 1000, UTC).hour == 4
    assert len(found) == 23 * 4


@pytest.mark.parametrize(("first_weekday", "first"), [(0, "2026-11-16"), (6, "2026-11-15")])
def test_weeks_begin_as_configured(first_weekday: int, first: str) -> None:
    calendar = calendar_of(ZoneInfo(BERLIN), first_weekday)

    found = period_of(budget(10, period="weekly"), calendar, at("2026-11-20T12:00", BERLIN))

    assert found.start == at(first, BERLIN)
