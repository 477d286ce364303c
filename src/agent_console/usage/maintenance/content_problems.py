"""What is wrong with the content of a database whose pages are whole: a backup's, or a copy's.

Rule: nothing is changed; whoever asks decides what it is good for.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from agent_console.errors import DamagedLedgerError
from agent_console.usage.database.damage import is_beyond_mending
from agent_console.usage.database.migrations import MIGRATIONS, schema_version
from agent_console.usage.database.opening import ledger_error
from agent_console.usage.database.progress import Look, Tell, told_while_long
from agent_console.usage.database.read_only import open_read_only
from agent_console.usage.maintenance import content_checks
from agent_console.usage.maintenance.finding import REPAIR, DatabaseFinding
from agent_console.usage.maintenance.sums import COUNT_BY_SESSION
from agent_console.usage.maintenance.texts import lenient


def content_problems(path: Path, tell: Tell | None = None) -> list[DatabaseFinding]:
    """What is wrong with a backup of which `examine` has found that it can be used.

    Of an older schema only what every schema has is looked at.

    Args:
        path: The backup.
        tell: Told of long work.

    Raises:
        LedgerError: It cannot be read.
    """
    try:
        with closing(open_read_only(path, in_use=False)) as connection:
            connection.text_factory = lenient
            checks = content_checks.CONTENT_CHECKS
            if schema_version(connection) != len(MIGRATIONS):
                checks = checks[: content_checks.OF_ANY_SCHEMA]
            else:
                with told_while_long(connection, tell, "Summing up every message"):
                    connection.execute(COUNT_BY_SESSION)
            return _wrong(connection, checks, tell)
    except sqlite3.Error as error:
        if is_beyond_mending(error):
            return [DatabaseFinding("content", False, f"It cannot all be read: {error}.", REPAIR)]
        raise ledger_error(path, error) from error


def _wrong(
    connection: sqlite3.Connection,
    checks: Iterable[tuple[str, content_checks.Look]],
    tell: Tell | None,
) -> list[DatabaseFinding]:
    found: list[DatabaseFinding] = []
    for name, check in checks:
        with told_while_long(connection, tell, f"Checking {name}"):
            found.append(check(connection))
    return [finding for finding in found if not finding.ok]


def refuse_beyond_mending(path: Path, of: Path, tell: Tell | None = None) -> None:
    """Nothing, when a repair could mend all that is wrong in a database of our schema.

    Args:
        path: The database.
        of: What it is a copy of.
        tell: Told of long work.

    Raises:
        DamagedLedgerError: It could not.
        LedgerError: It cannot be read.
    """
    try:
        with closing(open_read_only(path)) as connection:
            connection.text_factory = lenient
            refuse_wrong(connection, of, content_checks.BEYOND_MENDING, tell)
    except sqlite3.Error as error:
        if is_beyond_mending(error):
            raise DamagedLedgerError(f"{of} is damaged: {error}.") from error
        raise ledger_error(of, error) from error


def refuse_wrong(
    connection: sqlite3.Connection,
    path: Path,
    checks: Iterable[tuple[str, content_checks.Look]],
    tell: Tell | None = None,
    look: Look | None = None,
) -> None:
    """Nothing, when all checks find nothing.

    Raises:
        DamagedLedgerError: One of them does.
        sqlite3.Error: The database cannot be read.
    """
    for name, check in checks:
        with told_while_long(connection, tell, f"Checking {name}", look):
            found = check(connection)
        if not found.ok:
            raise DamagedLedgerError(f"{path} is damaged: {found.text} ({found.examples[0]})")
