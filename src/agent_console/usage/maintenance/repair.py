"""Mend what can be mended where it lies: settings, indexes, and every sum.

Rule: rows of `messages` are what sums are made from; nothing here changes them. What cannot be
mended in place is left as it is, for `recover`.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from agent_console.errors import DamagedLedgerError
from agent_console.usage.database.opening import is_damage, ledger_error, open_database
from agent_console.usage.database.progress import Look, Tell, told_while_long
from agent_console.usage.database.read_only import refuse_missing
from agent_console.usage.maintenance.check import settings
from agent_console.usage.maintenance.integrity import page_damages
from agent_console.usage.maintenance.rebuild import RebuiltSums, rebuild_sums


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
    changed = _settings(database)
    try:
        with closing(open_database(database, tell=tell)) as connection:
            indexes = _mend_indexes(connection, database, tell, look)
            connection.execute("BEGIN IMMEDIATE")
            try:
                named = _name_nothing(connection)
                with told_while_long(connection, tell, "Summing up every message", look):
                    sums = rebuild_sums(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
    except sqlite3.Error as error:
        raise ledger_error(database, error) from error
    return changed + indexes + named + _told(sums)


def _settings(database: Path) -> list[str]:
    """What opening the ledger mends by itself, looked at before."""
    try:
        found = settings(database)
    except DamagedLedgerError:
        return []
    return [] if found.ok else [f"Mended the settings: {found.text}"]


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
        if not is_damage(error) and not isinstance(error, sqlite3.IntegrityError):
            raise
        left = [str(error)]
    if left:
        raise DamagedLedgerError(f"The ledger {path} is damaged: {left[0].strip()}")
    return [f"Made the indexes anew: {found[0].strip()}"]


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
