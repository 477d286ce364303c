"""What clients may report, however often, breaks no query."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.usage.asking import HOUR_MS, NOON_MS, SESSION, add, added, new_ledger, totals

from agent_console.cli.commands.usage import command
from agent_console.config_prices import PricesConfig
from agent_console.paths import database_path
from agent_console.protocol.messages import MAX_TOKENS
from agent_console.usage.entries import ReadSpending, SpendingRead
from agent_console.usage.writing.keeping_prices import keep_prices
from agent_console.usage.writing.ledger import Ledger

MOST_USD = 10_000.0
TIMES = 1_000


def largest(ledger: Ledger, *, cost_usd: float, every_ms: int) -> None:
    """The largest UPSERTs, a thousand times."""
    entries = [
        add(
            at_ms=NOON_MS + number * every_ms,
            input_tokens=MAX_TOKENS,
            output_tokens=MAX_TOKENS,
            cache_creation_tokens=MAX_TOKENS,
            cache_read_tokens=MAX_TOKENS,
            cost_usd=cost_usd,
            model="claude-opus-4-6",
        )
        for number in range(TIMES)
    ]
    for result in ledger.carry_out(entries):
        added(result)
    keep_prices(ledger, PricesConfig())


@pytest.mark.parametrize("every_ms", [0, HOUR_MS])
@pytest.mark.parametrize("cost_usd", [MOST_USD, 0.0])
def test_the_largest_numbers_a_thousand_times_can_be_added_and_read(
    cost_usd: float, every_ms: int
) -> None:
    with new_ledger() as ledger:
        largest(ledger, cost_usd=cost_usd, every_ms=every_ms)
        told = totals(ledger)
        assert told is not None
        assert told.total_output_tokens == TIMES * MAX_TOKENS
        if cost_usd:
            assert abs(told.total_cost_usd - TIMES * MOST_USD) <= 1e-6 * TIMES * MOST_USD
        else:
            assert told.total_cost_usd > 1e9
        added(ledger.carry_out([add(input_tokens=1)])[0])
        (spent,) = ledger.carry_out([ReadSpending(SESSION, NOON_MS + HOUR_MS)])
        assert isinstance(spent, SpendingRead)


@pytest.mark.parametrize("report", ["daily", "session", "model", "block"])
@pytest.mark.parametrize("cost_usd", [MOST_USD, 0.0])
def test_reports_show_them(report: str, cost_usd: float, scratch_home: Path) -> None:
    ledger = Ledger(database_path())
    largest(ledger, cost_usd=cost_usd, every_ms=HOUR_MS)
    ledger.close()
    result = CliRunner().invoke(command, [report, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)
