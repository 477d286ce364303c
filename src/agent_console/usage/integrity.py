"""Whether the ledger's database is whole, asked beside whoever is using it.

Rule: the file is opened for reading only; nothing is mended here, and nothing made beside it. Even
a reader makes SQLite's `-shm` and `-wal` files; where there is none of them nobody has the database
open, and it can be read as a file that does not change.
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
        if not _in_use(path):
            try:
                found = _check(path, "immutable=1")
            except sqlite3.Error:
                if not _in_use(path):
                    raise  # else somebody began to write while it was read
            else:
                if not _in_use(path):
                    return found
        return _check(path, "mode=ro")
    except sqlite3.Error as error:
        raise LedgerError(reason(path, error)) from error


def _in_use(path: Path) -> bool:
    return any(os.path.exists(f"{path}{suffix}") for suffix in ("-wal", "-shm"))


def _check(path: Path, how: str) -> list[str]:
    connection = sqlite3.connect(
        f"file:{quote(os.fsencode(path))}?{how}", uri=True, timeout=BUSY_TIMEOUT_MS / 1000
    )
    try:
        rows = connection.execute(f"PRAGMA quick_check({MAX_DAMAGES})").fetchall()
    finally:
        connection.close()
    return [str(text) for (text,) in rows if text != "ok"]
