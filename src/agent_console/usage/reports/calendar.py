"""Dates, weeks and months, in days counted from 1970-01-01.

Rule: nothing here knows a zone; usage/reports/zone.py makes days of quarters. The calendar is the
Gregorian one, computed: `datetime` takes longer to import than most reports take to make.
"""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EPOCH_WEEKDAY = 3  # a Thursday
_DAYS_OF_400_YEARS = 146_097
_EPOCH_FROM_MARCH_0 = 719_468
"""Days from 0000-03-01 to 1970-01-01; years that begin in March end with their leap day."""

_WRITTEN: dict[int, str] = {}
"""Days are few and come again, in hours and instants."""

_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def day_of(year: int, month: int, number: int) -> int:
    """The day with that date, which must exist."""
    year -= month <= 2
    century, of_era = divmod(year, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + number - 1
    of_centuries = of_era * 365 + of_era // 4 - of_era // 100 + of_year
    return century * _DAYS_OF_400_YEARS + of_centuries - _EPOCH_FROM_MARCH_0


def date_of(day: int) -> tuple[int, int, int]:
    """Year, month and day of the month."""
    era, of_era = divmod(day + _EPOCH_FROM_MARCH_0, _DAYS_OF_400_YEARS)
    year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    from_march = (5 * of_year + 2) // 153
    month = (from_march + 2) % 12 + 1
    return era * 400 + year + (month <= 2), month, of_year - (153 * from_march + 2) // 5 + 1


def iso(day: int) -> str:
    """The date as `2026-11-01`."""
    written = _WRITTEN.get(day)
    if written is None:
        year, month, number = date_of(day)
        written = _WRITTEN[day] = f"{year:04}-{month:02}-{number:02}"
    return written


def month_length(year: int, month: int) -> int:
    """How many days the month has."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if month == 2 and leap else _LENGTHS[month - 1]


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
    year, month, number = date_of(day)
    if number >= min(billing_day, month_length(year, month)):
        return _nth(year, month, billing_day)
    return _nth(*_later(year, month, -1), billing_day)


def next_month_start(start: int, billing_day: int) -> int:
    """The first day of the month after the one that begins at `start`."""
    year, month, _ = date_of(start)
    return _nth(*_later(year, month, 1), billing_day)


def months_before(day: int, months: int) -> int:
    """The same day of the month so many months earlier, or that month's last day."""
    year, month, number = date_of(day)
    return _nth(*_later(year, month, -months), number)


def _nth(year: int, month: int, number: int) -> int:
    return day_of(year, month, min(number, month_length(year, month)))


def _later(year: int, month: int, months: int) -> tuple[int, int]:
    year, month = divmod(year * 12 + month - 1 + months, 12)
    return year, month + 1
