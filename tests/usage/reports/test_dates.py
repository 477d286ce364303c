"""What people write for days and spans."""

from datetime import date

import pytest

from agent_console.usage.reports.calendar import iso
from agent_console.usage.reports.dates import first_day, last_day, span_or_count

TODAY = (date(2026, 11, 26) - date(1970, 1, 1)).days


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-11-01", "2026-11-01", "2026-11-01"),
        ("20261101", "2026-11-01", "2026-11-01"),
        ("today", "2026-11-26", "2026-11-26"),
        ("Yesterday", "2026-11-25", "2026-11-25"),
        ("1d", "2026-11-26", "2026-11-25"),
        ("7d", "2026-11-20", "2026-11-19"),
        ("4w", "2026-10-30", "2026-10-29"),
        ("3m", "2026-08-27", "2026-08-26"),
        ("9m", "2026-02-27", "2026-02-26"),
        ("2024-02-29", "2024-02-29", "2024-02-29"),
    ],
)
def test_a_day_may_be_named_or_counted(text: str, first: str, last: str) -> None:
    assert iso(first_day(text, TODAY)) == first
    assert iso(last_day(text, TODAY)) == last


@pytest.mark.parametrize(
    "text",
    ["", "x", "7", "0d", "-7d", "7y", "2026-02-29", "2026-13-01", "2026-1-1", "99999999999d",
     "2026/11/01", "\u0667d", "tomorrow", "2026-11-01T10:00", "9999999m"],
)  # fmt: skip
def test_anything_else_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="2026-11-01 or 20261101"):
        first_day(text, TODAY)


def test_a_neighbour_of_a_span_shares_no_day_with_it() -> None:
    assert last_day("7d", TODAY) + 1 == first_day("7d", TODAY)


def test_last_is_a_number_of_periods_or_a_span() -> None:
    assert span_or_count("3", TODAY) == (None, 3)
    assert span_or_count("7d", TODAY) == (first_day("7d", TODAY), None)
    for wrong in ("0", "-1", "x", "1.5", ""):
        with pytest.raises(ValueError, match="7d, 4w or 3m"):
            span_or_count(wrong, TODAY)
