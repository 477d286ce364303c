"""Open the ledger's SQLite database, and say in plain words when that cannot be done.

Rule: nothing here deletes, truncates or overwrites a file that is already there. What we cannot
read, or what a newer version wrote, stays byte for byte as it is.

No umask is touched (it belongs to the whole process, and this runs beside other threads): the
folder and the file are made with their modes, and SQLite gives its `-wal` and `-shm` files the
mode of the database.
"""

import errno
import os
import sqlite3
import time
from pathlib import Path

from agent_console.config import Durability
from agent_console.errors import DamagedLedgerError, LedgerError
from agent_console.usage.database.damage import (
    MissingRowError,
    has_our_tables,
    is_damaged,
    is_no_text,
)
from agent_console.usage.database.denied import denial
from agent_console.usage.database.migrations import MIGRATIONS, migrate, schema_version
from agent_console.usage.database.place import refuse_no_file
from agent_console.usage.database.progress import Tell

APPLICATION_ID = 0x4147_4354
"""Marks the file as ours (`PRAGMA application_id`, shown by file(1))."""

BUSY_TIMEOUT_MS = 5_000
"""How long one writer waits for another process's transaction."""

PAGE_BYTES = 2048
"""An index by hash touches a page of its own for each new row, and a commit writes whole pages:
with 500,000 rows, 2 KiB took 1.2 times the rows of 4 KiB, and no less than 1 KiB."""

WAL_CHECKPOINT_PAGES = 16_000
"""A longer WAL (32 MB) writes such a page back once instead of many times, and waits for the disk
less often."""

CACHE_KIB = 4_000

OLDEST_SQLITE = (3, 37, 0)
"""The first with STRICT tables."""


def open_database(
    path: Path, durability: Durability = "normal", tell: Tell | None = None
) -> sqlite3.Connection:
    """A connection to the ledger at `path`, made or migrated when it needs to be.

    The connection commits nothing by itself: every transaction is begun by name. It may be handed
    to another thread, but only one thread may use it.

    Args:
        path: The file; its folder is made when it is missing.
        durability: What a commit survives: `normal` a killed process, `full` also a power cut.
        tell: Hears of a migration; see `migrate`.

    Raises:
        DamagedLedgerError: The file is damaged, or no database.
        LedgerError: It is not ours, newer than this version, cannot
            be written, or has no space.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise LedgerError(
            f"The ledger needs SQLite {'.'.join(map(str, OLDEST_SQLITE))} or newer, and this "
            f"Python has {sqlite3.sqlite_version}: use a newer Python."
        )
    refuse_no_file(path)
    try:
        _make_private_file(path)
    except OSError as error:
        raise LedgerError(_os_reason(path, error)) from error
    connection = None
    try:
        connection = sqlite3.connect(
            path,
            timeout=BUSY_TIMEOUT_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        _configure(connection, path, durability)
        migrate(connection, path, APPLICATION_ID, tell)
    except BaseException as error:
        if connection is not None:
            connection.close()
        if isinstance(error, sqlite3.Error):
            raise ledger_error(path, error) from error  # noqa: ASYNC104 - no async here
        raise
    return connection


def ledger_error(path: Path, error: sqlite3.Error) -> LedgerError:
    """The error to raise when SQLite fails on the database at `path`."""
    return (DamagedLedgerError if is_damaged(path, error) else LedgerError)(reason(path, error))


def reason(path: Path, error: sqlite3.Error) -> str:
    """What happened to the database at `path`, as one sentence that says what to do."""
    name: str = getattr(error, "sqlite_errorname", "")
    if is_no_text(error):
        return _damaged(path, "a text in it is no UTF-8")
    if isinstance(error, MissingRowError):
        return _damaged(path, str(error))
    match name.removeprefix("SQLITE_").split("_")[0]:
        case "CORRUPT":
            return _damaged(path, str(error))
        case "NOTADB":
            return (
                f"The ledger {path} is not a database: `agent-console db repair` moves that file "
                f"aside and restores a backup. It was left as it is. ({error})"
            )
        case "READONLY" if name == "SQLITE_READONLY_ROLLBACK":
            return (
                f"The ledger {path} has a change in it that was cut off and must be undone before "
                f"it can be read: make the file and its folder writable for you. ({error})"
            )
        case "READONLY" if is_damaged(path, error):
            return _damaged(path, "its header lets nobody write to it")
        case "READONLY" | "PERM" | "AUTH" | "CANTOPEN" if denied := denial(path):
            return f"{denied.sentence} ({error})"
        case "READONLY" | "PERM" | "AUTH":
            return _read_only(path, str(error))
        case "FULL":
            return _full(path, str(error))
        case "BUSY" | "LOCKED":
            return f"Another process keeps the ledger {path} busy: try again. ({error})"
        case "IOERR":
            return (
                f"The ledger {path} could not be read or written: check the disk, its space and "
                f"your quota. ({error}, {name})"
            )
        case "CANTOPEN":
            return _cannot_open(path, str(error))
        case _ if is_damaged(path, error):
            return _damaged(path, str(error))
        case _:
            return f"The ledger {path} failed: {error}. ({name or type(error).__name__})"


def _os_reason(path: Path, error: OSError) -> str:
    detail = error.strerror or str(error)
    match error.errno:
        case errno.EACCES | errno.EPERM if denied := denial(path):
            return f"{denied.sentence} ({detail})"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return _read_only(path, detail)
        case errno.ENOSPC | errno.EDQUOT:
            return _full(path, detail)
        case errno.EEXIST | errno.ENOTDIR:
            in_the_way = next((each for each in path.parents if each.is_file()), path.parent)
            return f"The ledger {path} cannot be opened: {in_the_way} is no folder. Move it away."
        case _:
            return _cannot_open(path, detail)


def _damaged(path: Path, detail: str) -> str:
    return (
        f"The ledger {path} is damaged: restore a backup with `agent-console db repair`. "
        f"It was left as it is. ({detail})"
    )


def _read_only(path: Path, detail: str) -> str:
    return (
        f"The ledger {path} is read-only: make the file and its folder writable for you. ({detail})"
    )


def _full(path: Path, detail: str) -> str:
    return f"There is no space left for the ledger {path}: free some and try again. ({detail})"


def _cannot_open(path: Path, detail: str) -> str:
    return f"The ledger {path} cannot be opened: check that its folder is there. ({detail})"


def _make_private_file(path: Path) -> None:
    """Make the folder (0700) and the file (0600), or close an old file to others.

    An existing file is never opened here: closing it again would drop every lock that another
    connection of this process holds on it (POSIX locks belong to the process).
    """
    for folder in reversed([path.parent, *path.parent.parents]):
        if not folder.is_dir():
            folder.mkdir(0o700, exist_ok=True)
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        for name in (str(path), f"{path}-wal", f"{path}-shm"):
            try:
                status = os.stat(name)
            except FileNotFoundError:
                continue
            if status.st_mode & 0o077 and status.st_uid == os.geteuid():
                os.chmod(name, 0o600)


def _configure(connection: sqlite3.Connection, path: Path, durability: Durability) -> None:
    """Refuse what is not ours before anything is written, then set the connection up."""
    connection.execute("BEGIN")  # one look: another process may be making it just now
    tables: int = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    refuse_what_is_not_ours(connection, path)
    connection.execute("COMMIT")
    if tables == 0:
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    _use_wal(connection)
    full = durability == "full"
    for pragma in (
        f"synchronous = {'FULL' if full else 'NORMAL'}",
        f"fullfsync = {int(full)}",  # macOS: fsync alone does not reach the platter
        "foreign_keys = ON",
        "trusted_schema = OFF",
        f"cache_size = {-CACHE_KIB}",
        f"wal_autocheckpoint = {WAL_CHECKPOINT_PAGES}",
        f"journal_size_limit = {WAL_CHECKPOINT_PAGES * PAGE_BYTES}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def refuse_what_is_not_ours(connection: sqlite3.Connection, path: Path) -> None:
    """Nothing, when this version knows what is in the database at `path`, or nothing is.

    Raises:
        DamagedLedgerError: It is a ledger that does not say so.
        LedgerError: It is another program's, or a newer version's.
        sqlite3.Error: It cannot be read.
    """
    tables: int = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    application_id: int = connection.execute("PRAGMA application_id").fetchone()[0]
    ours = application_id == APPLICATION_ID or has_our_tables(connection)
    if ours and application_id != APPLICATION_ID:
        raise DamagedLedgerError(_damaged(path, "its header does not say that it is a ledger"))
    if not ours and (application_id or tables):
        raise LedgerError(
            f"{path} is a database of another program: move it away. It was left as it is."
        )
    version = schema_version(connection)
    if version > len(MIGRATIONS):
        raise LedgerError(
            f"The ledger {path} was written by a newer agent-console (schema {version}, this one "
            f"knows {len(MIGRATIONS)}): update agent-console. It was left as it is."
        )


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL; SQLite does not wait by itself when another process is doing the same."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            mode: str = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
            continue
        if mode != "wal":
            raise LedgerError(
                "The ledger's file system has no shared memory, which SQLite's WAL needs: put the "
                "data folder on a local disk (XDG_DATA_HOME)."
            )
        return
