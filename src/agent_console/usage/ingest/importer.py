"""Brings transcripts into the ledger: what is new in which files, read and taken.

Rule: what is taken in one transaction is bounded, so that a daemon that writes to the same ledger
never waits long; between two transactions others get their turn.
"""

import gc
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext

from msgspec import Struct

from agent_console.usage.ingest.known_files import KnownFiles, Wanted
from agent_console.usage.ingest.read_jobs import ReadBatch, ReaderLostError, ReadJob
from agent_console.usage.ingest.reading_files import is_much, read_files
from agent_console.usage.ingest.transcript_file import TranscriptFile, UnreadableFile
from agent_console.usage.tables.file_reading import FileReading
from agent_console.usage.writing.ledger import Ledger
from agent_console.usage.writing.taking import Taken

TRIES = 3
"""How often a file is read again that somebody else has read on in."""

_PORTION_RESPONSES = 10_000
_PORTION_BYTES = 64 * 1024 * 1024
"""What is taken in one transaction: a fraction of a second, and some megabytes of memory."""
_PORTION_WORTH_IT = 2_000
"""So many responses are taken at once when there is nothing else to do."""


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
        meanwhile: Called when other processes have begun to read.
    """

    def __init__(
        self,
        ledger: Ledger,
        taken: Callable[[Taken, Imported], None],
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        self._ledger = ledger
        self._known = KnownFiles(ledger)
        self._taken = taken
        self._meanwhile = meanwhile

    def run(
        self,
        files: Iterable[TranscriptFile],
        *,
        from_start: bool = False,
        tell_since_ms: int = 0,
    ) -> Imported:
        """Take in what is new in `files`.

        Args:
            files: Transcripts as they are now.
            from_start: Read them from their beginnings, whatever is known.
            tell_since_ms: Rows from this time on are told one by one.

        Raises:
            LedgerError: The ledger cannot be written; what was taken before stays.
            ReaderLostError: A process that reads was ended from outside.
        """
        wanted = self._wanted(files, everything=from_start)
        return self.take_in(wanted, from_start=from_start, tell_since_ms=tell_since_ms)

    def take_in(
        self, wanted: Wanted, *, from_start: bool = False, tell_since_ms: int = 0
    ) -> Imported:
        """The same for files of which it is known how far they have been read."""
        imported = Imported()
        for _ in range(TRIES):
            jobs = [ReadJob(file, known, from_start) for file, known in wanted]
            with self._filling() if is_much(jobs) else nullcontext():
                passed_over = self._carry_out(jobs, imported, tell_since_ms)
            if not passed_over:
                break
            again = [file for file, _ in wanted if file.path in passed_over]
            wanted = self._wanted(again, everything=from_start)
        return imported

    @contextmanager
    def _filling(self) -> Generator[None]:
        """Very much is going to be read, of which nothing makes a cycle and has many parts."""
        collected = gc.isenabled()
        gc.disable()
        try:
            with self._ledger.filling():
                yield
        finally:
            if collected:
                gc.enable()

    def _carry_out(self, jobs: list[ReadJob], imported: Imported, tell_since_ms: int) -> set[str]:
        """Read and take; the files that somebody else has read on in."""
        passed_over: set[str] = set()
        for batch in _portions(read_files(jobs, meanwhile=self._meanwhile)):
            for failure in batch.unreadable:
                imported.unreadable.append(failure)
                self._mark_unreadable(failure)
            passed_over.update(self._take(batch.readings, imported, tell_since_ms))
        return passed_over

    def _wanted(self, files: Iterable[TranscriptFile], *, everything: bool) -> Wanted:
        return self._ledger.writing(lambda: self._known.wanted(files, everything=everything))

    def _mark_unreadable(self, failure: UnreadableFile) -> None:
        self._ledger.writing(lambda: self._known.mark_unreadable(failure))

    def _take(
        self, readings: list[FileReading], imported: Imported, tell_since_ms: int
    ) -> Sequence[str]:
        if not readings:
            return ()
        at_ms = time.time_ns() // 1_000_000
        taken = self._ledger.take(readings, at_ms, tell_since_ms)
        for reading in readings:
            imported.bytes_read += reading.bytes_read
            imported.responses += len(reading.responses)
            imported.files += reading.is_complete
        self._taken(taken, imported)
        return taken.passed_over


def _portions(batches: Iterator[ReadBatch]) -> Iterator[ReadBatch]:
    """Batches joined to what is taken in one transaction; what has come is never lost."""
    portion = ReadBatch()
    responses = 0
    try:
        for batch in batches:
            portion.readings += batch.readings
            portion.unreadable += batch.unreadable
            portion.bytes_read += batch.bytes_read
            responses += sum(len(reading.responses) for reading in batch.readings)
            most = _PORTION_RESPONSES if batch.jobs_done or batch.readings else _PORTION_WORTH_IT
            if responses >= most or portion.bytes_read >= _PORTION_BYTES:
                yield portion
                portion, responses = ReadBatch(), 0
    except ReaderLostError:
        yield portion
        raise
    yield portion
