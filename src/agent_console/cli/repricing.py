"""Bring the prices of the ledger up to date where nobody is to look for new transcript lines.

Rule: what writes is imported only when something costs something else than before.
"""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from agent_console import config
from agent_console.cli.caught_up import tell_of_alerts
from agent_console.cli.output import narrate
from agent_console.config_prices import PricesConfig
from agent_console.usage.prices.refresh import needs_refresh
from agent_console.usage.prices.thresholds import unapplied_thresholds
from agent_console.usage.reports.reading import answered

if TYPE_CHECKING:
    from agent_console.usage.reports.reading import Reading


def reprice(database: str) -> None:
    """Have the ledger cost what the catalogue and the configuration say now.

    Args:
        database: The ledger; none is made.

    Raises:
        ConfigError: The configuration cannot be used.
        LedgerError: The ledger cannot be opened or written.
    """
    configured = config.load()
    if not answered(database, lambda ledger: _costs_another(ledger, configured.prices), narrate):
        return
    from agent_console.usage.writing.keeping_prices import keep_prices  # noqa: PLC0415 - rarely
    from agent_console.usage.writing.ledger import Ledger  # noqa: PLC0415 - rarely

    with closing(Ledger.configured(Path(database), configured, narrate)) as ledger:
        keep_prices(ledger, configured.prices)
        raised = ledger.alerts_raised
    tell_of_alerts(raised)


def _costs_another(ledger: "Reading", prices: PricesConfig) -> bool:
    return needs_refresh(ledger, prices) or bool(unapplied_thresholds(ledger))
