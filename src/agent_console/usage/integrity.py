"""Whether the ledger's database is whole, asked beside whoever is using it.

Rule: the file is opened for reading only; nothing is mended here.
"""

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from agent_console.errors import LedgerError
from agent_console.usage.database import BUSY_TIMEOUT_MS, reason

MAX_DAMAGES = 5


def damages(path: Path) -> list[str]:
    """What SQLite's quick check finds wrong with the ledger at `path`; empty when it is whole.

    Raises:
        LedgerError: It cannot be read, or is no database at all.
    """
    try:
        connection = sqlite3.connect(
            f"file:{quote(os.fsencode(path))}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_MS / 1000
        )
        try:
            rows = connection.execute(f"PRAGMA quick_check({MAX_DAMAGES})").fetchall()
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise LedgerError(reason(path, error)) from error
    return [str(text) for (text,) in rows if text != "ok"]
