"""Whether the ledger's database is whole, asked beside whoever is using it.

Rule: the file is opened for reading only; nothing is mended here.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from agent_console.usage.database import ledger_error
from agent_console.usage.maintenance.read_only import open_read_only

MAX_DAMAGES = 5


def damages(path: Path, *, in_use: bool = True) -> list[str]:
    """What SQLite's quick check finds wrong with the ledger at `path`; empty when it is whole.

    Args:
        path: The database.
        in_use: Other processes may be writing to it.

    Raises:
        LedgerError: It cannot be read, or is no database at all.
    """
    try:
        with closing(open_read_only(path, in_use=in_use)) as connection:
            rows = connection.execute(f"PRAGMA quick_check({MAX_DAMAGES})").fetchall()
    except sqlite3.Error as error:
        raise ledger_error(path, error) from error
    return [str(text) for (text,) in rows if text != "ok"]
