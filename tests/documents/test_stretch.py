"""Which days a report is about, and which it is compared with."""

import pytest
from hypothesis import given, strategies

from agent_console.documents.stretch import Stretch, days, month
from agent_console.usage.reports.calendar import day_of, iso

TODAY = day_of(2026, 11, 26)


def told(stretch: Stretch) -> tuple[str, ...]:
    numbers = (stretch.first, stretch.last, stretch.until)
    compared = (stretch.compared_first, stretch.compared_last)
    return (stretch.title, *map(iso, (*numbers, *compared)))


def test_a_month_that_is_over_is_compared_with_the_whole_month_before() -> None:
    assert told(month("2026-10", TODAY)) == (
        "October 2026", "2026-10-01", "2026-10-31", "2026-10-31", "2026-09-01", "2026-09-30",
    )  # fmt: skip
    assert month("last", TODAY) == month("2026-10", TODAY)
    assert month("2026-10", TODAY).compared_title == "September 2026"


def test_a_month_that_goes_on_is_compared_with_as_many_days() -> None:
    this = month("this", TODAY)

    assert told(this) == (
        "November 2026", "2026-11-01", "2026-11-30", "2026-11-26", "2026-10-01", "2026-10-26",
    )  # fmt: skip
    assert this.goes_on
    assert this.compared_title == "the same days of October 2026"


def test_a_shorter_month_before_is_compared_as_a_whole() -> None:
    assert told(month("2026-03", day_of(2026, 3, 30)))[-2:] == ("2026-02-01", "2026-02-28")
    assert told(month("last", day_of(2027, 1, 1)))[0] == "December 2026"


def test_days_are_compared_with_as_many_before_them() -> None:
    week = days("2026-11-02", "2026-11-08", TODAY)

    assert told(week)[1:] == (
        "2026-11-02", "2026-11-08", "2026-11-08", "2026-10-26", "2026-11-01",
    )  # fmt: skip
    assert (week.name, week.compared_title) == ("2026-11-02_2026-11-08", "the 7 days before")
    assert told(days("2026-11-20", "2026-12-31", TODAY))[3:] == (
        "2026-11-26", "2026-11-13", "2026-11-19",
    )  # fmt: skip
    assert told(days(None, "2026-10-05", TODAY))[1:3] == ("2026-10-01", "2026-10-05")
    assert days("today", None, TODAY).title == "2026-11-26"


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "26-11", "november", "\uff11999-01"]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no month"):
        month(text, TODAY)


def test_what_has_not_come_is_refused() -> None:
    with pytest.raises(ValueError, match="has not begun"):
        month("2026-12", TODAY)
    with pytest.raises(ValueError, match="has not come"):
        days("2026-12-01", "2026-12-02", TODAY)
    with pytest.raises(ValueError, match="is after"):
        days("2026-11-03", "2026-11-02", TODAY)


@given(strategies.integers(day_of(1971, 1, 1), day_of(2090, 1, 1)), strategies.booleans())
def test_what_is_compared_ends_before_the_stretch_and_is_no_longer(today: int, last: bool) -> None:
    found = month("last" if last else "this", today)

    assert found.compared_first <= found.compared_last < found.first <= found.until <= found.last
    if found.goes_on:
        assert found.compared_last - found.compared_first <= found.until - found.first
