"""Reads transcripts: in this process, or with several when it is much.

Rule: processes and pipes are imported only then; most often there is one new line in one file.
"""

from collections.abc import Callable, Iterable, Iterator

from agent_console.usage.ingest.read_jobs import ReadBatch, ReadJob, batches
from agent_console.usage.ingest.reading import TranscriptReader

IN_PROCESS_BYTES = 8 * 1024 * 1024
"""Less than this is read sooner than a process starts."""


def is_much(jobs: Iterable[ReadJob]) -> bool:
    """Whether processes are started for these jobs."""
    return sum(job.bytes_to_read for job in jobs) >= IN_PROCESS_BYTES


def read_files(
    jobs: list[ReadJob],
    workers: int | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> Iterator[ReadBatch]:
    """Carry out jobs: in this process, or with several when it is much; see pool.py.

    Args:
        jobs: Which files.
        workers: How many processes; null: as many as are of use.
        meanwhile: Called once other processes have something to do; not at all without any.

    Raises:
        ReaderLostError: A process was ended from outside. It is raised when all others are done.
    """
    if not is_much(jobs):
        return batches(jobs, TranscriptReader())
    from agent_console.usage.ingest.pool import read_with_processes  # noqa: PLC0415 - rarely needed

    return read_with_processes(jobs, workers, meanwhile)
