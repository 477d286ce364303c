"""The day's backup, after a command has taken something into the ledger.

Rule: what the command was asked for is done and told before; a backup that fails is only told.
"""

import time
from pathlib import Path

from agent_console.cli.output import narrate
from agent_console.errors import LedgerError

LEAST_AGE_MS = 600_000
"""What a younger ledger holds still stands in transcripts, and the person waits for the prompt."""


def back_up(database: Path) -> None:
    """Make the day's backup when it is due."""
    from agent_console.usage.maintenance.backups import backup_if_due  # noqa: PLC0415 - imports SQLite

    try:
        now_ms = time.time_ns() // 1_000_000
        backup_if_due(database, now_ms, least_age_ms=LEAST_AGE_MS)
    except LedgerError as error:
        narrate(str(error))
