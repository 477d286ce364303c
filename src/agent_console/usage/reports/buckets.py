"""How stretches of time are cut: an SQL expression for a bucket, and what buckets are folded into.

Rule: SQL cuts days (or hours, or blocks), and Python folds days into weeks and months, so that a
week is the sum of its days by construction.
"""

from agent_console.usage.periods import DAY_QUARTERS, HOUR_QUARTERS, block_starts
from agent_console.usage.reports.calendar import (
    iso,
    month_start,
    next_month_start,
    week_start,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from sqlite3 import Connection
    from typing import Literal

    from agent_console.usage.reports.filter import Filter
    from agent_console.usage.reports.groupings import Grouping
    from agent_console.usage.reports.selection import Selection

_CLOCK: dict[int, str] = {}
_AHEAD: dict[int, str] = {}
"""Quarters of a day, and offsets, are few and come again."""


class Cut:
    """A way to cut time.

    Attributes:
        bucket: An SQL expression of the column `quarter`.
        fold: The row that a bucket belongs to.
        label: What the row is called.
    """

    __slots__ = ("bucket", "fold", "label")

    def __init__(
        self, bucket: str, fold: "Callable[[int], int]", label: "Callable[[int], str]"
    ) -> None:
        self.bucket = bucket
        self.fold = fold
        self.label = label


def cut_of(grouping: "Grouping") -> "Literal['', 'day', 'hour']":
    """What the report cuts the zone's time into; nothing, too, for blocks: they begin in UTC."""
    if not grouping.is_time or grouping.name == "block":
        return ""
    return "hour" if grouping.name == "hourly" else "day"


def cut(connection: "Connection", grouping: str, wanted: "Filter", rows: "Selection") -> Cut:
    """How the grouping cuts the rows."""
    if grouping == "block":
        connection.execute(
            "CREATE TEMP TABLE IF NOT EXISTS blocks (hour INTEGER PRIMARY KEY, start INTEGER)"
        )
        blocks = block_of_hours(connection)
        connection.executemany("INSERT OR IGNORE INTO temp.blocks VALUES (?, ?)", blocks.items())
        block = f"(SELECT start FROM temp.blocks WHERE hour = quarter / {HOUR_QUARTERS})"  # noqa: S608
        return Cut(block, int, utc_iso)
    if grouping == "hourly":
        hour = wanted.zone.hour_sql(rows.first, rows.last)
        # (The first hour may begin before the first quarter.)
        latest_first = wanted.zone.offsets(rows.first - HOUR_QUARTERS, rows.last)[::-1]

        def label(start: int) -> str:
            for begins, offset in latest_first:
                if start >= begins:
                    return local_iso(start, offset)
            return local_iso(start, wanted.zone.offset(start))

        return Cut(hour, int, label)
    day = f"(quarter + {wanted.zone.offset_sql(rows.first, rows.last)}) / {DAY_QUARTERS}"
    if grouping == "weekly":
        return Cut(day, lambda each: week_start(each, wanted.first_weekday), iso)
    if grouping == "monthly":
        billing_day = wanted.billing_day
        return Cut(day, lambda each: month_start(each, billing_day), day_label(grouping, wanted))
    return Cut(day, int, iso)


def day_label(grouping: str, wanted: "Filter") -> "Callable[[int], str]":
    """What the day, week or month that begins with a day is called."""
    return _month if grouping == "monthly" and wanted.billing_day == 1 else iso


def first_day_of(grouping: str, day: int, wanted: "Filter") -> int:
    """The first day of the week or month that a day lies in."""
    if grouping == "weekly":
        return week_start(day, wanted.first_weekday)
    if grouping == "monthly":
        return month_start(day, wanted.billing_day)
    return day


def last_periods(grouping: str, count: int, today: int, hour: int, wanted: "Filter") -> int:
    """The first quarter of the latest periods of a report, the current one being the first.

    Args:
        grouping: The report; those that are not by time count days.
        count: How many.
        today: The local day, counted from 1970-01-01.
        hour: The quarter in which the current hour began.
        wanted: Weeks and months.
    """
    if grouping == "hourly":
        return hour - (count - 1) * HOUR_QUARTERS
    day = today - count + 1
    if grouping == "weekly":
        day = week_start(today, wanted.first_weekday) - 7 * (count - 1)
    elif grouping == "monthly":
        day = month_start(today, wanted.billing_day)
        for _ in range(count - 1):
            day = month_start(day - 1, wanted.billing_day)
    return wanted.zone.day_start(day)


def last_day_of(grouping: str, start: int, wanted: "Filter") -> int:
    """The last day of the week or month that begins at `start`."""
    if grouping == "weekly":
        return start + 6
    if grouping == "monthly":
        return next_month_start(start, wanted.billing_day) - 1
    return start


def block_of_hours(connection: "Connection") -> dict[int, int]:
    """The first quarter of the 5-hour block of every UTC hour that has messages.

    Blocks are the account's: they begin with the first message of any project, so they are found
    before anything is filtered.
    """
    hours = connection.execute(
        "SELECT DISTINCT hour FROM usage_by_hour WHERE messages > 0 ORDER BY hour"
    )
    # (Hours are enough: a block begins at an hour, so what is 5 hours later does too.)
    quarters = (hour * HOUR_QUARTERS for (hour,) in hours)
    return {quarter // HOUR_QUARTERS: start for quarter, start in block_starts(quarters)}


def local_iso(quarter: int, offset: int) -> str:
    """A quarter's beginning in a zone, as `2026-11-20T14:00+01:00`."""
    day, rest = divmod(quarter + offset, DAY_QUARTERS)
    ahead = _AHEAD.get(offset)
    if ahead is None:
        ahead = _AHEAD[offset] = f"{'-' if offset < 0 else '+'}{_clock(abs(offset))}"
    clock = _CLOCK.get(rest)
    if clock is None:
        clock = _CLOCK[rest] = _clock(rest)
    return f"{iso(day)}T{clock}{ahead}"


def utc_iso(quarter: int) -> str:
    """A quarter's beginning in UTC, as `2026-11-20T13:00:00.000Z`."""
    return f"{local_iso(quarter, 0)[:16]}:00.000Z"


def _clock(quarters: int) -> str:
    hours, rest = divmod(quarters, HOUR_QUARTERS)
    return f"{hours:02}:{rest * 15:02}"


def _month(day: int) -> str:
    return iso(day)[:7]
