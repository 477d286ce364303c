"""What is in the ledger and how large it is.

Rule: read-only and of one moment; nothing here sums up what a report does not sum up the same way.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from agent_console.usage.database.backup_files import Backup, backups
from agent_console.usage.database.migrations import MIGRATIONS, schema_version
from agent_console.usage.database.opening import ledger_error
from agent_console.usage.database.read_only import open_read_only
from agent_console.usage.maintenance.vacuum import size_bytes
from agent_console.usage.tables.source_rows import SourceStatus

_STATUS_NAMES = {status.value: status.name.lower() for status in SourceStatus}


class TableStats(Struct, frozen=True):
    """A table.

    Attributes:
        size_bytes: With its indexes; null where this SQLite cannot tell.
    """

    name: str
    rows: int
    size_bytes: int | None


class SourceStats(Struct, frozen=True):
    """Transcripts of one status."""

    status: str
    files: int
    lines: int
    bad_lines: int


class LedgerStats(Struct, frozen=True):
    """All figures. Times are Unix milliseconds; null where there is nothing.

    Attributes:
        free_bytes: Holes inside, which `vacuum` gives back.
        total_tokens: Of every row that is in the sums: input, output, cache writes and reads.
        projects: Different working directories.
    """

    path: str
    size_bytes: int
    free_bytes: int
    schema: int
    sessions: int
    messages: int
    projects: int
    first_message_ms: int | None
    last_message_ms: int | None
    total_tokens: int
    tables: list[TableStats]
    sources: list[SourceStats]
    backups: list[Backup]


def stats(database: Path) -> LedgerStats:
    """The figures of the ledger.

    Raises:
        LedgerError: There is none, it cannot be read, or its schema is not of this version.
    """
    try:
        with closing(open_read_only(database)) as connection:
            connection.execute("BEGIN")
            return _read(connection, database)
    except sqlite3.Error as error:
        raise ledger_error(database, error) from error


def _read(connection: sqlite3.Connection, database: Path) -> LedgerStats:
    def one(statement: str) -> int:
        found: int | None = connection.execute(statement).fetchone()[0]
        return found or 0

    schema = schema_version(connection)
    current = schema == len(MIGRATIONS)
    first, last = connection.execute(
        "SELECT (SELECT min(at_ms) FROM messages), (SELECT max(at_ms) FROM messages)"
        if schema
        else "SELECT NULL, NULL"
    ).fetchone()
    tables = _tables(connection)
    rows = {table.name: table.rows for table in tables}
    return LedgerStats(
        path=str(database),
        size_bytes=size_bytes(database),
        free_bytes=one("PRAGMA freelist_count") * one("PRAGMA page_size"),
        schema=schema,
        sessions=rows.get("sessions", 0),
        messages=rows.get("messages", 0),
        projects=one("SELECT count(DISTINCT project_no) FROM facets WHERE project_no")
        if current
        else 0,
        first_message_ms=first,
        last_message_ms=last,
        total_tokens=one(
            "SELECT sum(input_tokens + output_tokens + cache_write_5m_tokens "
            "+ cache_write_1h_tokens + cache_read_tokens) FROM sessions"
        )
        if schema
        else 0,
        tables=tables,
        sources=_sources(connection) if current else [],
        backups=backups(database),
    )


def _tables(connection: sqlite3.Connection) -> list[TableStats]:
    names = [
        str(name)
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
            "ORDER BY name"
        )
    ]
    try:
        sizes: dict[str, int] | None = dict(
            connection.execute(
                "SELECT tbl_name, sum(pgsize) FROM dbstat JOIN sqlite_schema USING (name) "
                "WHERE aggregate = TRUE GROUP BY tbl_name"
            ).fetchall()
        )
    except sqlite3.OperationalError:  # not every SQLite has dbstat
        sizes = None
    return [
        TableStats(
            name,
            connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0],  # noqa: S608
            None if sizes is None else sizes.get(name, 0),
        )
        for name in names
    ]


def _sources(connection: sqlite3.Connection) -> list[SourceStats]:
    return [
        SourceStats(_STATUS_NAMES.get(status, str(status)), *figures)
        for status, *figures in connection.execute(
            "SELECT status, count(*), sum(lines), sum(bad_lines) FROM sources "
            "GROUP BY status ORDER BY status"
        )
    ]
