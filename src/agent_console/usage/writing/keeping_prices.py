"""Keeps the prices of the ledger's facets up to date with the catalogue and the configuration.

Rule: called by whoever has taken something in, never by a report. The catalogue is imported only
when something is to be looked up.
"""

import time

from agent_console.config_prices import PricesConfig
from agent_console.usage.prices.looking_up import LookingUp
from agent_console.usage.prices.refresh import (
    NOTHING_CHANGED,
    PricesChanged,
    needs_refresh,
    refresh,
)
from agent_console.usage.prices.thresholds import unapplied_thresholds
from agent_console.usage.writing.ledger import Ledger


def prepare_prices(ledger: Ledger, prices: PricesConfig, looking_up: LookingUp) -> None:
    """Have the catalogue imported if it is going to be asked, while there is much else to do."""
    if needs_refresh(ledger.connection, prices):
        looking_up.prepare()


def keep_prices(
    ledger: Ledger, prices: PricesConfig, looking_up: LookingUp | None = None
) -> PricesChanged:
    """Look up what has to be, and move the rows that a new threshold concerns.

    Args:
        ledger: Where to.
        prices: The user's own.
        looking_up: Who asks the catalogue; null: this process.

    Raises:
        LedgerError: The ledger cannot be written.
        LookUpError: The process that looks up has failed.
    """
    changed = NOTHING_CHANGED
    at_ms = time.time_ns() // 1_000_000
    if needs_refresh(ledger.connection, prices):
        changed = ledger.writing(lambda: refresh(ledger.connection, prices, at_ms, looking_up))
    thresholds = unapplied_thresholds(ledger.connection)
    if changed.models or thresholds:
        ledger.prices_changed(thresholds, at_ms)
        ledger.change_budgets(lambda: None, at_ms)  # everything may cost something else
    return changed
