"""A ledger that is ready to be put in the place of another: whole, of our schema, with a new name.

Rule: what is examined is never changed; all work is done on the copy.
"""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from agent_console.errors import DamagedLedgerError, LedgerError
from agent_console.usage.database.copying import copy_database
from agent_console.usage.database.damage import is_damage
from agent_console.usage.database.identity import begin_generation
from agent_console.usage.database.migrations import MIGRATIONS, migrate, schema_version
from agent_console.usage.database.opening import APPLICATION_ID, PAGE_BYTES, reason
from agent_console.usage.database.progress import Tell
from agent_console.usage.database.read_only import open_read_only


def work_path(database: Path) -> Path:
    """Where a ledger is made ready, beside the one whose place it takes."""
    return database.with_name(f".{database.name}.{os.getpid()}.ready")


def examine(source: Path) -> int:
    """The schema version of a backup that can be used.

    Raises:
        DamagedLedgerError: It is damaged, or no database.
        LedgerError: It is missing, not ours, empty, or newer than this version.
    """
    if not source.is_file():
        raise LedgerError(f"There is no file {source}.")
    try:
        with closing(open_read_only(source, in_use=False)) as connection:
            application_id = connection.execute("PRAGMA application_id").fetchone()[0]
            version = schema_version(connection)
            if application_id != APPLICATION_ID or not version:
                raise LedgerError(f"{source} is no ledger of agent-console.")
            if version > len(MIGRATIONS):
                raise LedgerError(
                    f"{source} was written by a newer agent-console (schema {version}, this one "
                    f"knows {len(MIGRATIONS)}): update agent-console."
                )
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        if is_damage(error):
            raise DamagedLedgerError(f"{source} is damaged, or no database: {error}.") from error
        raise LedgerError(reason(source, error)) from error
    if found != "ok":
        raise DamagedLedgerError(f"{source} is damaged: {found}")
    return version


def make_ready(source: Path | None, target: Path, tell: Tell | None = None) -> None:
    """Write a ledger of our schema to `target`: a copy of `source`, or an empty one.

    Args:
        source: What `examine` found usable; null for nothing.
        target: Where; what is there is replaced.
        tell: Told of long work.

    Raises:
        LedgerError: It cannot be made; nothing is left of it.
    """
    try:
        if source is None:
            remove_work(target)
            os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        else:
            with closing(open_read_only(source, in_use=False)) as connection:
                copy_database(connection, target, replace=True)
        with closing(sqlite3.connect(target, isolation_level=None)) as connection:
            if source is None:
                connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            connection.execute("PRAGMA foreign_keys = ON")
            migrate(connection, target, APPLICATION_ID, tell, is_copy=True)
            begin_generation(connection)
    except BaseException as error:
        remove_work(target)
        if isinstance(error, sqlite3.Error):
            raise LedgerError(reason(target, error)) from error  # noqa: ASYNC104 - no async here
        if isinstance(error, OSError):
            raise LedgerError(  # noqa: ASYNC104 - no async here
                f"{target} cannot be written: {error.strerror}."
            ) from error
        raise


def use_page_size(target: Path, page_bytes: int) -> None:
    """Write the ready ledger anew in pages of this size, if its own have another.

    Raises:
        sqlite3.Error: There is no space.
    """
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        if connection.execute("PRAGMA page_size").fetchone()[0] == page_bytes:
            return
        connection.execute(f"PRAGMA page_size = {page_bytes}")
        connection.execute("VACUUM")


def remove_work(target: Path) -> None:
    """Remove a ready ledger that is not used, with what SQLite put beside it."""
    for end in ("", "-journal", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            os.unlink(f"{target}{end}")
