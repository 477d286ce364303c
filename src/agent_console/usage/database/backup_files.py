"""The folder of backups beside the ledger, and the names of the files in it.

Rule: the names are how backups are found, dated and told from what is not ours; a form that was
given out is understood for ever.

    metrics-20261126-schema2.db                             the day's
    metrics-20261126T101112Z-schema1-before-schema2.db      before a migration
    metrics-20261126T101112Z-schema2.db                     when the person asked for one
"""

import os
import re
from pathlib import Path

from msgspec import Struct

from agent_console.usage.database.moments import day_name, moment_ms, moment_name

_NAME = (
    r"metrics-(?P<day>\d{8})(?P<time>T\d{6}Z)?"
    r"-schema(?P<schema>\d+)(?P<before>-before-schema\d+)?\.db"
)

DAY_MS = 86_400_000


class Backup(Struct, frozen=True):
    """One backup.

    Attributes:
        is_daily: One of the day's; only these are ever removed.
        schema: The version of its schema.
        made_at_ms: When it was written, Unix milliseconds.
        size_bytes: Of the file.
    """

    path: Path
    is_daily: bool
    schema: int
    made_at_ms: int
    size_bytes: int


def backup_folder(database: Path) -> Path:
    """Where the backups of a ledger lie."""
    return database.parent / "backups"


def daily_path(database: Path, schema: int, at_ms: int) -> Path:
    """The day's backup."""
    return backup_folder(database) / f"metrics-{day_name(at_ms)}-schema{schema}.db"


def asked_path(database: Path, schema: int, at_ms: int) -> Path:
    """A backup that the person has asked for; it is kept until they remove it."""
    return backup_folder(database) / f"metrics-{moment_name(at_ms)}-schema{schema}.db"


def migration_path(database: Path, schema: int, at_ms: int) -> Path:
    """The backup before the step that makes the schema after `schema`."""
    name = f"metrics-{moment_name(at_ms)}-schema{schema}-before-schema{schema + 1}.db"
    return backup_folder(database) / name


def backups(database: Path) -> list[Backup]:
    """All backups of a ledger, newest first; other files in the folder are passed over."""
    found: list[Backup] = []
    try:
        entries = list(os.scandir(backup_folder(database)))
    except OSError:
        return []
    for entry in entries:
        match = re.fullmatch(_NAME, entry.name)
        if match is None:
            continue
        try:
            named_ms = moment_ms(match["day"] + (match["time"] or ""))
            status = entry.stat()
        except (OSError, ValueError):
            continue
        found.append(
            Backup(
                Path(entry.path),
                match["time"] is None,
                int(match["schema"]),
                _made_at(named_ms, status.st_mtime_ns // 1_000_000),
                status.st_size,
            )
        )
    return sorted(found, key=lambda backup: (backup.made_at_ms, backup.path.name), reverse=True)


def _made_at(named_ms: int, written_ms: int) -> int:
    """When a file was written, unless it was copied on a later day."""
    return written_ms if 0 <= written_ms - named_ms < DAY_MS else named_ms
