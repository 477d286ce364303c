"""Mend what can be mended where it lies: settings, indexes, keys, and every sum.

Rule: rows of `messages` are what sums are made from. Their figures are never changed here; a row
with a damaged key is taken out when its transcript tells it again. What cannot be mended in place
is left as it is, for `recover`, and what a check calls wrong is never called right.
"""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from agent_console.errors import DamagedLedgerError, LedgerError
from agent_console.usage.database.damage import is_beyond_mending
from agent_console.usage.database.opening import ledger_error, open_database
from agent_console.usage.database.progress import Look, Tell, told_while_long
from agent_console.usage.database.read_only import refuse_missing
from agent_console.usage.maintenance import content_checks
from agent_console.usage.maintenance.check import is_empty, settings
from agent_console.usage.maintenance.content_problems import refuse_wrong
from agent_console.usage.maintenance.identities import (
    MendedIdentities,
    mend_identities,
    wrong_identities,
)
from agent_console.usage.maintenance.integrity import page_damages
from agent_console.usage.maintenance.leftovers import remove_leftovers_of
from agent_console.usage.maintenance.rebuild import RebuiltSums, rebuild_sums
from agent_console.usage.maintenance.texts import lenient
from agent_console.usage.maintenance.unlisted_rows import make_unlisted_again

_EMPTY = (
    "The ledger was empty and has its tables now: `agent-console db restore FILE` brings a backup "
    "back, `agent-console ingest` reads the transcripts."
)


def repair(database: Path, tell: Tell | None = None, look: Look | None = None) -> list[str]:
    """Mend the ledger; what was changed, as sentences. Empty: nothing was wrong.

    Args:
        database: The ledger.
        tell: Told of long work.
        look: Called with each step, for who draws it.

    Raises:
        DamagedLedgerError: It is damaged beyond that: `recover` begins again from a backup.
        LedgerError: There is none, or it cannot be opened or written. It is as it was.
    """
    refuse_missing(database)
    remove_leftovers_of(database)
    with _damage_told(database):
        changed = _settings(database)
        with closing(open_database(database, tell=tell)) as connection:
            connection.text_factory = lenient
            changed += _mend_indexes(connection, database, tell, look)
            changed += _make_missing(connection)
            changed += _name_nothing(connection)
            wrong = _wrong_rows(connection, database, tell, look)
            connection.execute("BEGIN IMMEDIATE")
            try:
                rows = mend_identities(connection, wrong) if wrong else MendedIdentities()
                with told_while_long(connection, tell, "Summing up every message", look):
                    sums = rebuild_sums(connection)
                refuse_wrong(connection, database, content_checks.AFTER_MENDING, tell, look)
                if wrong:
                    refuse_wrong(connection, database, content_checks.OF_ROWS, tell, look)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        if rows.unlisted_in:
            make_unlisted_again(database, rows.unlisted_in)
    return changed + rows.sentences() + _told(sums)


@contextmanager
def _damage_told(database: Path) -> Generator[None]:
    """Whatever cannot be mended is damage."""
    try:
        yield
    except DamagedLedgerError:
        raise
    except sqlite3.Error as error:
        raise _failure(database, error) from error
    except LedgerError as error:
        if isinstance(error.__cause__, sqlite3.Error) and is_beyond_mending(error.__cause__):
            raise DamagedLedgerError(str(error)) from error
        raise


def _failure(database: Path, error: sqlite3.Error) -> LedgerError:
    told = ledger_error(database, error)
    if is_beyond_mending(error) and not isinstance(told, DamagedLedgerError):
        return DamagedLedgerError(f"The ledger {database} is damaged: {error}.")
    return told


def _settings(database: Path) -> list[str]:
    """What opening the ledger mends by itself, looked at before."""
    try:
        if is_empty(database):
            return [_EMPTY]
        found = settings(database)
    except DamagedLedgerError:
        return []
    return [] if found.ok else [f"Mended the settings: {found.text}"]


def _wrong_rows(
    connection: sqlite3.Connection, path: Path, tell: Tell | None, look: Look | None
) -> list[int]:
    """Rows whose keys are to be mended, found before anybody has to wait with writing.

    Raises:
        DamagedLedgerError: Something else is wrong that cannot be mended.
    """
    connection.execute("BEGIN")
    try:
        refuse_wrong(connection, path, content_checks.BEYOND_MENDING, tell, look)
        with told_while_long(connection, tell, "Checking identities", look):
            return list(wrong_identities(connection))
    finally:
        connection.execute("ROLLBACK")


def _mend_indexes(
    connection: sqlite3.Connection, path: Path, tell: Tell | None, look: Look | None
) -> list[str]:
    with told_while_long(connection, None, "Reading every page", look):
        found = page_damages(connection)
    if not found:
        return []
    try:
        with told_while_long(connection, tell, "Making the indexes anew", look):
            connection.execute("REINDEX")
        left = page_damages(connection)
    except sqlite3.DatabaseError as error:
        if not is_beyond_mending(error):
            raise
        left = [str(error)]
    if left:
        raise DamagedLedgerError(f"The ledger {path} is damaged: {left[0].strip()}")
    return [f"Made the indexes anew: {found[0].strip()}"]


def _make_missing(connection: sqlite3.Connection) -> list[str]:
    """Make indexes and triggers that are gone; the rows of a table that is gone cannot be made."""
    missing = content_checks.missing_objects(connection)
    if any(kind == "table" for kind, _, _ in missing):
        return []
    for _, _, statement in missing:
        connection.execute(statement)
    return [f"Made the {kind} {name} anew." for kind, name, _ in missing]


def _name_nothing(connection: sqlite3.Connection) -> list[str]:
    if connection.execute("SELECT name FROM names WHERE name_no = 0").fetchone() == ("",):
        return []
    connection.execute(
        "INSERT INTO names (name_no, name) VALUES (0, '') "
        "ON CONFLICT (name_no) DO UPDATE SET name = ''"
    )
    return ["Name 0 means again that nothing was told."]


def _told(sums: RebuiltSums) -> list[str]:
    return [
        f"Corrected {count:,} {what} from their messages."
        for count, what in (
            (sums.usage_by_time, "sums by time"),
            (sums.usage_by_session, "sums by session"),
            (sums.usage_by_hour, "sums by hour"),
            (sums.usage_by_day, "sums by day"),
            (sums.usage_by_session_day, "sums by session and day"),
            (sums.sessions, "sessions' sums or times"),
        )
        if count
    ]
