"""Everything that must hold in the ledger, looked at one after the other beside its users.

Rule: read-only, and of one moment: all looks share one read transaction, so a writer beside it
cannot make sums differ from their rows.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from agent_console.model.format import size
from agent_console.usage.database.damage import (
    has_our_tables,
    header_forbids_writing,
    is_beyond_mending,
)
from agent_console.usage.database.migrations import MIGRATIONS, schema_version
from agent_console.usage.database.opening import APPLICATION_ID, ledger_error
from agent_console.usage.database.progress import Look, Tell, told_while_long
from agent_console.usage.database.read_only import open_read_only
from agent_console.usage.database.undisturbed import Undisturbed
from agent_console.usage.maintenance.content_checks import CONTENT_CHECKS, tables
from agent_console.usage.maintenance.finding import REPAIR, DatabaseFinding
from agent_console.usage.maintenance.integrity import page_damages
from agent_console.usage.maintenance.sums import COUNT_BY_SESSION
from agent_console.usage.maintenance.texts import lenient

LARGE_BYTES = 100_000_000
"""From here on somebody who waits is told what is being looked at."""


def settings(path: Path) -> DatabaseFinding:
    """Whether the file is private and in WAL mode.

    Raises:
        LedgerError: There is none, or it cannot be opened at all.
    """
    try:
        with closing(open_read_only(path)) as connection:
            return _settings(connection, path)
    except sqlite3.Error as error:
        raise ledger_error(path, error) from error


def check(path: Path, tell: Tell | None = None, look: Look | None = None) -> list[DatabaseFinding]:
    """What is found; all of it is well when every finding is ok.

    Args:
        path: The ledger.
        tell: Told what is being looked at in a large one.
        look: Called with each step, for who draws it.

    Raises:
        LedgerError: There is none, or it cannot be opened at all.
    """
    try:
        with closing(open_read_only(path)) as connection:
            connection.text_factory = lenient
            connection.execute("BEGIN")
            return list(_findings(connection, path, tell, look))
    except sqlite3.Error as error:
        raise ledger_error(path, error) from error


def is_empty(path: Path) -> bool:
    """Nothing is in it, and it is no other program's.

    Raises:
        LedgerError: There is none, or it cannot be opened at all.
    """
    try:
        with closing(open_read_only(path)) as connection:
            return _is_empty(connection)
    except sqlite3.Error as error:
        raise ledger_error(path, error) from error


def _is_empty(connection: sqlite3.Connection) -> bool:
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    return not tables and application_id in {0, APPLICATION_ID}


def _findings(
    connection: sqlite3.Connection, path: Path, tell: Tell | None, look: Look | None
) -> Iterator[DatabaseFinding]:
    if _is_empty(connection):
        yield DatabaseFinding(
            "content",
            False,
            f"{path} is empty: `agent-console ingest` fills it from the transcripts.",
            "agent-console db restore FILE, or agent-console ingest",
        )
        return
    large = path.stat().st_size >= LARGE_BYTES
    yield _settings(connection, path)
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        if has_our_tables(connection):
            yield DatabaseFinding(
                "owner", False, "Its header does not say that it is a ledger.", REPAIR
            )
            return
        yield DatabaseFinding(
            "owner", False, f"{path} is a database of another program.", "Move it away."
        )
        return
    if large and tell is not None:
        tell(f"Reading all {size(path.stat().st_size)} …")
    with told_while_long(connection, None, "Reading every page", look):
        damages = page_damages(connection)
    if header_forbids_writing(path):
        damages.append("Its header lets nobody write to it.")
    yield _pages(damages)
    schema = _schema(connection)
    yield schema
    if not schema.ok:
        return
    complete = tables(connection)
    if not complete.ok:
        yield complete
        return
    try:
        with told_while_long(connection, tell, "Summing up every message", look):
            connection.execute(COUNT_BY_SESSION)
        for name, check_content in CONTENT_CHECKS:
            with told_while_long(connection, tell, f"Checking {name}", look):
                finding = check_content(connection)
            yield finding
    except sqlite3.DatabaseError as error:
        if not is_beyond_mending(error):
            raise
        yield DatabaseFinding("content", False, f"It cannot all be read: {error}.", REPAIR)


def _settings(connection: sqlite3.Connection, path: Path) -> DatabaseFinding:
    wrong: list[str] = []
    for name in (str(path), f"{path}-wal", f"{path}-shm"):
        try:
            mode = os.stat(name).st_mode & 0o777
        except FileNotFoundError:
            continue
        if mode & 0o077:
            wrong.append(f"others may open {name} (mode {mode:o})")
    journal: str = connection.execute("PRAGMA journal_mode").fetchone()[0]
    if journal != "wal" and not isinstance(connection, Undisturbed):  # which uses no journal
        wrong.append(f"the journal is {journal}, not WAL")
    if wrong:
        text = "; ".join(wrong)
        text = f"{text[0].upper()}{text[1:]}."
        return DatabaseFinding("settings", False, text, REPAIR)
    return DatabaseFinding("settings", True, "Only you can open it, and it is in WAL mode.")


def _pages(damages: list[str]) -> DatabaseFinding:
    if damages:
        return DatabaseFinding(
            "pages", False, f"It is damaged: {damages[0].strip()}", REPAIR, tuple(damages)
        )
    return DatabaseFinding("pages", True, "Every page, row and index is whole.")


def _schema(connection: sqlite3.Connection) -> DatabaseFinding:
    version, known = schema_version(connection), len(MIGRATIONS)
    if version > known:
        return DatabaseFinding(
            "schema",
            False,
            f"Its schema is {version} and this agent-console knows {known}.",
            "Update agent-console.",
        )
    if version < known:
        return DatabaseFinding(
            "schema",
            False,
            f"Its schema is {version} and this agent-console uses {known}; it gets it when it is "
            "next written to.",
            REPAIR,
        )
    return DatabaseFinding("schema", True, f"Its schema is {version}.")
