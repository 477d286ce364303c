"""Has the day's backup of the ledger made while the daemon runs.

Rule: looked at when something was written, at most hourly, so that an idle daemon is never woken
for it; and never in the event loop, which a disk must not hold up.
"""

import logging
import threading
import time
from pathlib import Path

from agent_console.errors import LedgerError
from agent_console.usage.maintenance.backups import backup_if_due

_log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 3600.0
FINISH_SECONDS = 0.5
"""A small ledger's takes less; a large one's is left unfinished and made again."""


class DayBackups:
    """Backups of one ledger.

    Args:
        database: The ledger.

    Attributes:
        thread: The last look; null before the first.
    """

    def __init__(self, database: Path) -> None:
        self.thread: threading.Thread | None = None
        self._database = database
        self._looked_at = float("-inf")

    def note_written(self) -> None:
        """Something was written to the ledger: look whether a backup is due. Never waits."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_EVERY_SECONDS:
            return
        self._looked_at = now
        # It keeps no daemon from ending; what it leaves behind then, the next backup removes.
        self.thread = threading.Thread(target=self._look, name="backup", daemon=True)
        self.thread.start()

    def finish(self) -> None:
        """Give a backup that is being made a moment, so that the ledger is closed by all."""
        if self.thread is not None:
            self.thread.join(FINISH_SECONDS)

    def _look(self) -> None:
        try:
            made = backup_if_due(self._database, time.time_ns() // 1_000_000)
        except LedgerError as error:
            _log.warning("%s", error)
        else:
            if made is not None:
                _log.info("Made the day's backup %s.", made)
