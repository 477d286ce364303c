"""Backups that nobody asks for: one a day, the newest seven kept.

Rule: only the day's backups are removed, and only after a new one is there.
"""

import fcntl
import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from agent_console.errors import LedgerError
from agent_console.usage.database.backup_files import backups, daily_path
from agent_console.usage.database.copying import copy_database
from agent_console.usage.database.migrations import MIGRATIONS, made_at_ms, schema_version
from agent_console.usage.database.opening import reason
from agent_console.usage.database.read_only import open_read_only
from agent_console.usage.maintenance.leftovers import remove_leftovers_of

KEPT = 7
PAUSE_SECONDS = 0.005
"""After each MiB: nobody waits for it, and others use the disk."""


def backup_if_due(database: Path, at_ms: int, *, least_age_ms: int = 0) -> Path | None:
    """Make the day's backup when it is missing; the new file, or null when there was none to make.

    Costs one look at a file when it is not due. Another process that makes it just now is left to
    do so. Takes seconds for a large ledger, in which others read and write: call it in a thread.

    Args:
        database: The ledger.
        at_ms: Now, Unix milliseconds; days are those of UTC.
        least_age_ms: A ledger that was made later has none yet.

    Raises:
        LedgerError: It cannot be made; the message says what to do.
    """
    target = daily_path(database, len(MIGRATIONS), at_ms)
    if target.exists():
        return None
    try:
        if not database.stat().st_size:
            return None
    except OSError:
        return None
    try:
        target.parent.mkdir(0o700, exist_ok=True)
        with _alone_in(target.parent) as alone:
            if not alone or target.exists():
                return None
            _remove_leftovers(target.parent)
            remove_leftovers_of(database)
            with closing(open_read_only(database)) as source:
                if schema_version(source) != len(MIGRATIONS):
                    return None  # its first use by this version makes a backup of its own
                if 0 <= at_ms - made_at_ms(source) < least_age_ms:
                    return None
                copy_database(source, target, pause_seconds=PAUSE_SECONDS)
            _remove_old(database)
    except sqlite3.Error as error:
        raise LedgerError(f"The day's backup was not made. {reason(database, error)}") from error
    except OSError as error:
        raise LedgerError(
            f"The day's backup {target} was not made: {error.strerror}. Make its folder writable, "
            "and free some space."
        ) from error
    return target


@contextmanager
def _alone_in(folder: Path) -> Generator[bool]:
    """Whether no other process makes a backup in the folder; none begins until the end."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def _remove_leftovers(folder: Path) -> None:
    """What killed processes left of day's backups; we hold the lock, so nobody writes to them."""
    for pattern in (".metrics-????????-schema*.partial", ".metrics-????????-schema*.partial-*"):
        for leftover in folder.glob(pattern):
            with suppress(OSError):
                leftover.unlink()


def _remove_old(database: Path) -> None:
    daily = [backup for backup in backups(database) if backup.is_daily]
    for backup in daily[KEPT:]:
        with suppress(OSError):
            backup.path.unlink()
