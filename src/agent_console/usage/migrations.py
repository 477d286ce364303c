"""The ledger's schema, as the list of steps that made it.

Rule: a step that was ever released is never changed, removed or reordered; a new one is appended.
Each runs once, in a transaction of its own that also writes its row in `schema_versions`.

The comments inside the statements are stored by SQLite: `.schema` shows them to whoever looks.
Units are in the names: `_ms` is Unix milliseconds (a duration where it says so), `_nano_usd` is
integer billionths of a US dollar. `_no` refers to a row of another table.
"""

import sqlite3
import time
from collections.abc import Callable

from agent_console.usage.schema.step_1 import create_ledger
from agent_console.usage.schema.step_2 import add_transcripts_and_prices

MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    create_ledger,
    add_transcripts_and_prices,
)
"""Step n makes schema version n + 1."""


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


def migrate(connection: sqlite3.Connection, application_id: int) -> None:
    """Bring an older or empty database to the schema of this version.

    Each step takes the write lock first and looks at the version again under it, so processes
    that start together carry it out once.
    """
    while schema_version(connection) < len(MIGRATIONS):
        connection.execute("BEGIN IMMEDIATE")
        try:
            version = schema_version(connection)
            if version < len(MIGRATIONS):
                if version == 0:
                    connection.execute(f"PRAGMA application_id = {application_id}")
                    connection.execute(
                        "CREATE TABLE schema_versions "
                        "(version INTEGER PRIMARY KEY, applied_at_ms INTEGER NOT NULL) STRICT"
                    )
                MIGRATIONS[version](connection)
                connection.execute(
                    "INSERT INTO schema_versions VALUES (?, ?)",
                    (version + 1, time.time_ns() // 1_000_000),
                )
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
