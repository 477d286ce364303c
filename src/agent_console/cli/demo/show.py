"""The demo from beginning to end: a home, a daemon, the players, the audience, and the way home.

Rule: what is entered here is left here, in the opposite order and however the demo ends: first the
hooks that run are waited for, then the stand-ins end, then the daemon, then the home is removed.
"""

import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from functools import partial
from typing import cast

import anyio
from anyio.abc import TaskStatus
from msgspec import Struct

from agent_console.cli.demo.checks import wrong_in_the_daemon, wrong_on_the_board
from agent_console.cli.demo.interruption import Interruption
from agent_console.cli.demo.programme import SCENES
from agent_console.cli.demo.replay import Counts, Stage, play_all
from agent_console.cli.demo.response_times import ResponseTimes
from agent_console.cli.demo.scratch import ScratchHome, scratch_daemon, scratch_home
from agent_console.cli.demo.viewers import MakeViewer, Viewer
from agent_console.client.asynchronous import AsyncClient
from agent_console.client.cache import CacheChange, SessionCache
from agent_console.errors import AgentConsoleError
from agent_console.model.session import Session
from agent_console.protocol.codec import Notification
from agent_console.protocol.messages import ServerStatus, Snapshot

SETTLE_SECONDS = 5.0
"""How long the board may take to be what was recorded, after everything has been played."""
POLL_SECONDS = 0.05


class Result(Struct, frozen=True):
    """What a demo came to.

    Attributes:
        board: The sessions at the end, most urgent first.
        at_ms: When that was, Unix milliseconds.
        seconds: How long playing took.
        counts: What was played.
        times: How long the board took to show it.
        wrong: What was not as recorded, in sentences; empty when all was.
    """

    board: tuple[Session, ...]
    at_ms: int
    seconds: float
    counts: Counts
    times: ResponseTimes
    wrong: tuple[str, ...]


def show(make_viewer: MakeViewer, speed: float) -> Result | None:
    """Play the demo; when this returns or raises, nothing of it is left.

    Returns:
        What it came to; null when the person left before everything had been played.

    Args:
        make_viewer: Gives who shows it, for the daemon's socket.
        speed: How many times as fast as it was recorded.

    Raises:
        KeyboardInterrupt: Somebody asked to end it.
        AgentConsoleError: Something real failed.
    """
    result: Result | None = None
    with Interruption() as interruption:
        with ExitStack() as stack:
            home = stack.enter_context(scratch_home())
            if not interruption.happened:
                stack.enter_context(scratch_daemon(home))
                standing = stack.enter_context(ExitStack())
                play = partial(_play, home, standing, interruption, make_viewer, speed)
                result = anyio.run(play)
        if interruption.happened:
            raise KeyboardInterrupt
    return result


async def _play(
    home: ScratchHome,
    standing: ExitStack,
    interruption: Interruption,
    make_viewer: MakeViewer,
    speed: float,
) -> Result | None:
    """What was played; None when it was interrupted or left."""
    cache, times, counts = SessionCache(), ResponseTimes(), Counts()
    viewer = make_viewer(home.socket)
    result: Result | None = None
    try:
        async with AsyncClient(home.socket) as client, anyio.create_task_group() as tasks:
            tasks.start_soon(_end_after, interruption.wait, tasks.cancel_scope)
            await tasks.start(_Listener(client, cache, times, viewer).run)
            tasks.start_soon(_end_after, viewer.run, tasks.cancel_scope)
            began = time.perf_counter()
            await play_all(Stage(home, client, speed, standing, times, counts), SCENES)
            seconds = time.perf_counter() - began
            await _settled(cache)
            at_ms = time.time_ns() // 1_000_000
            wrong = (
                *wrong_on_the_board(cache.sessions),
                *await _wrong_in_the_daemon(client, counts),
            )
            result = Result(tuple(cache.board), at_ms, seconds, counts, times, wrong)
            viewer.played()
            if not viewer.stays:
                tasks.cancel_scope.cancel()
    except BaseExceptionGroup as group:
        raise _told(group) from group
    return result


async def _end_after(what: Callable[[], Awaitable[None]], playing: anyio.CancelScope) -> None:
    await what()
    playing.cancel()


class _Listener:
    """Hands on what a subscriber is told."""

    def __init__(
        self, client: AsyncClient, cache: SessionCache, times: ResponseTimes, viewer: Viewer
    ) -> None:
        self._client = client
        self._cache = cache
        self._times = times
        self._viewer = viewer

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Listen for ever; started when the subscription is."""
        async with self._client.subscribe() as changes:
            async for item in changes:
                if not isinstance(item, Notification):
                    raise AgentConsoleError("The daemon of the demo went away in the middle.")
                self._times.seen(item)
                self._cache.apply(item)
                self._viewer.tell(item)
                if isinstance(item.data, Snapshot):
                    task_status.started()


async def _settled(cache: SessionCache) -> None:
    """Return when the board is as recorded, or when there has been time enough for it."""
    with anyio.move_on_after(SETTLE_SECONDS):
        while wrong_on_the_board(cache.sessions):
            await _next_change(cache)


async def _wrong_in_the_daemon(client: AsyncClient, counts: Counts) -> list[str]:
    """What stays wrong there: a hook does not wait until it was heard, so the last may still be."""
    wrong: list[str] = []
    with anyio.move_on_after(SETTLE_SECONDS):
        # The daemon tells nobody that it has heard a hook.
        while wrong := wrong_in_the_daemon(  # noqa: ASYNC110
            await client.request(ServerStatus()), counts
        ):
            await anyio.sleep(POLL_SECONDS)
    return wrong


async def _next_change(cache: SessionCache) -> None:
    changed = anyio.Event()

    def note(_change: CacheChange) -> None:
        changed.set()

    end = cache.listen(note)
    try:
        await changed.wait()
    finally:
        end()


def _told(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The one error in a group that a person can act on; the group itself when there is none."""
    errors: list[BaseException] = [group]
    while errors:
        error = errors.pop()
        if isinstance(error, AgentConsoleError):
            return error
        if isinstance(error, BaseExceptionGroup):
            errors += cast("BaseExceptionGroup[BaseException]", error).exceptions
    return group
