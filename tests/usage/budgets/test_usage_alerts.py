"""Burn rate, a session's cost, a model without a price: raised once, and only when wanted."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.usage.asking import HOUR_MS, MINUTE_MS, NOON_MS, OTHER
from tests.usage.budgets.spending import history, spend

from agent_console.config_alerts import AlertsConfig
from agent_console.config_prices import PricesConfig
from agent_console.usage.keeping_prices import keep_prices
from agent_console.usage.ledger import Ledger


@contextmanager
def wanting(database: Path, **wanted: Any) -> Generator[Ledger]:
    ledger = Ledger(database, wanted_alerts=AlertsConfig(**wanted))
    try:
        yield ledger
    finally:
        ledger.close()


def test_nothing_is_raised_that_nobody_wants(ledger: Ledger) -> None:
    spend(ledger, 9_000, model="nobody-knows")
    spend(ledger, 9_000, NOON_MS + HOUR_MS)
    keep_prices(ledger, PricesConfig())

    assert history(ledger) == []


def test_a_burn_rate_is_told_once_in_a_block(database: Path) -> None:
    with wanting(database, burn_usd_per_hour=4) as ledger:
        spend(ledger, 3, NOON_MS)
        spend(ledger, 0.1, NOON_MS + 5 * MINUTE_MS)
        assert history(ledger) == []  # the first minutes say nothing
        spend(ledger, 0.1, NOON_MS + 30 * MINUTE_MS)
        spend(ledger, 9, NOON_MS + 60 * MINUTE_MS)
        (alert,) = history(ledger)
        assert (alert.kind, alert.spent_usd, alert.limit_usd) == ("burn_rate", 6.4, 4.0)
    with wanting(database, burn_usd_per_hour=4) as ledger:
        spend(ledger, 9, NOON_MS + 2 * HOUR_MS)
        assert len(history(ledger)) == 1
        spend(ledger, 9, NOON_MS + 9 * HOUR_MS)
        spend(ledger, 9, NOON_MS + 9 * HOUR_MS + 20 * MINUTE_MS)
        assert len(history(ledger)) == 2


def test_a_dear_session_is_told_once(database: Path) -> None:
    for usd in (5, 1, 1):
        with wanting(database, session_usd=5) as ledger:
            spend(ledger, usd)
            spend(ledger, 4, session=OTHER) if usd == 5 else None
            told = [(a.kind, a.session_id, a.spent_usd) for a in history(ledger)]
    assert [spent for _, _, spent in told] == [6.0]


def test_a_model_without_a_price_is_told_once(database: Path) -> None:
    for _ in range(2):
        with wanting(database, unpriced_model=True) as ledger:
            spend(ledger, 0, model="nobody-knows", output_tokens=5)
            spend(ledger, 0, model="claude-opus-4-8", output_tokens=5)
            keep_prices(ledger, PricesConfig())
            assert [a.message for a in history(ledger)] == [
                (
                    "Nobody knows a price for nobody-knows: its tokens are in no cost. "
                    "See `agent-console pricing`."
                )
            ]
