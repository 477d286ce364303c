"""A connection for programs with an event loop.

Rule: whoever is cancelled, and whenever, leaves nothing behind in the loop. anyio's own stream of a
Unix socket lets asyncio tell of an error when bytes come as its reader is cancelled (4.16: the
loop sets the result of a future that has none any more); its `wait_readable` does not.
"""

import socket

import anyio
from anyio.lowlevel import checkpoint

from agent_console.client.answers import unreachable

_RECEIVE_BYTES = 65_536
_AGAIN_SECONDS = 0.02
"""A daemon whose queue of callers is full is called again after so long."""


async def open_stream(path: str, within_seconds: float) -> "DaemonStream":
    """A connected stream.

    Raises:
        DaemonUnreachableError: Nobody took the call in time.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.setblocking(False)
        with anyio.fail_after(within_seconds):
            await checkpoint()
            while not _is_taken(connection, path):  # noqa: ASYNC110 - the system tells nobody
                await anyio.sleep(_AGAIN_SECONDS)
    except OSError as error:
        connection.close()
        raise unreachable(path, error) from error
    except BaseException:
        connection.close()
        raise
    return DaemonStream(connection)


class DaemonStream:
    """A connected socket. At a time one task receives from it, and one sends."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    async def receive(self) -> bytes:
        """What has come, at least one byte.

        Raises:
            EndOfStream: The daemon has hung up.
            BrokenResourceError: The connection has failed.
            ClosedResourceError: We have hung up.
        """
        await checkpoint()
        while True:
            try:
                received = self._socket.recv(_RECEIVE_BYTES)
            except BlockingIOError:
                await anyio.wait_readable(self._socket)
            except OSError as error:
                raise self._failure() from error
            else:
                if not received:
                    raise anyio.EndOfStream
                return received

    async def send(self, data: bytes) -> None:
        """Send all of it.

        Raises:
            BrokenResourceError: The connection has failed.
            ClosedResourceError: We have hung up.
        """
        await checkpoint()
        unsent = memoryview(data)
        while unsent:
            try:
                unsent = unsent[self._socket.send(unsent) :]
            except BlockingIOError:
                await anyio.wait_writable(self._socket)
            except OSError as error:
                raise self._failure() from error

    def close(self) -> None:
        """Hang up; whoever waits for the stream is told. A second call does nothing."""
        if self._socket.fileno() >= 0:
            anyio.notify_closing(self._socket)
            self._socket.close()

    def _failure(self) -> Exception:
        return (
            anyio.ClosedResourceError()
            if self._socket.fileno() < 0
            else anyio.BrokenResourceError()
        )


def _is_taken(connection: socket.socket, path: str) -> bool:
    try:
        connection.connect(path)
    except BlockingIOError:
        return False
    return True
