"""The monitor as it runs: it listens to the daemon, asks the ledger, and shows what is different.

Rule: notifications only say that something happened; every figure is asked of the ledger. It
outlives daemons, and what a person reads changes only when something has changed.
"""

import signal
import time
from collections.abc import Callable

import anyio

from agent_console.board.feed import Feed
from agent_console.cli.monitor.view import EVENTS, View
from agent_console.client.asynchronous import AsyncClient
from agent_console.client.cache import SessionCache
from agent_console.client.cursor import Disconnected, Followed, Reconnected
from agent_console.errors import LedgerError
from agent_console.model.usage import UsageEntry
from agent_console.protocol.messages import Snapshot
from agent_console.usage.insight.pace import NOTHING_YET, Now, now, recent_usage
from agent_console.usage.reports.reading import answered
from agent_console.usage.reports.zone import Zone

SHORTEST_SECONDS = 0.25
"""Between two pictures."""

LONGEST_SECONDS = 10.0
"""A pace falls while nothing happens."""


class Monitor:
    """Watches.

    Args:
        socket: The daemon's socket, when it is not the usual one.
        database: The ledger.
        zone: Where days are cut.
        show: Called with each view that may be different.
    """

    def __init__(
        self, socket: str | None, database: str, zone: Zone, show: Callable[[View], None]
    ) -> None:
        self._socket = socket
        self._database = database
        self._zone = zone
        self._show = show
        self._cache = SessionCache()
        self._feed = Feed()
        self._now = NOTHING_YET
        self._problem: str | None = None
        self._changed = anyio.Event()
        self._ready = anyio.Event()

    async def once(self) -> None:
        """Show it as it is now.

        Raises:
            DaemonUnreachableError: None answers.
        """
        async with AsyncClient(self._socket) as client, client.subscribe() as changes:
            async for item in changes:
                await self._take(item)
                break
        await self._show_now()

    async def run(self) -> None:
        """Show it whenever it changes, until cancelled.

        Raises:
            DaemonUnreachableError: None answers the first time.
        """
        async with AsyncClient(self._socket) as client, anyio.create_task_group() as tasks:
            tasks.start_soon(self._listen, client)
            tasks.start_soon(self._look_at_the_size)
            await self._ready.wait()
            while True:
                self._changed = anyio.Event()
                await self._show_now()
                await anyio.sleep(SHORTEST_SECONDS)
                with anyio.move_on_after(LONGEST_SECONDS):
                    await self._changed.wait()

    async def _listen(self, client: AsyncClient) -> None:
        async with client.subscribe() as changes:
            async for item in changes:
                await self._take(item)
                self._ready.set()
                self._changed.set()

    async def _look_at_the_size(self) -> None:
        with anyio.open_signal_receiver(signal.SIGWINCH) as signals:
            async for _ in signals:
                self._changed.set()

    async def _take(self, item: Followed) -> None:
        self._cache.apply(item)
        if isinstance(item, Disconnected | Reconnected):
            return
        self._feed.take(item, _now_ms())
        if isinstance(item.data, Snapshot) and not self._ready.is_set():
            for entry in await anyio.to_thread.run_sync(self._read_recent):
                self._feed.take_usage(entry)

    async def _show_now(self) -> None:
        at_ms = _now_ms()
        try:
            self._now = await anyio.to_thread.run_sync(self._read_now, at_ms)
            self._problem = None
        except LedgerError as error:
            self._problem = str(error)
        self._show(
            View(
                at_ms=at_ms,
                connected=self._cache.connected,
                sessions=self._cache.board,
                now=self._now,
                limits=self._cache.limits,
                events=list(self._feed)[-EVENTS:],
                problem=self._problem,
            )
        )

    def _read_now(self, at_ms: int) -> Now:
        found = answered(self._database, lambda connection: now(connection, self._zone, at_ms))
        return NOTHING_YET if found is None else found

    def _read_recent(self) -> list[UsageEntry]:
        try:
            found = answered(
                self._database, lambda connection: recent_usage(connection, _now_ms(), EVENTS)
            )
        except LedgerError:
            return []
        return found or []


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
