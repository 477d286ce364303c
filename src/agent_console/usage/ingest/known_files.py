"""Which transcripts have something that the ledger has not read.

Rule: a file is known by its path, or, when no file has that path any more, by its inode and its
beginning: then it was renamed, or moved with its project, and is read on where it was. (An inode
alone says nothing: it is given to the next file as soon as one is deleted, and what the deleted
file told would be taken for the new one's.)
"""

import os
from collections.abc import Iterable, Sequence
from io import FileIO

from agent_console.presence import is_missing
from agent_console.usage.ingest.file_prints import has_grown_from
from agent_console.usage.ingest.transcript_file import TranscriptFile, UnreadableFile
from agent_console.usage.tables.file_reading import SourceState
from agent_console.usage.tables.source_rows import (
    SourceRow,
    SourceStatus,
    mark_source,
    mark_sources_gone,
    mark_sources_read,
    move_source,
    paths_gone,
    paths_of,
    read_source,
    read_sources,
)
from agent_console.usage.writing.ledger import Ledger

Wanted = list[tuple[TranscriptFile, SourceState | None]]
"""Files, each with how far it has been read; null: never."""


class KnownFiles:
    """What `sources` says, compared with the disk."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def wanted(self, files: Iterable[TranscriptFile], *, everything: bool = False) -> Wanted:
        """The files that have changed, each with how far it has been read; null: never.

        One that was gone is there again.

        Args:
            files: As they are now.
            everything: Those that have not changed too.
        """
        self._ledger.follow()
        looked_for = list(files)
        rows = read_sources(self._ledger.connection, [file.path for file in looked_for])
        unknown = [file.inode for file in looked_for if file.path not in rows]
        paths = paths_of(self._ledger.connection, unknown)
        wanted: Wanted = []
        back: list[str] = []
        for file in looked_for:
            row = rows.get(file.path) or self._moved(file, paths.get((file.device, file.inode)))
            known = None if row is None else row.state
            is_as_it_was = known is not None and _is_as_it_was(file, known)
            if row is not None and _is_back(row.status, is_as_it_was=is_as_it_was):
                back.append(file.path)
            if everything or not is_as_it_was:
                wanted.append((file, known))
        if back:
            mark_sources_read(self._ledger.connection, back)
        return wanted

    def _moved(self, file: TranscriptFile, old_path: str | None) -> SourceRow | None:
        """The row of a file that was read under another name, which it has no longer."""
        connection = self._ledger.connection
        if old_path is None or not self._has_moved(old_path, file):
            return None
        move_source(connection, old_path, file.path)
        return read_source(connection, file.path)

    def _has_moved(self, old_path: str, file: TranscriptFile) -> bool:
        """Whether `file` is what was read at `old_path`."""
        if _is_its_own_name(old_path):
            return False
        known = read_source(self._ledger.connection, old_path)
        if known is None or not known.state.offset_bytes:
            return False
        try:
            with FileIO(file.path) as opened:
                return has_grown_from(opened.fileno(), file.size_bytes, known.state)
        except OSError:
            return False  # whoever reads it says why

    def mark_gone(self, paths: Sequence[str]) -> int:
        """Say of files that are there no longer that they are gone; of how many that is news.

        Their rows stay: the ledger is why history survives.
        """
        gone = [path for path in paths if is_missing(path)]
        return mark_sources_gone(self._ledger.connection, gone) if gone else 0

    def find_again(self) -> None:
        """Say of all that are marked as gone and may be there, in whatever folder, that they are.

        For who forgets what is gone: nobody may have looked since they are back.
        """
        there = [path for path in paths_gone(self._ledger.connection) if not is_missing(path)]
        if there:
            mark_sources_read(self._ledger.connection, there)

    def mark_unreadable(self, file: UnreadableFile) -> None:
        """Remember why a file that was read before cannot be read now."""
        status = SourceStatus.GONE if file.is_gone else SourceStatus.UNREADABLE
        mark_source(
            self._ledger.connection, file.path, status, None if file.is_gone else file.reason
        )


def _is_its_own_name(path: str) -> bool:
    """There is a file, and no link leads to it."""
    return os.path.exists(path) and os.path.realpath(path) == path


def _is_back(status: SourceStatus, *, is_as_it_was: bool) -> bool:
    """Whether a file that was found has another status than it should; reading tells the rest."""
    return status is SourceStatus.GONE or (is_as_it_was and status is SourceStatus.UNREADABLE)


def _is_as_it_was(file: TranscriptFile, known: SourceState) -> bool:
    """Nothing has changed in the file since it was read."""
    return (
        file.size_bytes == known.size_bytes
        and file.mtime_ns == known.mtime_ns
        and file.inode == known.inode
        and file.device == known.device
    )
