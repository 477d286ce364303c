"""Which failures of SQLite mean that the ledger is damaged, whatever name SQLite gives them.

Rule: nothing is written to find out, and the file is opened by SQLite alone: to open and close it
oneself would drop every lock that this process holds on it.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

_NOT_TEXT = "Could not decode to UTF-8"
"""So begins what Python's sqlite3 says of it, with the SQL of the column behind it."""
_NEWER_FORMAT = "unsupported file format"
_OTHERWISE = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH)

_OUR_TABLES = ("schema_versions", "names", "sessions", "messages")
"""Of every schema."""


class MissingRowError(sqlite3.DatabaseError):
    """A row that another one refers to is not there."""


def is_damage(error: sqlite3.Error) -> bool:
    """The file is damaged, or no database at all."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return True
    return isinstance(error, MissingRowError) or is_no_text(error) or _NEWER_FORMAT in str(error)


def is_no_text(error: sqlite3.Error) -> bool:
    """What ought to be text is no UTF-8."""
    return str(error).startswith(_NOT_TEXT)


def is_beyond_mending(error: sqlite3.Error) -> bool:
    """Statements that fit every whole ledger cannot be carried out on this one."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return is_damage(error) or code in _OTHERWISE


def is_damaged(path: Path, error: sqlite3.Error) -> bool:
    """The same as `is_damage`, also of a header that forbids to write."""
    return is_damage(error) or (
        getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_READONLY
        and header_forbids_writing(path)
    )


def header_forbids_writing(path: Path) -> bool:
    """SQLite may not write to a file that the person may write to, because of its header.

    A header that says that a later SQLite has to write does that. Somebody who just now holds the
    write lock shows that it can be had.
    """
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return False
    try:
        with closing(open_to_write(path, timeout=0)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        return getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_READONLY
    return False


def has_our_tables(connection: sqlite3.Connection) -> bool:
    """It is a ledger, whatever its header says of that."""
    marks = ", ".join(f"'{name}'" for name in _OUR_TABLES)
    (there,) = connection.execute(
        f"SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ({marks})"  # noqa: S608
    ).fetchone()
    return bool(there == len(_OUR_TABLES))


def open_to_write(path: Path, *, timeout: float) -> sqlite3.Connection:
    """A connection to a file that is there, set up in no way; none is made."""
    return sqlite3.connect(
        f"file:{quote(os.fsencode(path))}?mode=rw", uri=True, timeout=timeout, isolation_level=None
    )
