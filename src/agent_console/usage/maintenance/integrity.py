"""Whether the ledger's database is whole, asked beside whoever is using it.

Rule: the file is opened for reading only; nothing is mended here, and nothing made beside it. Even
a reader makes SQLite's `-shm` and `-wal` files; where there is none of them nobody has the database
open, and it can be read as a file that does not change.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from agent_console.usage.database.opening import is_damage, ledger_error
from agent_console.usage.database.read_only import open_read_only

MAX_DAMAGES = 20
_QUICK_DAMAGES = 5


def damages(path: Path) -> list[str]:
    """What SQLite's quick check finds wrong with the ledger at `path`; empty when it is whole.

    Raises:
        LedgerError: It cannot be read, or is no database at all.
    """
    try:
        if not _in_use(path):
            try:
                found = _check(path, in_use=False)
            except sqlite3.Error:
                if not _in_use(path):
                    raise  # else somebody began to write while it was read
            else:
                if not _in_use(path):
                    return found
        return _check(path, in_use=True)
    except sqlite3.Error as error:
        raise ledger_error(path, error) from error


def page_damages(connection: sqlite3.Connection) -> list[str]:
    """What SQLite's full check finds wrong with pages, rows and indexes; empty when all is whole.

    Raises:
        sqlite3.Error: The database cannot be read, for another reason than damage.
    """
    try:
        rows = connection.execute(f"PRAGMA integrity_check({MAX_DAMAGES})").fetchall()
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return [str(error)]
    return [str(text) for (text,) in rows if text != "ok"]


def _in_use(path: Path) -> bool:
    return any(os.path.exists(f"{path}{suffix}") for suffix in ("-wal", "-shm"))


def _check(path: Path, *, in_use: bool) -> list[str]:
    with closing(open_read_only(path, in_use=in_use)) as connection:
        rows = connection.execute(f"PRAGMA quick_check({_QUICK_DAMAGES})").fetchall()
    return [str(text) for (text,) in rows if text != "ok"]
