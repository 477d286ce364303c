"""The last seven days as small bars."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.usage.reports.ledgers import DAY_MS, NOON_MS, Ledger, Message

from agent_console.usage.insight.comparison import Compared, compared
from agent_console.usage.reports.request import Request
from agent_console.web.overview.week import Spark, sparks, week_days

TODAY = NOON_MS // DAY_MS
DAYS = week_days(TODAY)


@pytest.fixture
def week(tmp_path: Path) -> list[Compared]:
    ledger = Ledger(tmp_path / "metrics.db")
    today = Message(input_tokens=100, output_tokens=1_000_000, cache_read_tokens=300)
    ledger.fill(
        [
            today,
            replace(today, session="s-2"),
            replace(today, at_ms=NOON_MS - 2 * DAY_MS),
            replace(today, at_ms=NOON_MS - 30 * DAY_MS),
        ]
    )
    wanted = Request("daily", {"last": "7d"}, "UTC", NOON_MS).wanted
    found = compared(ledger.connection, wanted, "daily")
    ledger.connection.close()
    return found


def spark(week: list[Compared], name: str) -> Spark:
    return next(each for each in sparks(DAYS, week) if each.name == name)


def test_today_is_the_last_of_seven_days() -> None:
    assert (DAYS[0], DAYS[-1], len(DAYS)) == ("2026-11-14", "2026-11-20", 7)


def test_heights_are_parts_of_the_highest_day(week: list[Compared]) -> None:
    assert spark(week, "Tokens").heights == [0, 0, 0, 0, 50.0, 0, 100.0]
    assert spark(week, "Sessions").heights == [0, 0, 0, 0, 50.0, 0, 100.0]


def test_each_day_is_told_in_words(week: list[Compared]) -> None:
    assert spark(week, "Sessions").words == ["-", "-", "-", "-", "1", "-", "2"]
    assert spark(week, "Per session").words[-1] == "$25.00"
    assert spark(week, "Cache hits").words[-1] == "75%"


def test_a_week_of_nothing_is_flat() -> None:
    assert all(each.heights == [0.0] * 7 and each.words == ["-"] * 7 for each in sparks(DAYS, []))
