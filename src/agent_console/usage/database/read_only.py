"""A connection to a database that changes nothing in it.

Rule: nothing is written beside the file either, as far as SQLite lets us: a file without a WAL is
opened as one that nobody changes when it is no ledger in use, or when nothing can be written there.
Only what a killed process had begun without a WAL is rolled back first, or nobody could read it.
"""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

from agent_console.errors import LedgerError
from agent_console.usage.database.damage import open_to_write
from agent_console.usage.database.denied import denial
from agent_console.usage.database.place import refuse_no_file
from agent_console.usage.database.undisturbed import open_undisturbed

BUSY_SECONDS = 5.0


def open_read_only(path: Path, *, in_use: bool = True) -> sqlite3.Connection:
    """A connection for reading only, which begins transactions by name.

    Args:
        path: The database.
        in_use: Other processes may be writing to it.

    Raises:
        LedgerError: There is no such file.
        sqlite3.Error: It cannot be opened.

    Closing one for which nothing could be written beside the file raises a LedgerError when the
    file has changed meanwhile; see undisturbed.py.
    """
    refuse_missing(path)
    if in_use:
        _roll_back(path)
    alone = not in_use and not any(os.path.exists(f"{path}{end}") for end in ("-wal", "-journal"))
    connection = sqlite3.connect(
        f"file:{quote(os.fsencode(path))}?mode=ro{'&immutable=1' if alone else ''}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
    )
    try:
        connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
    except sqlite3.Error as error:
        instead = open_undisturbed(str(path), error)
        if instead is not None:
            connection.close()
            connection = instead
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def refuse_missing(path: Path) -> None:
    """Nothing, when there is a file.

    Raises:
        LedgerError: There is none, it is no file, or nobody may look.
    """
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise LedgerError(
            f"There is no ledger at {path} yet: it is made when it is first used."
        ) from error
    except OSError as error:
        denied = denial(path)
        said = f"The ledger {path} cannot be read: {error.strerror}."
        raise LedgerError(said if denied is None else denied.sentence) from error
    refuse_no_file(path)


def _roll_back(path: Path) -> None:
    """Undo what a killed process had begun; where that cannot be done, reading says why."""
    if not os.path.exists(f"{path}-journal"):
        return
    with suppress(sqlite3.Error), closing(open_to_write(path, timeout=BUSY_SECONDS)) as connection:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
