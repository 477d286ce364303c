"""What goes to a reading process and what comes back, and how both cross a pipe.

Rule: each message is its length in four bytes, then MessagePack; the structs are array-like.
"""

from collections.abc import Iterator
from io import BufferedIOBase, RawIOBase

import msgspec
from msgspec import Struct

from agent_console.usage.ingest.file_reading import FileReading, SourceState
from agent_console.usage.ingest.reading import TranscriptReader
from agent_console.usage.ingest.transcript_file import TranscriptFile, UnreadableFile

LENGTH_BYTES = 4
_BATCH_RESPONSES = 5_000
_BATCH_FILES = 200
_BATCH_BYTES = 16 * 1024 * 1024


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
        if self.known is None or self.from_start or self.known.offset_bytes > self.file.size_bytes:
            return self.file.size_bytes
        return self.file.size_bytes - self.known.offset_bytes


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


encode = msgspec.msgpack.Encoder().encode
decode_jobs = msgspec.msgpack.Decoder(list[ReadJob]).decode
decode_batch = msgspec.msgpack.Decoder(ReadBatch).decode


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
            batch.bytes_read += _bytes_read(reading)
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


def _bytes_read(reading: FileReading) -> int:
    begun = 0 if reading.from_start or reading.before is None else reading.before.offset_bytes
    return reading.after.offset_bytes - begun


def send(pipe: RawIOBase | BufferedIOBase, message: bytes) -> None:
    """Write a message.

    Raises:
        BrokenPipeError: Nobody reads any more.
    """
    left = memoryview(len(message).to_bytes(LENGTH_BYTES, "big") + message)
    while left:
        left = left[pipe.write(left) :]
    pipe.flush()


def receive(pipe: RawIOBase | BufferedIOBase) -> bytearray | None:
    """The next message; null at the end, also at one in the middle of a message."""
    length = _exactly(pipe, LENGTH_BYTES)
    return None if length is None else _exactly(pipe, int.from_bytes(length, "big"))


def _exactly(pipe: RawIOBase | BufferedIOBase, wanted: int) -> bytearray | None:
    message = bytearray(wanted)
    filled = 0
    while filled < wanted:
        read = pipe.readinto(memoryview(message)[filled:])
        if not read:
            return None
        filled += read
    return message
