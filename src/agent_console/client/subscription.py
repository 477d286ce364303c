"""A subscription that outlives its connections, as an async iterator.

It reads its own connection when it is asked for the next change, and needs no task behind it: a
consumer that is slow slows nobody but itself. Rule: it never starts a daemon; see
`client/following.py`, which is the same without an event loop.
"""

from collections import deque
from typing import Self

import anyio
from anyio.abc import SocketStream

from agent_console.client.answers import decoded, good_data, hung_up, line_of, unreachable
from agent_console.client.blocking import SILENCE_SECONDS
from agent_console.client.cursor import Cursor, Disconnected, Followed, Reconnected
from agent_console.client.following import RETRY_SECONDS
from agent_console.client.lines import LineBuffer
from agent_console.client.stream import open_stream
from agent_console.errors import DaemonUnreachableError, ProtocolError, RequestRefusedError
from agent_console.protocol.codec import Answer, Notification, decode_server_line
from agent_console.protocol.messages import Topic


class Subscription:
    """Every change from now on. Use it as an async context manager and iterate over it.

    The first element is a `snapshot` notification. After a loss come `Disconnected`, later
    `Reconnected`, and what was missed; or, when the daemon is another one, a new `snapshot`.
    Iterating raises DaemonUnreachableError only when nobody answered the first time.
    """

    def __init__(self, path: str, topics: tuple[Topic, ...], timeout: float) -> None:
        self._path = path
        self._timeout = timeout
        self._cursor = Cursor(topics)
        self._stream: SocketStream | None = None
        self._lines = LineBuffer()
        self._ready: deque[Followed] = deque()
        self._attempts = 0
        self._began = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        with anyio.move_on_after(1, shield=True):
            await self._hang_up()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Followed:
        while not self._ready:
            try:
                if self._stream is None:
                    await self._begin()
                else:
                    await self._receive(self._stream)
            except (DaemonUnreachableError, ProtocolError, RequestRefusedError) as error:
                if not self._began:
                    raise
                if self._stream is not None:
                    self._ready.append(Disconnected(str(error)))
                    await self._hang_up()
        item = self._ready.popleft()
        if isinstance(item, Notification):
            self._cursor.advance(item)
        return item

    async def _begin(self) -> None:
        """Connect, again if need be, and subscribe where we are."""
        if self._began:
            await anyio.sleep(RETRY_SECONDS[min(self._attempts, len(RETRY_SECONDS) - 1)])
            self._attempts += 1
        stream = await open_stream(self._path, self._timeout)
        try:
            with anyio.fail_after(self._timeout):
                ready = await self._subscribe(stream)
        except TimeoutError as error:
            await anyio.aclose_forcefully(stream)
            raise unreachable(self._path, error) from error
        except BaseException:
            await anyio.aclose_forcefully(stream)
            raise
        if self._began:
            self._ready.append(Reconnected())
        self._ready += ready
        self._stream = stream
        self._began = True
        self._attempts = 0

    async def _subscribe(self, stream: SocketStream) -> list[Notification]:
        """What is known right after SUB."""
        request = self._cursor.request()
        self._lines = LineBuffer()
        ready: list[Notification] = []
        try:
            await stream.send(line_of(request))
            answered = False
            while not answered:
                for line in self._lines.feed(await stream.receive()):
                    message = decode_server_line(line)
                    if isinstance(message, Answer):
                        snapshot = self._cursor.start(decoded(request, good_data(message)))
                        ready += [] if snapshot is None else [snapshot]
                        answered = True
                    elif message is not None:
                        ready.append(message)
        except (anyio.EndOfStream, anyio.BrokenResourceError) as error:
            raise hung_up(self._path) from error
        return ready

    async def _receive(self, stream: SocketStream) -> None:
        try:
            with anyio.fail_after(SILENCE_SECONDS):
                received = await stream.receive()
        except TimeoutError as error:
            raise unreachable(self._path, error) from error
        except (anyio.EndOfStream, anyio.BrokenResourceError) as error:
            raise hung_up(self._path) from error
        for line in self._lines.feed(received):
            message = decode_server_line(line)
            if isinstance(message, Notification):
                self._ready.append(message)

    async def _hang_up(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            await anyio.aclose_forcefully(stream)
