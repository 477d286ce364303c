"""Brings transcripts into the ledger: what is new in which files, read and taken.

Rule: what is taken in one transaction is bounded, so that a daemon that writes to the same ledger
never waits long; between two transactions others get their turn.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from msgspec import Struct

from agent_console.usage.ingest.file_reading import FileReading, SourceState
from agent_console.usage.ingest.known_files import KnownFiles
from agent_console.usage.ingest.reading import TranscriptReader
from agent_console.usage.ingest.taking import Taken
from agent_console.usage.ingest.transcript_file import TranscriptFile, UnreadableFile
from agent_console.usage.ledger import Ledger

TAKEN_AT_ONCE = 10_000
"""Responses in one transaction, or files that have none."""
TRIES = 3
"""How often a file is read again that somebody else has read on in."""

Readings = Iterable[FileReading | UnreadableFile]
Wanted = Sequence[tuple[TranscriptFile, SourceState | None]]
ReadFiles = Callable[[Wanted], Readings]
"""Reads files, each on from its state; the readings of one file in order."""


class Imported(Struct):
    """What has been done so far.

    Attributes:
        files: How many have been read to their end.
        bytes_read: Of them.
        responses: That were told; most of them new.
        unreadable: Why files could not be read.
    """

    files: int = 0
    bytes_read: int = 0
    responses: int = 0
    unreadable: list[UnreadableFile] = []


class Importer:
    """Imports into one open ledger.

    Args:
        ledger: Where to.
        taken: Told after each transaction.
    """

    def __init__(self, ledger: Ledger, taken: Callable[[Taken, Imported], None]) -> None:
        self._ledger = ledger
        self._taken = taken
        self._reader = TranscriptReader()

    def run(
        self,
        files: Iterable[TranscriptFile],
        *,
        from_start: bool = False,
        tell_since_ms: int = 0,
        read_files: ReadFiles | None = None,
    ) -> Imported:
        """Take in what is new in `files`.

        Args:
            files: Transcripts as they are now.
            from_start: Read them from their beginnings, whatever is known.
            tell_since_ms: Rows from this time on are told one by one.
            read_files: Who reads; by default this process.

        Raises:
            LedgerError: The ledger cannot be written; what was taken before stays.
        """
        imported = Imported()
        todo = list(files)
        for _ in range(TRIES):
            wanted = KnownFiles(self._ledger.connection).wanted(todo, everything=from_start)
            readings = (read_files or self._read_files)(wanted)
            passed_over = self._take_all(readings, imported, tell_since_ms)
            todo = [file for file, _ in wanted if file.path in passed_over]
            if not todo:
                break
        return imported

    def _read_files(self, wanted: Wanted) -> Iterator[FileReading | UnreadableFile]:
        return chain.from_iterable(self._reader.readings(file, known) for file, known in wanted)

    def _take_all(self, readings: Readings, imported: Imported, tell_since_ms: int) -> set[str]:
        passed_over: set[str] = set()
        waiting: list[FileReading] = []
        weight = 0
        for reading in readings:
            if isinstance(reading, UnreadableFile):
                imported.unreadable.append(reading)
                KnownFiles(self._ledger.connection).mark_unreadable(reading)
                continue
            if reading.after.path in passed_over:
                continue
            waiting.append(reading)
            weight += 1 + len(reading.responses)
            if weight >= TAKEN_AT_ONCE:
                passed_over.update(self._take(waiting, imported, tell_since_ms))
                waiting, weight = [], 0
        if waiting:
            passed_over.update(self._take(waiting, imported, tell_since_ms))
        return passed_over

    def _take(
        self, readings: list[FileReading], imported: Imported, tell_since_ms: int
    ) -> Sequence[str]:
        at_ms = time.time_ns() // 1_000_000
        taken = self._ledger.take(readings, at_ms, tell_since_ms)
        for reading in readings:
            known = None if reading.from_start else reading.before
            imported.bytes_read += reading.after.offset_bytes - (
                0 if known is None else known.offset_bytes
            )
            imported.responses += len(reading.responses)
            imported.files += reading.is_complete
        self._taken(taken, imported)
        return taken.passed_over
