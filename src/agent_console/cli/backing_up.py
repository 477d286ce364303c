"""The day's backup, after a command has taken something into the ledger.

Rule: what the command was asked for is done and told before; a backup that fails is only told.
"""

import time
from pathlib import Path

from agent_console.cli.output import narrate
from agent_console.errors import LedgerError


def back_up(database: Path) -> None:
    """Make the day's backup when it is due."""
    from agent_console.usage.maintenance.backups import backup_if_due  # noqa: PLC0415 - imports SQLite

    try:
        backup_if_due(database, time.time_ns() // 1_000_000)
    except LedgerError as error:
        narrate(str(error))
