"""How fast tokens and dollars are used, and what today comes to."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.usage.reports.ledgers import HOUR_MS, NOBODYS, NOON_MS, Ledger, Message

from agent_console.model.budget import Budget
from agent_console.usage.budgets.periods import Calendar
from agent_console.usage.budgets.status import budget_status
from agent_console.usage.insight.pace import MINUTE_MS, now, recent_usage
from agent_console.usage.reports.zone import Zone

UTC = Zone("UTC")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "metrics.db")
    yield made
    made.connection.close()


def test_an_empty_ledger_has_no_pace(ledger: Ledger) -> None:
    found = now(ledger.connection, UTC, NOON_MS)

    assert found.last_messages is None
    assert (found.last_hour.tokens_per_minute, found.today_usd, found.projected_usd) == (0, 0, 0)


def test_the_last_hour_is_the_last_60_minutes(ledger: Ledger) -> None:
    ledger.fill(
        [
            Message(NOON_MS - HOUR_MS, output_tokens=1_000_000),  # just not any more
            Message(NOON_MS - HOUR_MS + 1, input_tokens=0, output_tokens=1200),
            Message(NOON_MS, input_tokens=0, output_tokens=1200),
            Message(NOON_MS + 1, output_tokens=1_000_000),  # not yet
        ]
    )

    pace = now(ledger.connection, UTC, NOON_MS).last_hour

    assert (pace.responses, pace.tokens_per_minute) == (2, 40)
    assert pace.usd_per_minute == 2400 * 25 / 1e6 / 60


def test_the_last_five_responses_count_until_now(ledger: Ledger) -> None:
    ledger.fill(
        [Message(NOON_MS - 2 * HOUR_MS, output_tokens=1_000_000)]
        + [
            Message(NOON_MS - minutes * MINUTE_MS, input_tokens=100, output_tokens=0)
            for minutes in (10, 8, 6, 5, 4)
        ]
        + [Message(NOON_MS - MINUTE_MS, kind=2, output_tokens=1_000_000)]
    )

    pace = now(ledger.connection, UTC, NOON_MS).last_messages

    assert pace is not None
    assert (pace.responses, pace.tokens, pace.over_ms) == (5, 500, 10 * MINUTE_MS)
    assert pace.tokens_per_minute == 50


def test_a_single_response_counts_as_a_minutes_usage(ledger: Ledger) -> None:
    ledger.fill([Message(NOON_MS - 1000, input_tokens=600, output_tokens=0)])

    pace = now(ledger.connection, UTC, NOON_MS).last_messages

    assert pace is not None
    assert pace.tokens_per_minute == 600


def test_what_is_older_than_an_hour_is_no_pace(ledger: Ledger) -> None:
    ledger.fill([Message(NOON_MS - HOUR_MS)])

    assert now(ledger.connection, UTC, NOON_MS).last_messages is None


def test_today_comes_to_what_a_daily_budget_says(ledger: Ledger) -> None:
    ledger.fill([Message(NOON_MS - hours * HOUR_MS, output_tokens=4321) for hours in (1, 3, 9, 20)])
    budget = Budget(budget_id="1", scope="all", subject="", period="daily", limit_nano_usd=10**9)

    found = now(ledger.connection, UTC, NOON_MS)
    status = budget_status(ledger.connection, budget, Calendar(UTC), NOON_MS)

    assert found.today_usd == status.spent / 1e12
    assert found.projected_usd == status.projected / 1e12
    assert found.projected_usd == 2 * found.today_usd


def test_tokens_without_a_price_are_told(ledger: Ledger) -> None:
    ledger.fill([Message(NOON_MS, model=NOBODYS, input_tokens=10, output_tokens=20)])

    found = now(ledger.connection, UTC, NOON_MS)

    assert (found.today_tokens, found.unpriced_tokens, found.today_usd) == (30, 30, 0)


def test_recent_usage_is_the_latest_in_its_order(ledger: Ledger) -> None:
    ledger.fill(
        [Message(NOON_MS + number, key=f"m{number}", output_tokens=number) for number in range(5)]
        + [Message(NOON_MS + 9, key="aside", set_aside=True)]
    )

    found = recent_usage(ledger.connection, NOON_MS + 100, 3)

    assert [each.message_id for each in found] == ["m2", "m3", "m4"]
    assert found[-1].output_tokens == 4
    assert found[-1].cost_usd == (10 * 5 + 4 * 25) / 1e6
    assert (found[-1].session_id, found[-1].model) == ("s-1", "claude-opus-5")
