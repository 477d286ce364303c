"""Stand-in until there are processes."""

from collections.abc import Iterator, Sequence

from agent_console.usage.ingest.file_reading import FileReading, SourceState
from agent_console.usage.ingest.reading import TranscriptReader
from agent_console.usage.ingest.transcript_file import TranscriptFile, UnreadableFile


def worth_processes(size_bytes: int) -> bool:
    """No."""
    return size_bytes < 0


def read_in_processes(
    wanted: "Sequence[tuple[TranscriptFile, SourceState | None]]",
) -> Iterator[FileReading | UnreadableFile]:
    """Here."""
    reader = TranscriptReader()
    for file, known in wanted:
        yield from reader.readings(file, known)
