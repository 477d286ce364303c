"""What is to be read and what comes of it, here or in another process.

Rule: the structs are array-like, for they may cross a pipe.
"""

from collections.abc import Iterator

from msgspec import Struct

from agent_console.errors import AgentConsoleError
from agent_console.usage.ingest.file_prints import has_changed_in_place
from agent_console.usage.ingest.reading import TranscriptReader
from agent_console.usage.ingest.transcript_file import TranscriptFile, UnreadableFile
from agent_console.usage.tables.file_reading import FileReading, SourceState

_BATCH_RESPONSES = 5_000
_BATCH_FILES = 200
_BATCH_BYTES = 16 * 1024 * 1024


class ReaderLostError(AgentConsoleError):
    """A reading process was ended from outside; what had been read before is not lost."""


class ReadJob(Struct, array_like=True, frozen=True, gc=False):
    """A transcript to read on.

    Attributes:
        known: How far it was read; null: never.
        from_start: Read it from its beginning all the same.
    """

    file: TranscriptFile
    known: SourceState | None = None
    from_start: bool = False

    @property
    def bytes_to_read(self) -> int:
        """As far as one can tell before."""
        file, known = self.file, self.known
        if (
            known is None
            or self.from_start
            or known.offset_bytes > file.size_bytes
            or has_changed_in_place(file.size_bytes, file.mtime_ns, known)
        ):
            return file.size_bytes
        return file.size_bytes - known.offset_bytes


class ReadBatch(Struct, array_like=True):
    """Some readings: enough for one transaction.

    Attributes:
        readings: Those of one file are in its order, also from batch to batch.
        jobs_done: How many jobs ended with this batch.
        bytes_read: How much of transcripts was read for it.
    """

    readings: list[FileReading] = []
    unreadable: list[UnreadableFile] = []
    jobs_done: int = 0
    bytes_read: int = 0


def batches(jobs: list[ReadJob], reader: TranscriptReader) -> Iterator[ReadBatch]:
    """Carry out jobs one after the other, in this process."""
    batch = ReadBatch()
    responses = 0
    for job in jobs:
        for reading in reader.readings(job.file, job.known, from_start=job.from_start):
            if isinstance(reading, UnreadableFile):
                batch.unreadable.append(reading)
                continue
            batch.readings.append(reading)
            batch.bytes_read += reading.bytes_read
            responses += len(reading.responses)
            if not reading.is_complete:
                yield batch
                batch, responses = ReadBatch(), 0
        batch.jobs_done += 1
        if (
            responses >= _BATCH_RESPONSES
            or batch.jobs_done >= _BATCH_FILES
            or batch.bytes_read >= _BATCH_BYTES
        ):
            yield batch
            batch, responses = ReadBatch(), 0
    if batch.jobs_done:
        yield batch
