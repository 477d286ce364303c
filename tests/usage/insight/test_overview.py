"""How the month stands: the same span before, budgets, and what a filter leaves out."""

from math import isclose
from pathlib import Path
from typing import Any

import pytest
from tests.usage.budgets.spending import budget
from tests.usage.reports.ledgers import (
    DAY_MS,
    HAIKU,
    HOUR_MS,
    NOBODYS,
    NOON_MS,
    OPUS,
    QUARTER_MS,
    Message,
    new_ledger,
    read_only,
)

from agent_console.usage.insight.month import month_of, same_span_before
from agent_console.usage.insight.overview import Overview, overview
from agent_console.usage.reports.calendar import day_of, iso
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.zone import Zone
from agent_console.usage.writing.budget_keeping import keep_budget
from agent_console.usage.writing.ledger import Ledger

UTC = Zone("UTC")
MONTH_MS = 31 * DAY_MS
"""From the same time of the month before, October."""

SHOP, API = "/home/user/shop", "/srv/api"


def dollars(count: int, at_ms: int, **fields: Any) -> Message:
    """A response that costs so many whole dollars."""
    return Message(
        at_ms, input_tokens=0, output_tokens=0, reported_nano_usd=count * 10**9, **fields
    )


def found(folder: Path, *messages: Message, this_month: bool = True, **how: Any) -> Overview:
    with new_ledger(folder) as ledger:
        ledger.fill(messages)
    connection = read_only(folder / "metrics.db")
    wanted = Filter(zone=UTC, **how)
    try:
        return overview(connection, wanted, NOON_MS, this_month=this_month)
    finally:
        connection.close()


def test_a_month_is_compared_with_the_same_span_of_the_last_one(tmp_path: Path) -> None:
    seen = found(
        tmp_path,
        dollars(30, NOON_MS),
        dollars(20, NOON_MS - MONTH_MS),
        dollars(100, NOON_MS - MONTH_MS + HOUR_MS),  # later than it is today
        dollars(100, NOON_MS - 62 * DAY_MS),
    )

    assert seen.before is not None
    assert (seen.now.cost_usd, seen.before.cost_usd) == (30.0, 20.0)
    assert isclose(seen.change_percent or 0, 50, abs_tol=1e-6)


def test_nothing_in_the_last_month_is_no_change_of_any_percent(tmp_path: Path) -> None:
    seen = found(tmp_path, dollars(30, NOON_MS))

    assert seen.before is not None
    assert seen.change_percent is None


@pytest.mark.parametrize(
    ("now", "first", "last"),
    [
        ((2026, 3, 31), "2026-02-01", "2026-02-28"),
        ((2026, 3, 1), "2026-02-01", "2026-02-01"),
        ((2026, 1, 15), "2025-12-01", "2025-12-15"),
    ],
)
def test_a_shorter_month_is_taken_whole(now: tuple[int, int, int], first: str, last: str) -> None:
    now_ms = day_of(*now) * DAY_MS + HOUR_MS
    wanted = Filter(zone=UTC)

    span = same_span_before(wanted, month_of(wanted, now_ms), now_ms)

    assert span.since is not None
    assert span.until is not None
    assert (iso(UTC.day(span.since)), iso(UTC.day(span.until - 1))) == (first, last)


def test_months_begin_on_the_billing_day() -> None:
    wanted = Filter(zone=UTC, billing_day=25)

    month = month_of(wanted, NOON_MS)
    span = same_span_before(wanted, month, NOON_MS)

    assert [iso(day) for day in (month.first, month.last, month.today)] == [
        "2026-10-25",
        "2026-11-24",
        "2026-11-20",
    ]
    assert span.since == UTC.day_start(day_of(2026, 9, 25))


def test_today_and_the_week_end_at_midnight_in_the_zone(tmp_path: Path) -> None:
    messages = [dollars(1, NOON_MS - back * DAY_MS) for back in range(9)]

    seen = found(tmp_path, *messages, dollars(5, NOON_MS - 13 * HOUR_MS))

    assert seen.week == [1.0, 1.0, 1.0, 1.0, 1.0, 6.0, 1.0]
    assert seen.today.cost_usd == 1.0


def test_the_dearest_parts_come_first_and_what_has_no_price_last(tmp_path: Path) -> None:
    seen = found(
        tmp_path,
        dollars(1, NOON_MS, project=SHOP, model=HAIKU),
        dollars(2, NOON_MS, project=API, model=OPUS),
        Message(NOON_MS, project="", model=NOBODYS, output_tokens=10**6),
        dollars(3, NOON_MS, project="/d", model=OPUS),
    )

    assert [(part.name, part.cost_usd) for part in seen.projects] == [
        ("/d", 3.0),
        (API, 2.0),
        (SHOP, 1.0),
    ]
    assert [(part.name, part.cost_usd) for part in seen.models] == [
        (OPUS, 5.0),
        (HAIKU, 1.0),
        (NOBODYS, None),
    ]
    assert seen.now.sums.unpriced == 10**6 + 10


def test_everything_has_neither_forecast_nor_comparison(tmp_path: Path) -> None:
    seen = found(tmp_path, dollars(7, NOON_MS - 400 * DAY_MS), this_month=False)

    assert (seen.now.cost_usd, seen.before, seen.forecast) == (7.0, None, None)


def test_a_filter_is_for_all_of_it_and_leaves_out_what_is_of_everything(tmp_path: Path) -> None:
    with new_ledger(tmp_path) as ledger:
        ledger.fill(
            [
                dollars(1, NOON_MS - HOUR_MS, project=SHOP, session="a"),
                dollars(9, NOON_MS - HOUR_MS, project=API, session="b"),
            ]
        )
    writer = Ledger(tmp_path / "metrics.db")
    keep_budget(writer, budget(50), NOON_MS)
    writer.close()
    connection = read_only(tmp_path / "metrics.db")

    every = overview(connection, Filter(zone=UTC), NOON_MS, this_month=True)
    one = overview(connection, Filter(zone=UTC, projects=["shop"]), NOON_MS, this_month=True)
    connection.close()

    assert [status.spent for status in every.budgets] == [10 * 10**12]
    assert isclose(every.burn_usd_per_hour or 0, 10.0, abs_tol=1e-6)
    assert (one.budgets, one.burn_usd_per_hour) == ([], None)
    assert one.forecast is not None
    assert (one.now.cost_usd, one.today.cost_usd, one.forecast.spent) == (1.0, 1.0, 1.0)
    assert (one.now.sessions, sum(one.week)) == (1, 1.0)


def test_the_forecast_begins_with_what_is_spent(tmp_path: Path) -> None:
    seen = found(
        tmp_path, *(dollars(2, NOON_MS - back * DAY_MS - QUARTER_MS) for back in range(60))
    )

    assert seen.forecast is not None
    assert seen.forecast.spent == seen.now.cost_usd == 40.0
    assert isclose(seen.forecast.expected, 60.0, abs_tol=1e-6)
