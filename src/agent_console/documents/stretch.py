"""The days that a report to hand over is about, and those that it is compared with."""

from msgspec import Struct

from agent_console.usage.reports.calendar import date_of, day_of, iso, month_start, next_month_start
from agent_console.usage.reports.dates import first_day, last_day

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


class Stretch(Struct, frozen=True):
    """Local days, counted from 1970-01-01; first and last are included.

    Attributes:
        title: What people call it: `November 2026`, `2026-11-03 to 2026-11-09`.
        name: The same in the name of a file: `2026-11`, `2026-11-03_2026-11-09`.
        first: The first day.
        last: The last day, which may not have come yet.
        until: Today when it lies in between, else the last day.
        compared_title: What the stretch before is called.
        compared_first: With which day that begins.
        compared_last: With which it ends; a stretch that goes on is compared with as many days.
    """

    title: str
    name: str
    first: int
    last: int
    until: int
    compared_title: str
    compared_first: int
    compared_last: int

    @property
    def goes_on(self) -> bool:
        """It is not over."""
        return self.until < self.last


def month(text: str, today: int) -> Stretch:
    """A calendar month.

    Args:
        text: `2026-11`, `this` or `last`.
        today: The local day.

    Raises:
        ValueError: It is none, or has not begun.
    """
    first = _first_of(text, today)
    if first > today:
        raise ValueError(f'"{text}" has not begun')
    last = next_month_start(first, 1) - 1
    until = min(today, last)
    before = month_start(first - 1, 1)
    ends = first - 1 if until == last else min(before + until - first, first - 1)
    title = _title(before)
    return Stretch(
        title=_title(first),
        name=iso(first)[:7],
        first=first,
        last=last,
        until=until,
        compared_title=title if until == last else f"the same days of {title}",
        compared_first=before,
        compared_last=ends,
    )


def days(since: str | None, until: str | None, today: int) -> Stretch:
    """Any days, compared with as many before them.

    Args:
        since: As `usage --since` has it; null is the first day of the month of `until`.
        until: As `usage --until` has it; null is today.
        today: The local day.

    Raises:
        ValueError: One is no day, or they are in the wrong order.
    """
    last = today if until is None else last_day(until, today)
    first = month_start(last, 1) if since is None else first_day(since, today)
    if first > last:
        raise ValueError(f"{iso(first)} is after {iso(last)}")
    if first > today:
        raise ValueError(f"{iso(first)} has not come")
    ends = min(today, last)
    count = ends - first + 1
    told = f"{count} days" if count > 1 else "day"
    return Stretch(
        title=f"{iso(first)} to {iso(last)}" if last > first else iso(first),
        name=f"{iso(first)}_{iso(last)}" if last > first else iso(first),
        first=first,
        last=last,
        until=ends,
        compared_title=f"the {told} before",
        compared_first=first - count,
        compared_last=first - 1,
    )


def _first_of(text: str, today: int) -> int:
    this = month_start(today, 1)
    match text.lower():
        case "this":
            return this
        case "last":
            return month_start(this - 1, 1)
        case _:
            year, dash, number = text.partition("-")
            digits = year + number
            if (
                (len(year), dash, len(number)) == (4, "-", 2)
                and digits.isascii()
                and digits.isdecimal()
                and int(year) >= 1970
                and 1 <= int(number) <= 12
            ):
                return day_of(int(year), int(number), 1)
    raise ValueError(f'"{text}" is no month; write it as in 2026-11, or `this` or `last`')


def _title(first: int) -> str:
    year, number, _ = date_of(first)
    return f"{_MONTHS[number - 1]} {year}"
