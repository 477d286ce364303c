"""Give the space of what is gone back to the disk.

Rule: SQLite's own VACUUM, which readers and the daemon may stand beside; it needs as much free
space as the ledger has, and one that does not have it changes nothing.
"""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from msgspec import Struct

from agent_console.usage.database.opening import ledger_error, open_database
from agent_console.usage.database.progress import Tell, told_while_long
from agent_console.usage.maintenance.leftovers import remove_leftovers_of


class Vacuumed(Struct, frozen=True):
    """The size of the database and its WAL, before and after."""

    before_bytes: int
    after_bytes: int


def vacuum(database: Path, tell: Tell | None = None) -> Vacuumed:
    """Write the ledger anew without holes.

    Raises:
        LedgerError: There is no space, or another process keeps it busy. It is as it was.
    """
    remove_leftovers_of(database)
    try:
        with closing(open_database(database, tell=tell)) as connection:
            before = size_bytes(database)
            with told_while_long(connection, tell, "Writing the ledger anew"):
                connection.execute("VACUUM")
            with suppress(sqlite3.Error):  # a reader may hold it; it is done later
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return Vacuumed(before, size_bytes(database))
    except sqlite3.Error as error:
        raise ledger_error(database, error) from error


def size_bytes(database: Path) -> int:
    """What the ledger takes on the disk, with its WAL."""
    size = 0
    for end in ("", "-wal"):
        with suppress(FileNotFoundError):
            size += os.stat(f"{database}{end}").st_size
    return size
