"""What a front end knows of the daemon, and how it hears of changes.

Rule: it subscribes and never polls. However many changes come, who draws hears of them at most 20
times a second, each time of all that is different by then: the newest wins.
"""

import time
from collections.abc import Callable
from enum import StrEnum

import anyio
from msgspec import Struct

from agent_console.client.asynchronous import AsyncClient
from agent_console.client.cache import CacheChange, SessionCache
from agent_console.client.cursor import Disconnected, Followed, Reconnected
from agent_console.errors import AgentConsoleError, DaemonUnreachableError
from agent_console.protocol.codec import Notification
from agent_console.protocol.messages import Bye, Snapshot

DRAW_SECONDS = 0.05
"""The shortest time between two drawings."""

RETRY_SECONDS = 2.0
"""How long to wait before looking for a daemon again that could not be reached at the start."""


class LinkState(StrEnum):
    """How things stand between us and the daemon."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    """It went away; what is shown is what was last known."""
    UNREACHABLE = "unreachable"
    """There has been none yet; `Link.why` says why."""


class Changes(Struct, frozen=True):
    """What is different since the last time.

    Attributes:
        board: Sessions came, went, or all may be different.
        sessions: Ids of those that changed.
        limits: The account's limits changed.
        link: The state of the link changed.
        usage: Something was spent.
        money: Today's figures, a budget or the waiting alerts changed.
    """

    board: bool = False
    sessions: frozenset[str] = frozenset()
    limits: bool = False
    link: bool = False
    usage: bool = False
    money: bool = False


class Link:
    """The daemon as a front end sees it.

    Args:
        socket: The daemon's socket, when it is not the usual one.
        start: Start a daemon when there is none.
        changed: Called with what is different, at most once per DRAW_SECONDS.
        told: Called with every notification, for who keeps a log of them.

    Attributes:
        cache: Sessions, totals and limits.
        client: For requests; usable while `run` runs.
        state: How things stand.
        why: What is wrong, in a sentence; empty when nothing is.
    """

    def __init__(
        self,
        socket: str | None,
        *,
        start: bool,
        changed: Callable[[Changes], None],
        told: Callable[[Notification], None],
    ) -> None:
        self.cache = SessionCache()
        self.client = AsyncClient(socket)
        self.state = LinkState.CONNECTING
        self.why = ""
        self._start = start
        self._changed = changed
        self._told = told
        self._pending = Changes()
        self._something: anyio.Event | None = None

    async def run(self) -> None:
        """Follow the daemon until cancelled."""
        self._something = anyio.Event()
        end = self.cache.listen(self._note)
        try:
            async with self.client, anyio.create_task_group() as tasks:
                tasks.start_soon(self._draw)
                await self._follow()
        finally:
            end()

    async def retry(self) -> None:
        """Start a daemon, because the person asks for one.

        Raises:
            DaemonUnreachableError: None could be started.
        """
        await self.client.start_daemon()

    async def _follow(self) -> None:
        start = self._start
        while True:
            try:
                if start:
                    start = False
                    await self.client.start_daemon()
                await self._listen()
            except AgentConsoleError as error:
                # Nobody answered the first time; later losses are the subscription's own affair.
                self._stand(LinkState.UNREACHABLE, str(error))
                if not isinstance(error, DaemonUnreachableError):
                    start = False
            await anyio.sleep(RETRY_SECONDS)

    async def _listen(self) -> None:
        async with self.client.subscribe() as changes:
            async for item in changes:
                self.cache.apply(item)
                self._take(item)

    def _take(self, item: Followed) -> None:
        if isinstance(item, Disconnected):
            self._stand(LinkState.RECONNECTING, item.reason)
        elif isinstance(item, Reconnected):
            self._stand(LinkState.CONNECTED, "")
        else:
            if isinstance(item.data, Bye):
                self._stand(LinkState.RECONNECTING, "The daemon is stopping.")
            elif isinstance(item.data, Snapshot):
                self._stand(LinkState.CONNECTED, "")
            if item.event == "usage":
                self.add(Changes(usage=True))
            self._told(item)

    def _stand(self, state: LinkState, why: str) -> None:
        self.state = state
        self.why = why
        self.add(Changes(link=True))

    def _note(self, change: CacheChange) -> None:
        match change.kind:
            case "board":
                self.add(Changes(board=True, limits=True))
            case "limits":
                self.add(Changes(limits=True))
            case "session" | "metadata" if change.session_id is not None:
                self.add(Changes(sessions=frozenset((change.session_id,))))
            case _:
                self.add(Changes(link=True))

    def add(self, more: Changes) -> None:
        """Something else is different: it is handed on with the next drawing."""
        before = self._pending
        self._pending = Changes(
            board=before.board or more.board,
            sessions=before.sessions | more.sessions,
            limits=before.limits or more.limits,
            link=before.link or more.link,
            usage=before.usage or more.usage,
            money=before.money or more.money,
        )
        if self._something is not None:
            self._something.set()

    async def _draw(self) -> None:
        """Hand on what has gathered, then let it gather for a moment."""
        late = 0.0
        while self._something is not None:
            await self._something.wait()
            self._something = anyio.Event()
            pending, self._pending = self._pending, Changes()
            began = time.perf_counter()
            self._changed(pending)
            drawn = time.perf_counter()
            # A drawing that takes long leaves the keys as much time as it took itself, with what
            # the screen is painted in after it: that is how much later than wanted we wake.
            rest = max(DRAW_SECONDS, drawn - began, late)
            await anyio.sleep(rest)
            late = time.perf_counter() - drawn - rest
