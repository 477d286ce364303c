"""Put a ready ledger in the place of the one that is there, which stays beside it.

Rule 1: nothing is deleted. What was there is beside the ledger, under a name of its own, before its
place is taken; a process that is killed at any point leaves the old ledger or the new one.
Rule 2: a ledger that can be read is never moved: its content is replaced through the backup API,
in one transaction, so that processes that have it open see the new content or the old.

A file that cannot be read is moved with its `-wal` and `-shm`: SQLite notices by itself that a file
was moved, and then neither writes its WAL back nor deletes the one of the new file.
"""

import os
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from agent_console.errors import LedgerError
from agent_console.usage.database.copying import BUSY_SECONDS, STEP_PAGES, copy_database
from agent_console.usage.database.generation import generation
from agent_console.usage.database.moments import moment_name
from agent_console.usage.database.opening import BUSY_TIMEOUT_MS
from agent_console.usage.database.read_only import open_read_only
from agent_console.usage.maintenance.ready_copy import use_page_size

BESIDE = ("-wal", "-shm", "-journal")
RETRY_SECONDS = 0.0001
"""Between two tries for the write lock. SQLite's own waits grow to 100 ms, and who writes all the
time leaves the lock free for some 20 us at a time: ten tries a second may miss it for ever."""


def free_name(database: Path, word: str, at_ms: int) -> Path:
    """`metrics.db.<word>-<moment>` beside the ledger; numbered when that is taken."""
    name = f"{database.name}.{word}-{moment_name(at_ms)}"
    path = database.with_name(name)
    number = 1
    while any(os.path.lexists(f"{path}{end}") for end in ("", *BESIDE)):
        number += 1
        path = database.with_name(f"{name}-{number}")
    return path


def replace_content(database: Path, ready: Path, kept: Path) -> None:
    """Give the ledger the content of `ready`, after a copy of its own went to `kept`.

    From before that copy until the end nobody else writes: no row is in neither of the two. The
    copy is taken away again when the content was not replaced.

    Raises:
        FileExistsError: Another process has just taken the name `kept`.
        LedgerError: The old content is damaged, or another process keeps it busy.
        sqlite3.Error: The ledger cannot be read or written; it is as it was.
        OSError: The copy cannot be written.
    """
    with closing(_connect(database)) as live:
        page_bytes: int = live.execute("PRAGMA page_size").fetchone()[0]
        use_page_size(ready, page_bytes)
        live.execute("PRAGMA synchronous = FULL")
        with closing(_connect(ready)) as source:
            pages: int = source.execute("PRAGMA page_count").fetchone()[0]
            deadline = time.monotonic() + BUSY_SECONDS
            is_kept = False

            def keep_first(status: int, _remaining: int, _total: int) -> None:
                nonlocal is_kept
                if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                    if time.monotonic() > deadline:
                        raise LedgerError(f"Another process keeps {database} busy: try again.")
                    time.sleep(RETRY_SECONDS)
                elif not is_kept:
                    # The first step took the write lock, and its pages are not committed.
                    with closing(open_read_only(database)) as old:
                        copy_database(old, kept)
                    is_kept = True

            live.execute("PRAGMA busy_timeout = 0")
            try:
                source.backup(
                    live,
                    pages=min(STEP_PAGES, max(1, pages // 2)),
                    progress=keep_first,
                    sleep=0,
                )
            except BaseException:
                if is_kept and not _is_replaced(live, source):
                    kept.unlink()
                raise
        with suppress(sqlite3.Error):
            live.execute("PRAGMA wal_checkpoint(PASSIVE)")


def replace_file(database: Path, ready: Path, aside: Path) -> None:
    """Move what is in the ledger's place to `aside`, and `ready` into it.

    Raises:
        FileExistsError: Another process has just taken the name `aside`.
        OSError: The folder cannot be written; what was there is there.
        LedgerError, sqlite3.Error: As `replace_content`, when another process made a new ledger
            in the moment between.
    """
    with suppress(FileNotFoundError):
        for end in ("", *BESIDE):
            with suppress(FileNotFoundError):
                _keep(Path(f"{database}{end}"), Path(f"{aside}{end}"))
        # Without its name nobody opens it any more; its WAL must not meet the new file.
        database.unlink()
    for end in BESIDE:
        _remove_if_same(Path(f"{database}{end}"), Path(f"{aside}{end}"))
    try:
        os.link(ready, database)
    except FileExistsError:
        replace_content(database, ready, free_name(database, "before-restore", _now_ms()))
    except OSError:
        ready.replace(database)  # no links there
    descriptor = os.open(database.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_replaced(live: sqlite3.Connection, source: sqlite3.Connection) -> bool:
    """The content has come, or nobody can tell."""
    try:
        return generation(live) == generation(source)
    except sqlite3.Error:
        return True


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None)


def _keep(path: Path, aside: Path) -> None:
    try:
        os.link(path, aside)
    except (FileNotFoundError, FileExistsError):
        raise
    except OSError:
        import shutil  # noqa: PLC0415 - only where there are no links

        shutil.copy2(path, aside)


def _remove_if_same(path: Path, aside: Path) -> None:
    """Remove a name of what is kept under another; a file that somebody just made stays."""
    with suppress(FileNotFoundError):
        if path.samefile(aside) or _same_content(path, aside):
            path.unlink()


def _same_content(path: Path, aside: Path) -> bool:
    """It was copied there because the file system has no links."""
    ours, kept = path.stat(), aside.stat()
    return ours.st_nlink == 1 and (ours.st_size, ours.st_mtime_ns) == (
        kept.st_size,
        kept.st_mtime_ns,
    )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
