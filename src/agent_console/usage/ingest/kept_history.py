"""What would be lost when Claude Code deletes transcripts: nothing that has been read.

Rule: read-only. A transcript counts as read when it is as it was when it was read.
"""

from collections.abc import Sequence
from pathlib import Path
from sqlite3 import Connection

from msgspec import Struct

from agent_console.usage.ingest.discovery import find_transcripts
from agent_console.usage.ingest.pruning import gone_rows
from agent_console.usage.tables.source_rows import SourceStatus


class KeptHistory(Struct, frozen=True):
    """Transcripts and the ledger beside each other. Times are Unix milliseconds.

    Attributes:
        transcripts: How many are there.
        oldest_ms: When the one that goes first was last written to; null when there is none.
        unread: How many the ledger has not read to their end.
        gone: How many the ledger has read that are there no longer.
        gone_responses: Responses that only the ledger still has.
    """

    transcripts: int
    oldest_ms: int | None
    unread: int
    gone: int
    gone_responses: int


def kept_history(connection: Connection, config_dirs: Sequence[Path]) -> KeptHistory:
    """Look at both now.

    Args:
        connection: The ledger.
        config_dirs: Claude Code's folders.
    """
    files = find_transcripts(config_dirs).files
    rows = connection.execute("SELECT path, status, size_bytes, mtime_ns FROM sources").fetchall()
    read = {path: state for path, _, *state in rows}
    there = {file.path for file in files}
    unread = [file for file in files if read.get(file.path) != [file.size_bytes, file.mtime_ns]]
    return KeptHistory(
        transcripts=len(files),
        oldest_ms=min((file.mtime_ns // 1_000_000 for file in files), default=None),
        unread=len(unread),
        gone=sum(status == SourceStatus.GONE and path not in there for path, status, *_ in rows),
        gone_responses=gone_rows(connection),
    )
