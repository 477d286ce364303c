"""Notices when the process of a session ends, however it ends.

Rule: on Linux the end is an event (pidfd); elsewhere it is looked for once a second, and only while
there are sessions.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress

import anyio
from anyio.abc import TaskGroup

from agent_console.daemon.process_identity import is_alive, process_start

_POLL_SECONDS = 1.0


class ProcessWatch:
    """Watches a changing set of processes and reports each end once."""

    def __init__(self, tasks: TaskGroup, ended: Callable[[int], None]) -> None:
        self._tasks = tasks
        self._ended = ended
        self._watched: dict[int, anyio.CancelScope] = {}

    def watch_exactly(self, pids: set[int]) -> None:
        """From now on watch these and no others."""
        for pid in self._watched.keys() - pids:
            self._watched.pop(pid).cancel()
        for pid in pids - self._watched.keys():
            scope = self._watched[pid] = anyio.CancelScope()
            self._tasks.start_soon(self._watch, pid, scope)

    async def _watch(self, pid: int, scope: anyio.CancelScope) -> None:
        with scope:
            await _wait_for_exit(pid)
        if self._watched.get(pid) is scope:
            del self._watched[pid]
            self._ended(pid)


async def _wait_for_exit(pid: int) -> None:
    """Return when the process has ended."""
    start = process_start(pid)
    if not is_alive(pid, start):
        return
    descriptor = _descriptor_of(pid)
    if descriptor is None:
        while is_alive(pid, start):  # noqa: ASYNC110 - nobody tells us
            await anyio.sleep(_POLL_SECONDS)
        return
    try:
        await anyio.wait_readable(descriptor)
    finally:
        os.close(descriptor)


def _descriptor_of(pid: int) -> int | None:
    """What becomes readable when the process ends; null when the system gives no such thing."""
    descriptor: int | None = None
    if sys.platform == "linux":
        with suppress(OSError):  # gone since, or no descriptors left: looking again tells which
            descriptor = os.pidfd_open(pid)
    return descriptor
