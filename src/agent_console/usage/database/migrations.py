"""The ledger's schema, as the list of steps that made it, and how a ledger is brought up to it.

Rule: a step that was ever released is never changed, removed or reordered; a new one is appended.
Each runs once, in a transaction of its own that also writes its row in `schema_versions` (a new
ledger takes all steps in one).

A ledger with something in it is copied before its first step, while the write lock is held: the
copy is what it was, and processes that start together make one.

The comments inside the statements are stored by SQLite: `.schema` shows them to whoever looks.
Units are in the names: `_ms` is Unix milliseconds (a duration where it says so), `_nano_usd` is
integer billionths of a US dollar. `_no` refers to a row of another table.
"""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from agent_console.errors import LedgerError
from agent_console.usage.database.backup_files import migration_path
from agent_console.usage.database.copying import copy_database
from agent_console.usage.database.progress import Tell, told_while_long
from agent_console.usage.database.read_only import open_read_only
from agent_console.usage.schema.step_1 import create_ledger
from agent_console.usage.schema.step_2 import add_transcripts_and_prices
from agent_console.usage.schema.step_3 import add_budgets
from agent_console.usage.schema.step_4 import add_usage_by_session_day


class Migration(Struct, frozen=True):
    """One step.

    Attributes:
        step: Changes tables and rows; the transaction is not its business.
        done: What it did, as one sentence for the person whose ledger it is.
    """

    step: Callable[[sqlite3.Connection], None]
    done: str


MIGRATIONS: tuple[Migration, ...] = (
    Migration(create_ledger, "Made the tables for messages, sessions and their sums."),
    Migration(
        add_transcripts_and_prices,
        "Made room for transcripts and prices; every message was kept and summed up anew.",
    ),
    Migration(add_budgets, "Made the tables for budgets and alerts."),
    Migration(add_usage_by_session_day, "Summed up every session by day, for quicker reports."),
)
"""Step n makes schema version n + 1."""

PATIENCE_SECONDS = 180.0
"""How long a person waits for another process that migrates."""


def schema_version(connection: sqlite3.Connection) -> int:
    """The version of the schema that is there; 0 for an empty database."""
    there = connection.execute(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_versions'"
    ).fetchone()[0]
    if not there:
        return 0
    version: int = connection.execute(
        "SELECT coalesce(max(version), 0) FROM schema_versions"
    ).fetchone()[0]
    return version


def made_at_ms(connection: sqlite3.Connection) -> int:
    """When the database was made, Unix milliseconds: its first step's time."""
    made: int = connection.execute("SELECT min(applied_at_ms) FROM schema_versions").fetchone()[0]
    return made


def migrate(
    connection: sqlite3.Connection,
    path: Path,
    application_id: int,
    tell: Tell | None = None,
    *,
    is_copy: bool = False,
) -> None:
    """Bring an older or empty database to the schema of this version.

    Each step takes the write lock first and looks at the version again under it, so processes
    that start together carry it out once.

    Args:
        connection: The ledger, in WAL mode.
        path: Its file; the backup goes to `backups` beside it.
        application_id: Marks a new database as ours.
        tell: Hears what each step did to a ledger that had something in it, and of long ones
            while they run; also, somebody is waiting: another process that migrates just now is
            waited for. Without it a busy ledger is an error within seconds.
        is_copy: It is a copy already, and none is made of it.

    Raises:
        LedgerError: No backup could be made, or a step failed. The ledger is as it was before it.
        sqlite3.Error: The ledger is busy.
    """
    backup: Path | None = None
    while schema_version(connection) < len(MIGRATIONS):
        _begin(connection, tell)
        try:
            version = schema_version(connection)
            if version == 0:
                connection.execute(f"PRAGMA application_id = {application_id}")
                connection.execute(
                    "CREATE TABLE schema_versions "
                    "(version INTEGER PRIMARY KEY, applied_at_ms INTEGER NOT NULL) STRICT"
                )
                for step in range(len(MIGRATIONS)):
                    _take_step(connection, step)
            elif version < len(MIGRATIONS):
                backup = backup or (None if is_copy else _back_up(path, version, tell))
                _take_step_of_old(connection, path, version, backup, tell)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _take_step(connection: sqlite3.Connection, version: int) -> None:
    MIGRATIONS[version].step(connection)
    connection.execute(
        "INSERT INTO schema_versions VALUES (?, ?)", (version + 1, time.time_ns() // 1_000_000)
    )


def _take_step_of_old(
    connection: sqlite3.Connection, path: Path, version: int, backup: Path | None, tell: Tell | None
) -> None:
    """A step on a ledger that has something in it: told, and a failure says where the copy is."""
    try:
        with told_while_long(connection, tell, f"Bringing the ledger to schema {version + 1}"):
            _take_step(connection, version)
    except (sqlite3.Error, LedgerError) as error:
        copy = "" if backup is None else f", and {backup} is a copy of it"
        raise LedgerError(
            f"The ledger {path} could not be brought from schema {version} to {version + 1}: "
            f"{error}. It is as it was before{copy}: use the agent-console that you had, or free "
            "space and try again."
        ) from error
    if tell is not None:
        before = "" if backup is None else f" (Before: {backup})"
        tell(f"Schema {version + 1}: {MIGRATIONS[version].done}{before}")


def _back_up(path: Path, version: int, tell: Tell | None) -> Path:
    target = migration_path(path, version, time.time_ns() // 1_000_000)
    if tell is not None:
        tell(f"The ledger has schema {version} and gets {len(MIGRATIONS)}; copying it first …")
    try:
        target.parent.mkdir(0o700, exist_ok=True)
        # A connection of its own: SQLite copies nothing from one that holds the write lock.
        with closing(open_read_only(path)) as source:
            copy_database(source, target, replace=True)
    except (OSError, sqlite3.Error, LedgerError) as error:
        detail = error.strerror if isinstance(error, OSError) else error
        raise LedgerError(
            f"The ledger {path} has schema {version} and was not brought to {version + 1}, because "
            f"no backup {target} could be made before: {detail}. Make that folder writable, and "
            "free space."
        ) from error
    return target


def _begin(connection: sqlite3.Connection, tell: Tell | None) -> None:
    """Take the write lock; a person waits for another process that migrates."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    told = False
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or tell is None or time.monotonic() > deadline:
                raise
            if not told:
                tell("Another process keeps the ledger busy, perhaps to migrate it: waiting …")
                told = True
        else:
            return
