"""`agent-console segment --follow`: the segment again whenever it is another one.

Rule: notifications only say that something may be different; the figures are asked for as the
segment that is printed once asks for them, at most a few times a second. A heartbeat counts too:
limits and the end of a day are told by nothing else.
"""

import time

import anyio
import msgspec

from agent_console.cli.event_loop import run
from agent_console.cli.output import emit, refuse_closed_output
from agent_console.cli.segment_text import segment
from agent_console.client.asynchronous import AsyncClient
from agent_console.client.cursor import Disconnected
from agent_console.client.following import RETRY_SECONDS
from agent_console.errors import DaemonUnreachableError, ProtocolError, RequestRefusedError
from agent_console.protocol.messages import Request, ServerStatus, StatusLine

SHORTEST_SECONDS = 0.25
"""Between two lines."""

NOBODY = StatusLine(event=msgspec.Raw(b'{"session_id":"-"}'))
"""Of a session that nobody has: what it answers of today and of limits is the account's."""

_REFUSALS = (DaemonUnreachableError, ProtocolError, RequestRefusedError)


def follow_segment(form: str, socket: str | None) -> None:
    """Print the segment, and again at each change, until interrupted.

    Args:
        form: One of segment_text.FORMATS.
        socket: The daemon's socket, when it is not the usual one.
    """
    run(_follow, form, socket)


async def _follow(form: str, socket: str | None) -> None:
    changed = _Changed()
    async with AsyncClient(socket) as client, anyio.create_task_group() as tasks:
        tasks.start_soon(_listen, client, changed)
        last = None
        while True:
            line = await _asked(form, client) if changed.connected else segment(form, None, None, 0)
            if line != last:
                emit(line)
                last = line
            else:
                refuse_closed_output()
            await anyio.sleep(SHORTEST_SECONDS)
            await changed.wait()


class _Changed:
    """Whether there may be something new since it was last waited for."""

    def __init__(self) -> None:
        self.connected = True
        self._event = anyio.Event()

    def set(self, *, connected: bool) -> None:
        self.connected = connected
        self._event.set()

    async def wait(self) -> None:
        await self._event.wait()
        self._event = anyio.Event()


async def _asked(form: str, client: AsyncClient) -> str:
    status = await _data(client, ServerStatus())
    spending = None if status is None else await _data(client, NOBODY)
    return segment(form, status, spending, time.time())


async def _data(client: AsyncClient, request: Request) -> object:
    """The data of the answer as JSON has it; null when there is none."""
    try:
        return msgspec.json.decode(await client.request_raw(request))
    except _REFUSALS:
        return None


async def _listen(client: AsyncClient, changed: _Changed) -> None:
    """Tell of everything that may change the segment; wait for a daemon that is not there yet."""
    attempt = 0
    while True:
        try:
            async with client.subscribe(("session", "metadata")) as changes:
                async for item in changes:
                    changed.set(connected=not isinstance(item, Disconnected))
        except _REFUSALS:
            changed.set(connected=False)
            await anyio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
            attempt += 1
