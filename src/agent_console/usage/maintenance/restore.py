"""Bring a backup back, while others may have the ledger open.

Rule: the backup is examined and made ready before anything of the ledger is touched, and the old
ledger stays beside the new one.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from agent_console.errors import DamagedLedgerError, LedgerError
from agent_console.presence import is_missing
from agent_console.private_folder import make_private_folder
from agent_console.usage.database.damage import has_our_tables, is_damage, is_damaged
from agent_console.usage.database.opening import (
    APPLICATION_ID,
    ledger_error,
    open_database,
)
from agent_console.usage.database.place import refuse_no_file
from agent_console.usage.database.progress import Tell
from agent_console.usage.database.read_only import open_read_only
from agent_console.usage.maintenance.leftovers import remove_leftovers_of
from agent_console.usage.maintenance.ready_copy import examine, make_ready, remove_work, work_path
from agent_console.usage.maintenance.replacing import free_name, replace_content, replace_file

TRIES = 100
"""Of names for what is kept; each is tried that nobody else has."""


class Restored(Struct, frozen=True):
    """A restore that is done.

    Attributes:
        schema: The version of the schema that the backup had.
        kept: Where the old ledger lies now; null when there was none.
    """

    schema: int
    kept: Path | None


def restore(database: Path, source: Path, at_ms: int, tell: Tell | None = None) -> Restored:
    """Give the ledger the content of `source`.

    Args:
        database: The ledger; its folder is made when it is missing.
        source: A backup; it is not changed.
        at_ms: Now, Unix milliseconds: for the name of the old ledger.
        tell: Told of long work.

    Raises:
        DamagedLedgerError: `source` is damaged, or no database.
        LedgerError: It cannot be used, or the ledger cannot be written. The ledger is as it was.
    """
    refuse_other_program(database)
    if not is_missing(database) and source.exists() and source.samefile(database):
        raise LedgerError(f"{source} is the ledger itself.")
    schema = examine(source)
    make_private_folder(database.parent)
    remove_leftovers_of(database)
    ready = work_path(database)
    try:
        make_ready(source, ready, tell)
        kept = put_in_place(database, ready, "before-restore", at_ms)
    finally:
        remove_work(ready)
    open_database(database).close()
    return Restored(schema, kept)


def put_in_place(database: Path, ready: Path, word: str, at_ms: int) -> Path | None:
    """Replace the ledger's content, or its file when that cannot be read; where the old one lies.

    Raises:
        LedgerError: It cannot be done. The ledger is as it was.
    """
    try:
        for _ in range(TRIES):
            kept = free_name(database, word, at_ms)
            try:
                _put(database, ready, kept)
            except FileExistsError:
                continue  # another process keeps a ledger of the same second
            return kept if kept.exists() else None
    except sqlite3.Error as error:
        raise ledger_error(database, error) from error
    except OSError as error:
        raise LedgerError(
            f"The ledger {database} cannot be replaced: {error.strerror or error}. Make its folder "
            "writable, and free space. It was left as it is."
        ) from error
    raise LedgerError(f"Other processes replace the ledger {database} just now: try again.")


def _put(database: Path, ready: Path, kept: Path) -> None:
    if is_missing(database) or not database.stat().st_size:
        replace_file(database, ready, kept)
        return
    try:
        replace_content(database, ready, kept)
    except (sqlite3.DatabaseError, DamagedLedgerError) as error:
        if isinstance(error, sqlite3.Error) and not is_damaged(database, error):
            raise
        replace_file(database, ready, kept)


def refuse_other_program(database: Path) -> None:
    """Nothing, when what lies in the ledger's place is ours, damaged, empty or missing.

    Raises:
        LedgerError: It is another program's, or cannot be read.
    """
    refuse_no_file(database)
    if is_missing(database):
        return
    try:
        with closing(open_read_only(database)) as connection:
            application_id = connection.execute("PRAGMA application_id").fetchone()[0]
            tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
            ours = application_id == APPLICATION_ID or has_our_tables(connection)
    except sqlite3.Error as error:
        if is_damage(error):
            return
        raise ledger_error(database, error) from error
    if not ours and (application_id or tables):
        raise LedgerError(
            f"{database} is a database of another program: move it away. It was left as it is."
        )
