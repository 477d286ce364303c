"""What people write for a day or a span of time.

Rule: a relative span counts today: `7d` is today and the six days before. As an end it is the other
side of the same border: `--since 14d --until 7d` and `--last 7d` are neighbours.
"""

from agent_console.usage.reports.calendar import day_of, month_length, months_before

ALLOWED = "a date (2026-11-01 or 20261101), today, yesterday, or a span like 7d, 4w or 3m"
SPAN = "a number of periods, or a span like 7d, 4w or 3m"
_LONGEST = 40_000
"""Days; more than a hundred years is a typing error."""


def first_day(text: str, today: int) -> int:
    """The day that `--since` names, counted from 1970-01-01.

    Raises:
        ValueError: It is no day; the message says what is allowed.
    """
    span_end = _span_end(text, today)
    return _day(text, today) if span_end is None else span_end + 1


def last_day(text: str, today: int) -> int:
    """The day that `--until` names, itself included.

    Raises:
        ValueError: It is no day.
    """
    span_end = _span_end(text, today)
    return _day(text, today) if span_end is None else span_end


def span_or_count(text: str, today: int) -> tuple[int | None, int | None]:
    """What `--last` says: the first day of a span, or how many periods of the report.

    Raises:
        ValueError: It is neither.
    """
    if text.isdecimal() and text.isascii():
        count = int(text[:9])
        if 0 < count <= _LONGEST:
            return None, count
    else:
        span_end = _span_end(text, today)
        if span_end is not None:
            return span_end + 1, None
    raise ValueError(f'"{text}" is no span; write {SPAN}')


def _span_end(text: str, today: int) -> int | None:
    """The day before the span begins; null when it is no span."""
    number, unit = text[:-1], text[-1:].lower()
    if not (number.isdecimal() and number.isascii() and unit in {"d", "w", "m"}):
        return None
    count = int(number[:9])
    if not 0 < count <= _LONGEST // {"d": 1, "w": 7, "m": 31}[unit]:
        raise ValueError(f'"{text}" is too long or no span; write {ALLOWED}')
    if unit == "m":
        return months_before(today, count)
    return today - count * (7 if unit == "w" else 1)


def _day(text: str, today: int) -> int:
    word = text.lower()
    if word in {"today", "yesterday"}:
        return today - (word == "yesterday")
    digits = text.replace("-", "") if text[4:5] + text[7:8] == "--" and len(text) == 10 else text
    if len(digits) == 8 and digits.isascii() and digits.isdecimal():
        year, month, number = int(digits[:4]), int(digits[4:6]), int(digits[6:])
        if year >= 1970 and 1 <= month <= 12 and 1 <= number <= month_length(year, month):
            return day_of(year, month, number)
    raise ValueError(f'"{text}" is no day; write {ALLOWED}')
