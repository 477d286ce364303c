"""Reads many transcripts with several processes.

Rule: memory stays bounded on both sides: a process that reads waits while nobody takes its batches
(sending.py), and has no more messages of jobs before it than fit into a pipe. All readings of a
file come from one process, in order. This process reads too while nothing has come from the others,
so that no processor waits; it begins at the other end.

The newest files go first, so that files of one time travel and are written together: their rows are
neighbours in the ledger's indexes. Ordered by size, to write them takes a third more.
"""

import fcntl
import os
import selectors
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import FileIO
from typing import cast

from agent_console.usage.helper_program import start_helper
from agent_console.usage.ingest.pipe_messages import (
    LENGTH_BYTES,
    decode_batch,
    encode,
    receive,
    send,
)
from agent_console.usage.ingest.read_jobs import ReadBatch, ReaderLostError, ReadJob, batches
from agent_console.usage.ingest.reading import TranscriptReader

_MESSAGE_BYTES = 4 * 1024 * 1024
_MESSAGE_JOBS = 32
"""Jobs travel together up to this many bytes of transcripts and this many files."""
_LARGE_BYTES = 16 * 1024 * 1024
"""Larger files go before all others: nobody is to wait for one at the end."""
_JOBS_AHEAD = 64
"""A process has so many messages before it at most, and goes on reading during a transaction."""
_JOBS_AHEAD_AT_LEAST = 2
"""And so many while there are any: it does not wait for the next."""
_UNTOLD_PIPE_BYTES = 16 * 1024
"""So much a pipe holds at first where the system does not say (XNU's PIPE_SIZE)."""
_PIPE_BYTES = 1024 * 1024
"""Both pipes hold so much where the system lets them."""


def read_with_processes(
    jobs: list[ReadJob],
    workers: int | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> Iterator[ReadBatch]:
    """Carry out jobs, the newest files first.

    Closing the iterator ends the processes at once. An empty batch says that nothing has come, and
    that there is time to take what came before.

    Args:
        jobs: Which files.
        workers: How many processes; default: one less than there are processors, as somebody has
            to take what they read.
        meanwhile: Called once the processes have something to do; not at all without any.

    Raises:
        ReaderLostError: A process was ended from outside. It is raised when all others are done.
    """
    waiting = _messages(jobs)
    count = workers or max(1, (os.cpu_count() or 1) - 1)
    pool = _Pool(waiting, min(count, len(waiting)), meanwhile)
    try:
        yield from pool.batches()
    finally:
        pool.stop()


def _messages(jobs: list[ReadJob]) -> deque[list[ReadJob]]:
    """Jobs in the portions in which they are given out."""
    messages: deque[list[ReadJob]] = deque()
    portion: list[ReadJob] = []
    size = 0
    for job in sorted(jobs, key=_turn):
        portion.append(job)
        size += job.bytes_to_read
        if size >= _MESSAGE_BYTES or len(portion) >= _MESSAGE_JOBS:
            messages.append(portion)
            portion, size = [], 0
    if portion:
        messages.append(portion)
    return messages


def _turn(job: ReadJob) -> tuple[int, int]:
    """What comes first is less."""
    size = job.bytes_to_read
    return -size if size >= _LARGE_BYTES else 0, -job.file.mtime_ns


class _Worker:
    """One process, and the jobs that it has not ended yet."""

    def __init__(self) -> None:
        self.process = start_helper("agent_console.usage.ingest.worker")
        self.jobs_in = cast("FileIO", self.process.stdin)
        self.batches_out = cast("FileIO", self.process.stdout)
        self.open_jobs: deque[deque[ReadJob]] = deque()
        self._sizes: deque[int] = deque()
        _enlarge(self.batches_out)
        self._room = _enlarge(self.jobs_in)

    def give(self, jobs: list[ReadJob], share: int) -> bool:
        """Let it do these jobs after those it has, if they fit into its pipe; whether they do.

        Args:
            jobs: They travel in one message.
            share: How many messages are left for each process, this one among them: it gets no
                more of the last ones.
        """
        if len(self.open_jobs) >= min(_JOBS_AHEAD, max(share, _JOBS_AHEAD_AT_LEAST)):
            return False
        message = encode(jobs)
        size = len(message) + LENGTH_BYTES
        # The oldest is not in the pipe any more, or leaves it without anybody's help: all that was
        # read before has come back.
        if self.open_jobs and sum(self._sizes) - self._sizes[0] + size > self._room:
            return False
        self.open_jobs.append(deque(jobs))
        self._sizes.append(size)
        with suppress(BrokenPipeError):  # its other pipe says so too
            send(self.jobs_in, message)
        return True

    def ended(self, jobs_done: int) -> None:
        """Forget jobs that it has done."""
        for _ in range(jobs_done):
            self.open_jobs[0].popleft()
        if not self.open_jobs[0]:
            self.open_jobs.popleft()
            self._sizes.popleft()

    def stop(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.process.wait()
        self.batches_out.close()
        try:
            self.jobs_in.close()
        except BrokenPipeError:
            return


def _enlarge(pipe: FileIO) -> int:
    """Let a pipe hold more, where that is possible: Linux, as far as the user may.

    Returns:
        How many bytes it holds, as far as one can tell.
    """
    enlarging, asking = (getattr(fcntl, f"F_{verb}PIPE_SZ", None) for verb in ("SET", "GET"))
    if enlarging is None or asking is None:
        return _UNTOLD_PIPE_BYTES
    with suppress(OSError):
        fcntl.fcntl(pipe, enlarging, _PIPE_BYTES)
    return fcntl.fcntl(pipe, asking)


class _Pool:
    """Some processes and the jobs that nobody has yet."""

    def __init__(
        self,
        waiting: deque[list[ReadJob]],
        workers: int,
        meanwhile: Callable[[], None] | None,
    ) -> None:
        self._waiting = waiting
        self._workers = workers
        self._meanwhile = meanwhile
        self._reader = TranscriptReader()
        self._running: list[_Worker] = []
        self._lost: list[str] = []

    def batches(self) -> Iterator[ReadBatch]:
        """What the processes read, as it comes."""
        with selectors.DefaultSelector() as selector:
            for _ in range(self._workers):
                worker = _Worker()
                self._running.append(worker)
                worker.give(self._waiting.popleft(), 1)
                selector.register(worker.batches_out, selectors.EVENT_READ, worker)
            for worker in self._running:
                self._refill(worker)
            if self._meanwhile is not None:
                self._meanwhile()
            while selector.get_map():
                ready = selector.select(0)
                if not ready:
                    yield ReadBatch()
                    ready = selector.select(0 if self._waiting else None)
                if not ready:
                    yield from batches(self._waiting.pop(), self._reader)
                for key, _ in ready:
                    worker = key.data
                    message = receive(worker.batches_out)
                    if message is None:
                        self._lose(worker)
                        selector.unregister(worker.batches_out)
                        continue
                    batch = decode_batch(message)
                    worker.ended(batch.jobs_done)
                    self._refill(worker)
                    if not worker.open_jobs:
                        selector.unregister(worker.batches_out)
                    yield batch
        self._complain()

    def _refill(self, worker: _Worker) -> None:
        waiting = self._waiting
        while waiting and worker.give(waiting[0], len(waiting) // self._workers):
            waiting.popleft()

    def _lose(self, worker: _Worker) -> None:
        self._lost += [job.file.path for jobs in worker.open_jobs for job in jobs]
        worker.open_jobs.clear()

    def _complain(self) -> None:
        lost = self._lost + [job.file.path for jobs in self._waiting for job in jobs]
        if lost:
            others = f" and {len(lost) - 1} others" if len(lost) > 1 else ""
            raise ReaderLostError(
                f"A process that reads transcripts was ended from outside; {lost[0]}{others} "
                "could not be read to the end. What was read is kept: run it again."
            )

    def stop(self) -> None:
        """End all processes."""
        for worker in self._running:
            worker.stop()
        self._running.clear()
