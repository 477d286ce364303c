"""How a program without an event loop talks to the daemon: one connection, answers in order.

Rule: nothing heavy is imported here (no event loop, no subprocess), because every terminal command
pays for it. A client that lost step with its daemon is closed, never used again.
"""

import select
import socket
import struct
from collections import deque
from collections.abc import Iterator, Sequence
from time import monotonic
from typing import Any, Self, TypeVar

from msgspec import Raw

from agent_console.client.answers import decoded, good_data, hung_up, line_of, unreachable
from agent_console.client.lines import LineBuffer
from agent_console.errors import RequestRefusedError
from agent_console.paths import socket_path
from agent_console.protocol.codec import Answer, Notification, decode_server_line
from agent_console.protocol.messages import (
    TOPICS,
    RequestBase,
    Since,
    Snapshot,
    Subscribe,
    Topic,
)

T = TypeVar("T")

TIMEOUT_SECONDS = 5.0
"""How long a daemon may take to accept us, and how long it may be silent before an answer."""

SILENCE_SECONDS = 45.0
"""A subscription that hears nothing for three heartbeats has lost its daemon."""

_RECEIVE_BYTES = 256 * 1024

_LAST_WORDS = {"frame_too_large", "forbidden", "overloaded", "shutting_down"}
"""Refusals after which the daemon may hang up."""


def connect(given: str | None = None, timeout: float = TIMEOUT_SECONDS) -> "BlockingClient":
    """A client of the daemon that runs now.

    Args:
        given: The socket's path, when it is not the usual one.
        timeout: Seconds.

    Raises:
        DaemonUnreachableError: None answers there.
        ConfigError: The path is too long for a socket.
    """
    path = socket_path(given)
    try:
        return BlockingClient(open_socket(path, timeout), path, timeout)
    except OSError as error:
        raise unreachable(path, error) from error


def open_socket(path: str, timeout: float) -> socket.socket:
    """A connected socket.

    Raises:
        OSError: Nobody took the call; FileNotFoundError or ConnectionRefusedError when nobody is
            there, BlockingIOError when somebody is and did not take it in time.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # Not settimeout: on a non-blocking Unix socket a full backlog fails at once.
        wait = struct.pack("ll", int(timeout), int(timeout % 1 * 1_000_000))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, wait)
        connection.connect(path)
        connection.setblocking(False)
    except BaseException:
        connection.close()
        raise
    return connection


class BlockingClient:
    """One connection to the daemon. Not for use by several threads at once."""

    def __init__(self, connection: socket.socket, path: str, timeout: float) -> None:
        self.path = path
        self._socket = connection
        self._timeout = timeout
        self._lines = LineBuffer()
        self._answers: deque[Answer] = deque()
        self._notifications: deque[Notification] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def request(self, request: RequestBase[T]) -> T:
        """Send one request and wait for its answer.

        Raises:
            RequestRefusedError: The daemon said no.
            DaemonUnreachableError: It was silent for too long, or went away.
            ProtocolError: It said something that is no answer.
        """
        return decoded(request, self.request_raw(request))

    def request_raw(self, request: RequestBase[Any]) -> Raw:
        """Like `request`, with the answer's data as the daemon wrote it."""
        return good_data(self._exchange([request])[0])

    def requests(self, requests: Sequence[RequestBase[Any]]) -> list[Any]:
        """Send many requests at once and wait for all answers.

        Returns:
            In order, what `request` would give; a refusal stands in its place as the
            RequestRefusedError, so that one does not hide the others.
        """
        results: list[Any] = []
        for request, answer in zip(requests, self._exchange(requests), strict=True):
            try:
                results.append(decoded(request, good_data(answer)))
            except RequestRefusedError as refusal:
                results.append(refusal)
        return results

    def subscribe(
        self, topics: tuple[Topic, ...] = TOPICS, since: Since | None = None
    ) -> Iterator[Notification]:
        """Every change from now on, until the connection ends.

        The first notification is the `snapshot` that SUB is answered with; with `since`, when
        nothing has to be sent again, it is empty and says `resync: false`.

        Raises:
            DaemonUnreachableError: The daemon went away, or was silent for three heartbeats.
        """
        snapshot = self.request(Subscribe(topics=topics, since=since))
        # A generator of its own: SUB is sent now, not when somebody asks for the first element.
        return self._stream(snapshot)

    def _stream(self, snapshot: Snapshot) -> Iterator[Notification]:
        yield Notification("snapshot", snapshot.seq, snapshot.epoch, snapshot)
        while (notification := self.next_notification(SILENCE_SECONDS)) is not None:
            yield notification
        raise unreachable(self.path, TimeoutError())

    def next_notification(self, timeout: float) -> Notification | None:
        """The next notification of a subscription, or None when `timeout` seconds brought none.

        Raises:
            DaemonUnreachableError: The daemon went away.
        """
        deadline = monotonic() + timeout
        while not self._notifications:
            if not self._wait(select.POLLIN, deadline - monotonic()):
                return None
            if not self._receive():
                self.close()
                raise hung_up(self.path)
        return self._notifications.popleft()

    def wait_for_hangup(self, timeout: float) -> bool:
        """Whether the daemon closed the connection within `timeout` seconds."""
        deadline = monotonic() + timeout
        while self._wait(select.POLLIN, deadline - monotonic()):
            if not self._receive():
                return True
        return False

    def _exchange(self, requests: Sequence[RequestBase[Any]]) -> list[Answer]:
        """Send all, receive as many answers.

        Sending and receiving go on side by side: a daemon that waits for us to read its answers
        must not wait for ever while we wait for it to read our requests.
        """
        unsent = memoryview(b"".join(line_of(request) for request in requests))
        complete = False
        try:
            while len(self._answers) < len(requests):
                wanted = select.POLLIN | (select.POLLOUT if unsent else 0)
                ready = self._wait(wanted, self._timeout)
                if not ready:
                    raise unreachable(self.path, TimeoutError())
                if unsent and ready & ~select.POLLIN:
                    unsent = self._send(unsent)
                if ready & ~select.POLLOUT and not self._receive():
                    break
            complete = len(self._answers) >= len(requests)
        finally:
            if not complete:
                self.close()
        if not complete:
            return self._too_few(len(requests))
        return [self._answers.popleft() for _ in requests]

    def _too_few(self, expected: int) -> list[Answer]:
        """The daemon hung up in the middle: its last word, if it was a refusal, says why."""
        answers = list(self._answers)
        if answers and (refusal := answers[-1].error) and refusal.code in _LAST_WORDS:
            return answers + [answers[-1]] * (expected - len(answers))
        raise hung_up(self.path)

    def _wait(self, events: int, timeout: float) -> int:
        """The events that came within `timeout` seconds, 0 when none did."""
        if self._socket.fileno() < 0:
            raise hung_up(self.path)
        poll = select.poll()
        poll.register(self._socket, events)
        ready = poll.poll(max(0.0, timeout) * 1000)
        return ready[0][1] if ready else 0

    def _send(self, unsent: memoryview) -> memoryview:
        try:
            return unsent[self._socket.send(unsent) :]
        except BlockingIOError:
            return unsent
        except OSError:
            # It no longer listens; what it said before it closed is still to be read.
            return unsent[:0]

    def _receive(self) -> bool:
        """Take what has come. False at the end of the connection."""
        try:
            received = self._socket.recv(_RECEIVE_BYTES)
        except BlockingIOError:
            return True
        except OSError:
            received = b""
        for line in self._lines.feed(received):
            self._take(line)
        return bool(received)

    def _take(self, line: bytes) -> None:
        message = decode_server_line(line)
        if isinstance(message, Notification):
            self._notifications.append(message)
        elif message is not None:
            self._answers.append(message)
