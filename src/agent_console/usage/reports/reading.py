"""Open the ledger for a report: nothing is written, and all of it is seen at one moment.

Rule: what a report needs is read in one transaction, so that no commit falls between two queries.
"""

import sqlite3

SCHEMA = 2
"""The version of the schema that the queries are written for."""

Reading = sqlite3.Connection
"""What reports are made from."""


def open_for_reading(path: str) -> Reading | None:
    """A connection that can only read, with a transaction begun; null when there is no ledger yet.

    A ledger of an older version is migrated first.

    Args:
        path: The database.

    Raises:
        LedgerError: It is damaged, no database, not ours, of a newer version, or cannot be read.
    """
    try:
        connection = _read_only(path)
    except sqlite3.Error:
        connection = None
    if connection is not None:
        return connection
    import os  # noqa: PLC0415 - rarely needed

    if not os.path.exists(path):
        return None
    from pathlib import Path  # noqa: PLC0415 - rarely needed

    from agent_console.usage.database import open_database, reason  # noqa: PLC0415 - rarely needed

    # It migrates, or says in plain words what is wrong.
    open_database(Path(path)).close()
    try:
        connection = _read_only(path)
    except sqlite3.Error as error:
        from agent_console.errors import LedgerError  # noqa: PLC0415 - rarely needed

        raise LedgerError(reason(Path(path), error)) from error
    return connection


def _read_only(path: str) -> Reading | None:
    """The connection; null when the schema is another version's.

    Raises:
        sqlite3.Error: There is none, or it cannot be read.
    """
    quoted = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    connection = sqlite3.connect(f"file:{quoted}?mode=ro", uri=True, isolation_level=None)
    try:
        for pragma in ("temp_store = MEMORY", "busy_timeout = 5000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        version = connection.execute("SELECT max(version) FROM schema_versions").fetchone()[0]
    except sqlite3.Error:
        connection.close()
        raise
    if version != SCHEMA:
        connection.close()
        return None
    return connection
