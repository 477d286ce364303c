"""Open the ledger for a report: nothing is written, and all of it is seen at one moment.

Rule: what a report needs is read in one transaction, so that no commit falls between two queries.
"""

import _sqlite3  # its wrapper imports datetime and collections, for nothing that is used here
import os

from agent_console.usage.database.read_only_uri import SCHEMA, read_only_uri

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from sqlite3 import Connection
    from typing import TypeVar

    from agent_console.usage.database.progress import Tell

    Answer = TypeVar("Answer")
    Reading = Connection
    """What reports are made from."""


def open_for_reading(path: str, tell: "Tell | None" = None) -> "Reading | None":
    """A connection that can only read, with a transaction begun; null when there is no ledger yet.

    A ledger of an older version is migrated first.

    Args:
        path: The database.
        tell: Hears of a migration.

    Raises:
        LedgerError: It is damaged, no database, not ours, of a newer version, or cannot be read.
    """
    if os.path.isfile(path):  # a pipe would be waited for
        try:
            connection = open_as_it_is(path)
        except _sqlite3.Error as error:
            if _is_busy(error):
                raise explained(path, error) from error
            connection = None
        if connection is not None:
            return connection
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:  # somebody may not look; what follows says who
        pass
    from pathlib import Path  # noqa: PLC0415 - rarely needed

    from agent_console.usage.database.opening import open_database  # noqa: PLC0415 - rarely needed

    # It migrates, or says in plain words what is wrong.
    open_database(Path(path), tell=tell).close()
    try:
        connection = open_as_it_is(path)
    except _sqlite3.Error as error:
        raise explained(path, error) from error
    return connection


def open_as_it_is(path: str, wait_ms: int = 5000) -> "Reading | None":
    """The same without a migration: null when the schema is another version's.

    Args:
        path: The database.
        wait_ms: How long another process may keep it to itself.

    Raises:
        _sqlite3.Error: There is none, or it cannot be read.
    """
    connection = _sqlite3.connect(read_only_uri(path), uri=True, isolation_level=None)
    try:
        return _begun(connection, wait_ms)
    except _sqlite3.Error as error:
        from agent_console.usage.database.undisturbed import (  # noqa: PLC0415 - rarely needed
            open_undisturbed,
        )

        instead = open_undisturbed(path, error)
        if instead is None:
            raise
        return _begun(instead, wait_ms)


def _begun(connection: "Reading", wait_ms: int) -> "Reading | None":
    """The connection with its transaction; closed when it cannot be had."""
    try:
        for pragma in ("temp_store = MEMORY", f"busy_timeout = {wait_ms}"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        version = connection.execute("SELECT max(version) FROM schema_versions").fetchone()[0]
    except _sqlite3.Error:
        connection.close()
        raise
    if version != SCHEMA:
        connection.close()
        return None
    return connection


def _is_busy(error: Exception) -> bool:
    """Another process keeps the ledger to itself, and that has been waited for."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == _sqlite3.SQLITE_BUSY


def explained(path: str, error: Exception) -> Exception:
    """The error in plain words when it is SQLite's; otherwise itself."""
    if not isinstance(error, _sqlite3.Error):
        return error
    from pathlib import Path  # noqa: PLC0415 - rarely needed

    from agent_console.usage.database.opening import ledger_error  # noqa: PLC0415 - rarely needed

    return ledger_error(Path(path), error)


def answered(
    path: str, ask: "Callable[[Reading], Answer]", tell: "Tell | None" = None
) -> "Answer | None":
    """What the ledger says, asked over a connection of its own; null when there is no ledger yet.

    Args:
        path: The database.
        ask: Reads it, in one transaction.
        tell: Hears of a migration.

    Raises:
        LedgerError: It cannot be opened or read.
    """
    connection = open_for_reading(path, tell)
    if connection is None:
        return None
    try:
        return ask(connection)
    except Exception as error:
        raise explained(path, error) from error
    finally:
        connection.close()
