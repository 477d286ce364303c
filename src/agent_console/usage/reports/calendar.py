"""Weeks, months and their names, in days counted from 1970-01-01.

Rule: nothing here knows a zone; usage/reports/zone.py makes days of quarters.
"""

from datetime import date

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EPOCH = date(1970, 1, 1).toordinal()
_EPOCH_WEEKDAY = 3  # a Thursday


def day_of(when: date) -> int:
    """The number of a day."""
    return when.toordinal() - _EPOCH


def date_of(day: int) -> date:
    """The date of a day."""
    return date.fromordinal(day + _EPOCH)


def week_start(day: int, first_weekday: int) -> int:
    """The first day of the day's week.

    Args:
        day: The day.
        first_weekday: 0 is Monday.
    """
    return day - (day + _EPOCH_WEEKDAY - first_weekday) % 7


def month_start(day: int, billing_day: int) -> int:
    """The first day of the day's month.

    Args:
        day: The day.
        billing_day: The day of the month on which months begin; the last day of a shorter month
            stands in for 29, 30 and 31.
    """
    if billing_day == 1:
        return day - date_of(day).day + 1
    when = date_of(day)
    start = _nth(when.year, when.month, billing_day)
    return start if start <= day else _nth(*_before(when.year, when.month), billing_day)


def next_month_start(start: int, billing_day: int) -> int:
    """The first day of the month after the one that begins at `start`."""
    when = date_of(start)
    year, month = (when.year + 1, 1) if when.month == 12 else (when.year, when.month + 1)
    return _nth(year, month, billing_day)


def months_before(day: int, months: int) -> int:
    """The same day of the month so many months earlier, or that month's last day."""
    when = date_of(day)
    year, month = divmod(when.year * 12 + when.month - 1 - months, 12)
    return _nth(year, month + 1, when.day)


def _nth(year: int, month: int, number: int) -> int:
    following = date(year + 1, 1, 1) if month == 12 else date(year, month + 1, 1)
    first = date(year, month, 1)
    length = following.toordinal() - first.toordinal()
    return day_of(first) + min(number, length) - 1


def _before(year: int, month: int) -> tuple[int, int]:
    return (year - 1, 12) if month == 1 else (year, month - 1)
