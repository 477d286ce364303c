"""Keeps the prices of the ledger's facets up to date with the catalogue and the configuration.

Rule: called by whoever has taken something in, never by a report. The catalogue is imported only
when something is to be looked up.
"""

import time

from agent_console.config_prices import PricesConfig
from agent_console.usage.ledger import Ledger
from agent_console.usage.prices.refresh import (
    NOTHING_CHANGED,
    PricesChanged,
    needs_refresh,
    refresh,
)
from agent_console.usage.prices.thresholds import unapplied_thresholds


def prepare_prices(ledger: Ledger, prices: PricesConfig) -> None:
    """Import the catalogue if it is going to be asked, while other processes have begun to work."""
    if needs_refresh(ledger.connection, prices):
        from agent_console.usage.prices import catalogue  # noqa: PLC0415 - rarely needed

        catalogue.load()


def keep_prices(ledger: Ledger, prices: PricesConfig) -> PricesChanged:
    """Look up what has to be, and move the rows that a new threshold concerns.

    Raises:
        LedgerError: The ledger cannot be written.
    """
    changed = NOTHING_CHANGED
    at_ms = time.time_ns() // 1_000_000
    if needs_refresh(ledger.connection, prices):
        changed = ledger.writing(lambda: refresh(ledger.connection, prices, at_ms))
    thresholds = unapplied_thresholds(ledger.connection)
    if changed.models or thresholds:
        ledger.prices_changed(thresholds, at_ms)
        ledger.change_budgets(lambda: None, at_ms)  # everything may cost something else
    return changed
