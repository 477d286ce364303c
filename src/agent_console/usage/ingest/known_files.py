"""Which transcripts have something that the ledger has not read.

Rule: a file is known by its path, or, when no file has that path any more, by its inode and its
beginning: then it was renamed, or moved with its project, and is read on where it was. (An inode
alone says nothing: it is given to the next file as soon as one is deleted, and what the deleted
file told would be taken for the new one's.)
"""

import os
from collections.abc import Iterable, Sequence
from io import FileIO
from pathlib import Path

from agent_console.usage.ingest.file_prints import has_grown_from
from agent_console.usage.ingest.file_reading import SourceState
from agent_console.usage.ingest.source_rows import (
    SourceStatus,
    mark_source,
    mark_sources_gone,
    move_source,
    read_source,
)
from agent_console.usage.ingest.transcript_file import TranscriptFile, UnreadableFile
from agent_console.usage.ledger import Ledger

_FILES = "SELECT path, device, inode, size_bytes, mtime_ns, status FROM sources"


class KnownFiles:
    """What `sources` says, compared with the disk."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def wanted(
        self, files: Iterable[TranscriptFile], *, everything: bool = False
    ) -> list[tuple[TranscriptFile, SourceState | None]]:
        """The files that have changed, each with how far it has been read; null: never.

        Args:
            files: As they are now.
            everything: Those that have not changed too.
        """
        self._ledger.follow()
        stats: dict[str, tuple[int, ...]] = {}
        paths: dict[tuple[int, int], str] = {}
        for path, device, inode, size_bytes, mtime_ns, _ in self._ledger.connection.execute(_FILES):
            stats[path] = (device, inode, size_bytes, mtime_ns)
            paths[device, inode] = path
        wanted: list[tuple[TranscriptFile, SourceState | None]] = []
        for file in files:
            now = (file.device, file.inode, file.size_bytes, file.mtime_ns)
            if file.path not in stats:
                old_path = paths.get((file.device, file.inode))
                if old_path is None or not self._has_moved(old_path, file):
                    wanted.append((file, None))
                    continue
                move_source(self._ledger.connection, old_path, file.path)
                stats[file.path] = stats.pop(old_path)
            if everything or stats[file.path] != now:
                row = read_source(self._ledger.connection, file.path)
                wanted.append((file, None if row is None else row.state))
        return wanted

    def _has_moved(self, old_path: str, file: TranscriptFile) -> bool:
        """Whether `file` is what was read at `old_path`."""
        known = None if os.path.exists(old_path) else read_source(self._ledger.connection, old_path)
        if known is None or not known.state.offset_bytes:
            return False
        try:
            with FileIO(file.path) as opened:
                return has_grown_from(opened.fileno(), file.size_bytes, known.state)
        except OSError:
            return False  # whoever reads it says why

    def mark_gone(self, files: Sequence[TranscriptFile], below: Sequence[Path]) -> int:
        """Say of files that are there no longer that they are gone; how many there were.

        Their rows stay: the ledger is why history survives.

        Args:
            files: All that are there.
            below: The folders that were looked through.
        """
        self._ledger.follow()
        there = {file.path for file in files}
        folders = tuple(f"{os.path.realpath(folder)}/" for folder in below)
        gone = [
            path
            for path, *_, status in self._ledger.connection.execute(_FILES).fetchall()
            if status != SourceStatus.GONE and path not in there and path.startswith(folders)
        ]
        mark_sources_gone(self._ledger.connection, gone)
        return len(gone)

    def mark_unreadable(self, file: UnreadableFile) -> None:
        """Remember why a file that was read before cannot be read now."""
        status = SourceStatus.GONE if file.is_gone else SourceStatus.UNREADABLE
        mark_source(
            self._ledger.connection, file.path, status, None if file.is_gone else file.reason
        )
