"""Whether the ledger's database is whole, asked beside whoever is using it.

Rule: the file is opened for reading only; nothing is mended here, and nothing made beside it. Even
a reader makes SQLite's `-shm` and `-wal` files; where there is none of them nobody has the database
open, and it can be read as a file that does not change.
"""

import os
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from agent_console.errors import LedgerError
from agent_console.usage.database.damage import is_damage
from agent_console.usage.database.opening import ledger_error, refuse_what_is_not_ours
from agent_console.usage.database.read_only import open_read_only

MAX_DAMAGES = 20
_QUICK_DAMAGES = 5
_SECONDS = 1.5
"""What a quick look takes at most; `db check` takes the time it needs."""
_TABLE_SECONDS = (0.05, 0.5)
"""First all that is small, then what is left: about a million rows."""


class QuickLook(Struct, frozen=True):
    """What a quick look at the ledger has found.

    Attributes:
        damages: What is wrong; empty when all that was looked at is whole.
        left_out: Tables that it would have taken too long to look through.
        is_empty: There is no table at all, and no history.
    """

    damages: list[str]
    left_out: list[str]
    is_empty: bool = False


def quick_look(path: Path) -> QuickLook:
    """What SQLite's quick check finds wrong with the ledger at `path`, table by table.

    It takes a second or two at most, however large the ledger is.

    Raises:
        LedgerError: It cannot be read, is no database at all, or another program's or version's.
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


def keeps_history(path: Path) -> bool:
    """Whether there is a ledger at `path` that this version can read, as its first pages tell."""
    try:
        with closing(open_read_only(path, in_use=_in_use(path))) as connection:
            refuse_what_is_not_ours(connection, path)
            return bool(connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0])
    except (LedgerError, sqlite3.Error):
        return False


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
    return any(os.path.exists(f"{path}{suffix}") for suffix in ("-wal", "-shm", "-journal"))


def _check(path: Path, *, in_use: bool) -> QuickLook:
    found: list[str] = []
    with closing(open_read_only(path, in_use=in_use)) as connection:
        refuse_what_is_not_ours(connection, path)
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        left: list[str] = [name for (name,) in tables]
        is_empty = not left
        deadline = time.monotonic() + _SECONDS
        for seconds in _TABLE_SECONDS:
            unseen, left = left, []
            for table in unseen:
                damages = _table_damages(connection, table, seconds, deadline)
                if damages is None:
                    left.append(table)
                else:
                    found += damages
    return QuickLook(found[:_QUICK_DAMAGES], left, is_empty)


def _table_damages(
    connection: sqlite3.Connection, table: str, seconds: float, deadline: float
) -> list[str] | None:
    """Null when there is not the time for it."""
    seconds = min(seconds, deadline - time.monotonic())
    if seconds <= 0:
        return None
    # (SQLite 3.40 asks a progress handler too seldom meanwhile.)
    timer = threading.Timer(seconds, connection.interrupt)
    timer.start()
    try:
        quoted = table.replace('"', '""')
        rows = connection.execute(f'PRAGMA quick_check("{quoted}")').fetchall()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return None
    finally:
        timer.cancel()
        timer.join()
    return [str(text) for (text,) in rows if text != "ok"]
