"""How a program with an event loop (asyncio or trio) talks to the daemon.

Many tasks share one connection; it is made when first needed and made again after a loss. A request
that was under way then fails: only its caller knows whether it may be sent twice. Rule: a line is
sent whole or the connection is given up, whatever is cancelled when.
"""

from itertools import count
from typing import Any, Self, TypeVar

import anyio
from anyio.abc import SocketStream, TaskGroup
from msgspec import Raw, structs

from agent_console.client.answers import decoded, good_data, hung_up, line_of, unreachable
from agent_console.client.blocking import TIMEOUT_SECONDS
from agent_console.client.lines import LineBuffer
from agent_console.client.stream import open_stream
from agent_console.client.subscription import Subscription
from agent_console.errors import AgentConsoleError, ProtocolError, RequestRefusedError
from agent_console.paths import socket_path
from agent_console.protocol.codec import Answer, Notification, decode_server_line
from agent_console.protocol.messages import (
    TOPICS,
    RequestBase,
    Topic,
)

T = TypeVar("T")


class AsyncClient:
    """The daemon, for any number of tasks. Use it as an async context manager.

    Args:
        given: The socket's path, when it is not the usual one.
        timeout: Seconds each answer may take.

    Raises:
        ConfigError: The path is too long for a socket.
    """

    def __init__(self, given: str | None = None, timeout: float = TIMEOUT_SECONDS) -> None:
        self.path = socket_path(given)
        self._timeout = timeout
        self._connection: _Connection | None = None
        self._connecting: anyio.Lock | None = None

    async def __aenter__(self) -> Self:
        # Not before: a client can be made where no event loop runs yet.
        self._connecting = anyio.Lock()
        self._tasks: TaskGroup = anyio.create_task_group()
        await self._tasks.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._tasks.cancel_scope.cancel()
        # Not told of the body's exception: it is the caller's own and stays out of a group.
        await self._tasks.__aexit__(None, None, None)  # noqa: ASYNC102 - all in it is cancelled

    async def start_daemon(self) -> None:
        """Have a daemon run: start one when there is none.

        Raises:
            DaemonUnreachableError: None could be started.
        """
        from agent_console.client.starting import connect_or_start  # noqa: PLC0415 - rarely needed

        client = await anyio.to_thread.run_sync(connect_or_start, self.path, self._timeout)
        client.close()

    async def request(self, request: RequestBase[T]) -> T:
        """Send one request and wait for its answer.

        SUB is not among them: see `subscribe`.

        Raises:
            RequestRefusedError: The daemon said no.
            DaemonUnreachableError: Nobody is there, it did not answer in time, or it went away.
            ProtocolError: It said something that is no answer.
        """
        return decoded(request, await self.request_raw(request))

    async def request_raw(self, request: RequestBase[Any]) -> Raw:
        """Like `request`, with the answer's data as the daemon wrote it."""
        connection = await self._connected()
        return good_data(await connection.exchange(request))

    def subscribe(self, topics: tuple[Topic, ...] = TOPICS) -> Subscription:
        """Every change from now on, over a connection of its own."""
        return Subscription(self.path, topics, self._timeout)

    async def _connected(self) -> "_Connection":
        if self._connecting is None:
            raise RuntimeError(
                "Enter the client before you ask: `async with AsyncClient() as client`."
            )
        async with self._connecting:
            if self._connection is None or self._connection.lost is not None:
                stream = await open_stream(self.path, self._timeout)
                self._connection = _Connection(stream, self.path, self._timeout)
                self._tasks.start_soon(self._connection.read)
            return self._connection


class _Waiting:
    """A request that is under way."""

    def __init__(self) -> None:
        self.done = anyio.Event()
        self.outcome: Answer | AgentConsoleError | None = None

    def settle(self, outcome: Answer | AgentConsoleError) -> None:
        if self.outcome is None:
            self.outcome = outcome
            self.done.set()


class _Connection:
    """One connection and the requests that are under way on it.

    Attributes:
        lost: Why it can no longer be used.
    """

    def __init__(self, stream: SocketStream, path: str, timeout: float) -> None:
        self.lost: AgentConsoleError | None = None
        self._stream = stream
        self._path = path
        self._timeout = timeout
        self._numbers = count(1)
        self._waiting: dict[int, _Waiting] = {}
        self._sending = anyio.Lock()

    async def exchange(self, request: RequestBase[Any]) -> Answer:
        """The answer to one request; others go on meanwhile."""
        number = next(self._numbers)
        line = line_of(structs.replace(request, id=number))
        waiting = self._waiting[number] = _Waiting()
        try:
            with anyio.move_on_after(self._timeout):
                await self._send(line)
                await waiting.done.wait()
        finally:
            del self._waiting[number]
        match waiting.outcome:
            case Answer() as answer:
                return answer
            case None:
                raise unreachable(self._path, TimeoutError())
            case error:
                raise error

    async def _send(self, line: bytes) -> None:
        async with self._sending:
            if self.lost is not None:
                return
            try:
                # Half a line would garble all that follow: once begun, it is sent or we hang up.
                with anyio.fail_after(self._timeout, shield=True):
                    await self._stream.send(line)
            except TimeoutError as error:
                await self._lose(unreachable(self._path, error))
            except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                # The reader finds the end itself, after what the daemon said before it.
                return

    async def read(self) -> None:
        """Take answers until the connection ends."""
        lines = LineBuffer()
        reason: AgentConsoleError = hung_up(self._path)
        try:
            while True:
                for line in lines.feed(await self._stream.receive()):
                    self._take(line)
        except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
            pass
        except (ProtocolError, RequestRefusedError) as error:
            reason = error
        finally:
            with anyio.move_on_after(1, shield=True):
                await self._lose(reason)

    def _take(self, line: bytes) -> None:
        message = decode_server_line(line)
        if message is None or isinstance(message, Notification):
            return
        if isinstance(message.id, int) and message.id in self._waiting:
            self._waiting[message.id].settle(message)
        elif message.id is None:
            # A refusal of the connection, not of a request: `forbidden`, `overloaded`.
            good_data(message)

    async def _lose(self, reason: AgentConsoleError) -> None:
        if self.lost is None:
            self.lost = reason
        for waiting in self._waiting.values():
            waiting.settle(self.lost)
        await anyio.aclose_forcefully(self._stream)
