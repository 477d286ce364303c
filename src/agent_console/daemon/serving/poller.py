"""All clients' sockets behind one descriptor, which is all that the event loop watches.

Rule: what is ready is read in one go and carried out at once, turn after turn, as long as more
comes. asyncio's own way from a descriptor to a callback, and then to the task of the turn, costs a
lone client's request a third of its time, and makes the daemon want uvloop.
"""

import select
import selectors
import sys
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Protocol

import anyio

from agent_console.daemon.serving.readable import each_time_readable

CROWD = 128
"""How many clients share a turn at most."""
PATIENCE = 32
"""How often to look before the event loop sleeps: about 20 µs after each turn.

A client that asks again at once does so within that time, and to be woken on another core takes
longer than to look.
"""
SOON_SECONDS = 50e-6
"""It is looked again only while the last wait was no longer than this. Where others need the
processor too, clients take longer to ask, and who has looked in vain is then woken later than who
has slept."""
ROUNDS_SECONDS = 500e-6
"""For so long turn may follow turn before all else that the event loop does gets its own."""


class Watcher(Protocol):
    """What of `select.epoll` is used."""

    def fileno(self) -> int:
        """Can be read itself when something watched can be."""
        ...

    def register(self, fd: int, eventmask: int, /) -> None:
        """Watch a descriptor."""
        ...

    def unregister(self, fd: int, /) -> None:
        """Watch it no longer."""
        ...

    def poll(self, timeout: float, maxevents: int, /) -> Iterable[tuple[int, int]]:
        """What is ready: descriptors, and how; empty when nothing is."""
        ...

    def close(self) -> None:
        """Let go of its own descriptor."""
        ...


class OtherWatcher:
    """The same by what systems without epoll have, such as kqueue."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self.fileno = self._selector.fileno
        self.close = self._selector.close

    def register(self, fd: int, eventmask: int, /) -> None:  # noqa: ARG002 - as epoll has it
        """Watch a descriptor."""
        self._selector.register(fd, selectors.EVENT_READ)

    def unregister(self, fd: int, /) -> None:
        """Watch it no longer."""
        self._selector.unregister(fd)

    def poll(self, timeout: float, maxevents: int, /) -> list[tuple[int, int]]:
        """What is ready: descriptors, and how."""
        return [(key.fd, events) for key, events in self._selector.select(timeout)[:maxevents]]


class _Reader:
    """Somebody who takes what one socket has, until `take` gives False or raises."""

    __slots__ = ("done", "failure", "take")

    def __init__(self, take: Callable[[], bool]) -> None:
        self.take = take
        self.done = anyio.Event()
        self.failure: Exception | None = None


class Poller:
    """Says each time a socket can be read, and then that all have been.

    Args:
        turn: Carries out what was taken. It is given the time since when that has been there, and
            gives the time when it is done, both by `time.perf_counter`.
        may_look: Whether the processor may be used to look for more. Where another thread of this
            process has work, looking takes the interpreter from it.
    """

    def __init__(self, turn: Callable[[float], float], may_look: Callable[[], bool]) -> None:
        self._turn = turn
        self._may_look = may_look
        self._readers: dict[int, _Reader] = {}
        self._rested_at = 0.0
        self._watcher: Watcher
        if sys.platform == "linux":
            self._watcher = select.epoll()
        else:
            self._watcher = OtherWatcher()

    async def run(self) -> None:
        """Serve for ever."""
        await each_time_readable(self._watcher.fileno(), self._serve)

    def close(self) -> None:
        """Watch nothing any more: nobody runs this and nobody reads."""
        self._watcher.close()

    async def each_time_readable(self, descriptor: int, take: Callable[[], bool]) -> None:
        """Call `take` each time this can be read, until it gives False.

        Args:
            descriptor: Of a socket that does not block; nobody else waits to read from it.
            take: Reads without waiting. What it raises is raised here.
        """
        reader = _Reader(take)
        self._watcher.register(descriptor, selectors.EVENT_READ)
        self._readers[descriptor] = reader
        try:
            await reader.done.wait()
        finally:
            self._forget(descriptor)
        if reader.failure is not None:
            raise reader.failure

    def _forget(self, descriptor: int) -> None:
        if self._readers.pop(descriptor, None) is not None:
            self._watcher.unregister(descriptor)

    def _serve(self) -> bool:
        """Have what has come taken and carried out, then what comes meanwhile."""
        poll = self._watcher.poll
        began = at = perf_counter()
        soon = began - self._rested_at < SOON_SECONDS
        ready = poll(0, CROWD)
        while ready:
            self._take(ready)
            at = self._turn(at)
            if at - began > ROUNDS_SECONDS or not self._may_look():
                break
            for _ in range(PATIENCE if soon else 1):
                ready = poll(0, CROWD)
                if ready:
                    break
            soon = True
            at = perf_counter()
        self._rested_at = at
        return True

    def _take(self, ready: Iterable[tuple[int, int]]) -> None:
        readers = self._readers
        for descriptor, _ in ready:
            reader = readers[descriptor]
            try:
                if reader.take():
                    continue
            except Exception as error:  # noqa: BLE001 - it is raised where this was waited for
                reader.failure = error
            self._forget(descriptor)
            reader.done.set()
