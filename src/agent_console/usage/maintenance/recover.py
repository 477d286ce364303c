"""Begin again after damage: from the newest backup that is whole, else from nothing.

Rule: what is damaged is kept beside the ledger, and whoever asked is told what is not in the new
one. Transcripts need no care here: the backup's own `sources` say how far they had been read, so
the next ingest reads on from there.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from agent_console.errors import LedgerError
from agent_console.usage.database.backup_files import Backup, backups
from agent_console.usage.database.opening import open_database
from agent_console.usage.database.progress import Tell
from agent_console.usage.database.read_only import open_read_only
from agent_console.usage.maintenance.content_problems import refuse_beyond_mending
from agent_console.usage.maintenance.leftovers import remove_leftovers_of
from agent_console.usage.maintenance.ready_copy import examine, make_ready, remove_work, work_path
from agent_console.usage.maintenance.restore import put_in_place, refuse_other_program
from agent_console.usage.rows import Source


class Recovery(Struct, frozen=True):
    """A recovery that is done.

    Attributes:
        moved_to: Where the damaged ledger lies now, with its WAL beside it under the same name.
        backup: What the new ledger began from; null: from nothing.
        passed_over: Newer backups that cannot be used, each with the reason.
        lost: What could not be rebuilt, as sentences.
    """

    moved_to: Path | None
    backup: Backup | None
    passed_over: tuple[str, ...]
    lost: tuple[str, ...]

    def sentences(self) -> list[str]:
        """All of it, for a person or a log."""
        begun = (
            "The ledger began anew, empty."
            if self.backup is None
            else f"The ledger began again from the backup {self.backup.path}."
        )
        moved = [] if self.moved_to is None else [f"The damaged one is kept as {self.moved_to}."]
        return [begun, *moved, *self.passed_over, *self.lost]


def recover(database: Path, at_ms: int, tell: Tell | None = None) -> Recovery:
    """Move a damaged ledger aside and begin again from the newest good backup.

    Args:
        database: The ledger.
        at_ms: Now, Unix milliseconds: for the name of the damaged one.
        tell: Told of long work.

    Raises:
        LedgerError: It is another program's, or its folder cannot be written. It is as it was.
    """
    refuse_other_program(database)
    remove_leftovers_of(database)
    ready = work_path(database)
    passed_over: list[str] = []
    try:
        backup = _make_ready_from_newest(database, ready, passed_over, tell)
        if backup is None:
            make_ready(None, ready, tell)
        moved_to = put_in_place(database, ready, "damaged", at_ms)
    finally:
        remove_work(ready)
    open_database(database).close()
    return Recovery(moved_to, backup, tuple(passed_over), _lost(moved_to, backup))


def _make_ready_from_newest(
    database: Path, ready: Path, passed_over: list[str], tell: Tell | None
) -> Backup | None:
    for backup in backups(database):
        try:
            examine(backup.path)
            make_ready(backup.path, ready, tell)
            refuse_beyond_mending(ready, backup.path, tell)
        except LedgerError as error:
            passed_over.append(f"The backup {backup.path} was passed over: {error}")
        else:
            return backup
    return None


def _lost(damaged: Path | None, backup: Backup | None) -> tuple[str, ...]:
    if backup is None:
        nothing = (
            "There was no usable backup. Transcripts that are still there are read again; missing "
            "is what UPSERT and the SDK told, what older transcripts told that Claude Code has "
            "deleted, and all labels, notes and priorities."
        )
        return (nothing,)
    since = f"since {_day_and_time(backup.made_at_ms)}"
    told = _rows_since(damaged, backup.made_at_ms)
    rows = "" if told == 0 else "what UPSERT and the SDK told, and "
    if told:
        rows = f"{told:,} rows of UPSERT or the SDK, and "
    missing = (
        "Transcripts are read again from where the backup was. "
        f"Missing is, {since}: {rows}changes of labels, notes and priorities."
    )
    return (missing,)


def _rows_since(damaged: Path | None, since_ms: int) -> int | None:
    """How many rows the damaged ledger had that no transcript tells; null: it cannot be read."""
    if damaged is None:
        return 0
    try:
        with closing(open_read_only(damaged)) as connection:
            count: int = connection.execute(
                "SELECT count(*) FROM messages WHERE source != ? AND at_ms >= ?",
                (Source.TRANSCRIPT, since_ms),
            ).fetchone()[0]
    except sqlite3.Error:
        return None
    return count


def _day_and_time(at_ms: int) -> str:
    from datetime import datetime  # noqa: PLC0415 - only here

    return datetime.fromtimestamp(at_ms / 1000).astimezone().strftime("%Y-%m-%d %H:%M")
