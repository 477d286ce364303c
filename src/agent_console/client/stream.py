"""A connection for programs with an event loop.

Rule: whatever goes wrong leaves as DaemonUnreachableError, with a sentence that says what to do.
"""

import anyio
from anyio.abc import SocketStream

from agent_console.client.answers import unreachable


async def open_stream(path: str, within_seconds: float) -> SocketStream:
    """A connected stream.

    Raises:
        DaemonUnreachableError: Nobody took the call in time.
    """
    try:
        with anyio.fail_after(within_seconds):
            return await anyio.connect_unix(path)
    except OSError as error:
        raise unreachable(path, error) from error
