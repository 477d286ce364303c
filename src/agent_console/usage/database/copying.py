"""A copy of a database while it is in use, through SQLite's backup API.

Rule: a copy has its name only when it is complete, verified and on the disk; what a killed process
leaves behind begins with a dot and ends in `.partial`, until the next copy of that name.

The copy is of one moment: a read transaction holds it, so writers go on beside it and do not make
it begin again. It is a single file without WAL, which can be moved and opened anywhere.
"""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from agent_console.errors import DamagedLedgerError, LedgerError
from agent_console.usage.database.leftovers import remove_leftovers

STEP_PAGES = 512
"""1 MiB between two looks at what else there is to do."""

BUSY_SECONDS = 10.0


def copy_database(
    source: sqlite3.Connection,
    target: Path,
    *,
    replace: bool = False,
    pause_seconds: float = 0.0,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write what `source` sees now to `target` (0600), whole or not at all.

    Args:
        source: A connection that has no write transaction; inside a read transaction the copy is
            of what that sees.
        target: The file; its folder is there.
        replace: A file that is there is replaced; otherwise it stays as it is.
        pause_seconds: After each MiB, for work that nobody waits for.
        progress: Told the pages that remain and all pages, after each MiB.

    Raises:
        DamagedLedgerError: What was copied is not whole.
        LedgerError: Another process keeps the source busy.
        FileExistsError: The target is there, and not `replace`.
        OSError: It cannot be written.
        sqlite3.Error: The source cannot be read, or there is no space.
    """
    if not replace and os.path.lexists(target):
        raise FileExistsError(f"{target} exists already.")
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    remove_leftovers(target.parent, f"{target.name}.")
    with suppress(FileNotFoundError):
        partial.unlink()
    os.close(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        _fill(source, partial, pause_seconds, progress)
        _sync(partial)
        if replace:
            partial.replace(target)
        else:
            # A link, unlike a rename, never replaces what is there.
            os.link(partial, target)
        _sync(target.parent)
    finally:
        for end in ("", "-journal", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                os.unlink(f"{partial}{end}")


def _fill(
    source: sqlite3.Connection,
    partial: Path,
    pause_seconds: float,
    progress: Callable[[int, int], None] | None,
) -> None:
    deadline = time.monotonic() + BUSY_SECONDS

    def after_step(status: int, remaining: int, total: int) -> None:
        nonlocal deadline
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:  # Python tries again for ever
            if time.monotonic() > deadline:
                raise LedgerError("It is kept busy by another process: try again.")
            return
        deadline = time.monotonic() + BUSY_SECONDS
        if progress is not None:
            progress(remaining, total)
        if pause_seconds and remaining:
            time.sleep(pause_seconds)

    begun = not source.in_transaction
    if begun:
        source.execute("BEGIN")
    try:
        source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        with closing(sqlite3.connect(partial, isolation_level=None)) as copy:
            source.backup(copy, pages=STEP_PAGES, progress=after_step)
            copy.execute("PRAGMA journal_mode = DELETE")
            found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    finally:
        if begun and source.in_transaction:
            source.execute("ROLLBACK")
    if found != "ok":
        raise DamagedLedgerError(f"What was copied is damaged: {found}")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
