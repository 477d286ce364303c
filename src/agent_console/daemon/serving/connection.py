"""One client's socket: bytes in, whole lines to the actor, answers out.

Rule: writing never waits. What the kernel does not take stays in a backlog that a drain task
empties; while it is not empty nothing more is read, and the actor holds back a client's requests
while it has much to read: a client that does not read cannot make the daemon keep ever more for it.
"""

import select
import socket
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from typing import Protocol

import anyio
from anyio.abc import TaskGroup

from agent_console.daemon.serving.poller import Poller
from agent_console.daemon.serving.subscriptions import Subscription
from agent_console.errors import ProtocolError
from agent_console.protocol.codec import may_be_long
from agent_console.protocol.messages import MAX_HOOK_LINE_BYTES, MAX_LINE_BYTES, Request

READ_BYTES = 64 * 1024
DISCARD_SECONDS = 1.0
MAX_QUEUED_REQUESTS = 1_000
"""Requests that may wait, for the ledger or behind an UPSERT, before no more is read."""


class Inbox(Protocol):
    """Where a connection hands what it has read: the actor.

    Attributes:
        poller: Says when there is something to read.
    """

    poller: Poller

    def receive(self, connection: "Connection", data: bytes) -> None:
        """Take what has been read, to be applied in the next turn; nothing means the end."""
        ...

    def drained(self, connection: "Connection") -> None:
        """The connection's backlog is empty again."""
        ...


class Connection:
    """A connected client, read as the poller says and written to by the actor.

    Attributes:
        subscription: Set while the client subscribes.
        in_flight: Requests the ledger has not answered yet.
        queue: What came after them and must wait, in order.
        send_at_once: Hands bytes to the kernel; how many it took. Raises OSError.
        backlog: Bytes the kernel has not taken yet.
        outgoing: Lines of this turn, which come after those; `flush_all` hands them to the kernel.
        between_lines: What comes next begins a line, and is taken.
        refused: A line was too long; after its answer nothing more is taken.
        ended: The actor has seen the end of what the client sends.
    """

    def __init__(self, sock: socket.socket, inbox: Inbox) -> None:
        sock.setblocking(False)
        self._socket = sock
        self.send_at_once = sock.send
        self._inbox = inbox
        self._tasks: TaskGroup | None = None
        self._partial = bytearray()
        self._resume: anyio.Event | None = None
        self._at_end = False
        self._draining = False
        self.between_lines = True
        self.refused = False
        self.open = True
        self.ended = False
        self.backlog = bytearray()
        self.outgoing = bytearray()
        self.subscription: Subscription | None = None
        self.in_flight = 0
        self.queue: deque[Request | ProtocolError] = deque()

    @property
    def _congested(self) -> bool:
        """Whether the client must read, or the ledger answer, before more is taken."""
        return bool(self.backlog) or self.in_flight + len(self.queue) > MAX_QUEUED_REQUESTS

    @property
    def owed(self) -> bool:
        """Whether the client has asked something that has no answer yet."""
        return self.open and (self.in_flight > 0 or len(self.queue) > 0)

    @property
    def unsent(self) -> int:
        """How many bytes the client has to read before it has read all."""
        return len(self.backlog) + len(self.outgoing)

    @property
    def _unanswered(self) -> bool:
        return self.in_flight > 0 or len(self.queue) > 0 or bool(self.backlog)

    async def run(self) -> None:
        """Read until the client leaves or the daemon ends."""
        try:
            async with anyio.create_task_group() as tasks:
                self._tasks = tasks
                if self.backlog:
                    self._start_draining(tasks)
                with suppress(OSError):  # the client is gone; there is nobody to tell
                    await self._read()
                tasks.cancel_scope.cancel()
        finally:
            self.open = False
            self._socket.close()

    def close(self) -> None:
        """End the connection."""
        self.open = False
        if self._tasks is not None:
            self._tasks.cancel_scope.cancel()

    async def _read(self) -> None:
        while not self._at_end:
            await self._inbox.poller.each_time_readable(self._socket.fileno(), self._take)
            while self._congested:
                await self._resumed()
        # A client may only have ended its sending: it is still answered, and told what it
        # subscribed to (each heartbeat shows whether it is still there).
        while not self.ended or self._unanswered or self._listens():
            await self._resumed()

    def _take(self) -> bool:
        """Hand over what can be read; whether to go on reading."""
        # Since the last read the actor has had its turn: now it is known what it left.
        if (self.backlog or self.queue or self.in_flight) and self._congested:
            return False
        try:
            data = self._socket.recv(READ_BYTES)
        except BlockingIOError:
            return True
        self._inbox.receive(self, data)  # which drops it, after a line that was refused
        if data:
            return True
        self._at_end = True
        return False

    def _listens(self) -> bool:
        """Whether a subscriber that sends no more still reads."""
        if self.subscription is None:
            return False
        poll = select.poll()
        poll.register(self._socket, 0)
        return not any(events & (select.POLLHUP | select.POLLERR) for _, events in poll.poll(0))

    def take_sent(self) -> None:
        """Hand in what the client has sent by now: the daemon is about to stop reading."""
        if not self.open or self.refused:
            return
        try:
            data = self._socket.recv(MAX_LINE_BYTES)
        except OSError:
            return
        if data:
            self._inbox.receive(self, data)

    async def _leave(self) -> None:
        """Let the answer to a refused line be heard, while its rest is dropped; then hang up."""
        await anyio.sleep(DISCARD_SECONDS)
        while self.owed and not self.backlog:
            await self._resumed()
        self.close()

    async def _resumed(self) -> None:
        if self._resume is None or self._resume.is_set():
            self._resume = anyio.Event()
        await self._resume.wait()

    def resume(self) -> None:
        """What held the reader back may be over."""
        if self._resume is not None:
            self._resume.set()

    def lines(self, data: bytes) -> list[bytes]:
        """The lines completed by these bytes; one that is too long is refused and is the last."""
        if self.refused:
            return []
        if self._partial:
            self._partial += data
            if b"\n" not in data:
                self._refuse_if_long(self._partial)
                return []
            data = bytes(self._partial)
            self._partial = bytearray()
        *lines, rest = data.split(b"\n")
        if rest:
            self._partial += rest
        if len(data) > MAX_LINE_BYTES:
            for index, line in enumerate(lines):
                if self._refuse_if_long(line):
                    return lines[:index]
            self._refuse_if_long(self._partial)
        self.between_lines = not self._partial and not self.refused
        return lines

    def _refuse_if_long(self, line: bytes | bytearray) -> bool:
        if len(line) <= MAX_LINE_BYTES:
            return False
        limit = MAX_HOOK_LINE_BYTES if may_be_long(line[:64]) else MAX_LINE_BYTES
        if len(line) <= limit:
            return False
        self.refused = True
        self.between_lines = False
        self._partial = bytearray()
        if self._tasks is not None:
            self._tasks.start_soon(self._leave)
        return True

    def write(self, line: bytes) -> None:
        """Send a line at the end of this turn, in one piece with all the others."""
        self.outgoing += line

    def send(self, data: bytes | bytearray) -> None:
        """Hand bytes to the kernel, after those of this turn."""
        if self.outgoing or self.backlog or not self.open:
            self.send_later(data)
        else:
            hand_over(((self, data),))

    def send_later(self, data: bytes | bytearray) -> None:
        """Send bytes behind all others that wait; to a client that has gone, nothing."""
        if not self.open:
            self.queue.clear()
            return
        if self.outgoing:
            data = self.outgoing + data
            self.outgoing = bytearray()
        if self.backlog:
            self.backlog += data
        else:
            self.send(data)

    def fall_behind(self, data: bytes | bytearray) -> None:
        """The kernel does not take these bytes yet: send them when it does."""
        self.backlog += data
        if self._tasks is not None:
            self._start_draining(self._tasks)

    def _start_draining(self, tasks: TaskGroup) -> None:
        if not self._draining:
            self._draining = True
            tasks.start_soon(self._drain)

    async def _drain(self) -> None:
        try:
            while self.backlog:
                await anyio.wait_writable(self._socket)
                try:
                    with memoryview(self.backlog) as view:
                        sent = self._socket.send(view)
                except BlockingIOError:
                    continue
                del self.backlog[:sent]
        except OSError:
            self.close()
        finally:
            self._draining = False
        self.resume()
        self._inbox.drained(self)


def flush_all(connections: Iterable[Connection]) -> None:
    """Hand this turn's lines to the kernel, as many bytes as it takes without waiting."""
    handed: list[tuple[Connection, bytearray]] = []
    for connection in connections:
        data = connection.outgoing
        if data:
            connection.outgoing = bytearray()
            if connection.backlog or not connection.open:
                connection.send_later(data)
            else:
                handed.append((connection, data))
    hand_over(handed)


def hand_over(handed: Iterable[tuple[Connection, bytes | bytearray]]) -> None:
    """Hand bytes to the kernel for clients of whom none has anything else to be sent first."""
    for connection, data in handed:
        try:
            sent = connection.send_at_once(data)
        except BlockingIOError:
            connection.fall_behind(data)
        except OSError:
            connection.close()
        else:
            if sent != len(data):
                connection.fall_behind(data[sent:])
