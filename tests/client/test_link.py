"""How the app hears of changes: all of them, but not each by itself."""

import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from tests.client.real_daemon import ended_afterwards, real_daemon

from agent_console.client.asynchronous import AsyncClient
from agent_console.client.link import DRAW_SECONDS, Changes, Link, LinkState
from agent_console.model.session import Status
from agent_console.protocol.messages import SetSession

DEADLINE_SECONDS = 20
STATUSES = (Status.WORKING, Status.QUESTION)


@pytest.fixture
def socket(scratch_home: Path) -> Iterator[str]:
    """The socket of a running daemon."""
    path = f"{scratch_home}/run/s"
    with real_daemon(path):
        yield path


class Screen:
    """Notes when it is asked to draw, and what."""

    def __init__(self) -> None:
        self.drawn: list[Changes] = []
        self.again = anyio.Event()

    def draw(self, changes: Changes) -> None:
        self.drawn.append(changes)
        self.again.set()

    async def until(self, link: Link, state: LinkState) -> None:
        """Wait until the link stands so."""
        with anyio.fail_after(DEADLINE_SECONDS):
            while link.state is not state:
                await self.next()

    async def next(self) -> None:
        """Wait for the next drawing."""
        with anyio.fail_after(DEADLINE_SECONDS):
            await self.again.wait()
        self.again = anyio.Event()


def link_to(socket: str, screen: Screen, *, start: bool = False) -> Link:
    return Link(socket, start=start, changed=screen.draw, told=lambda _: None)


async def test_a_storm_is_drawn_a_few_times_and_the_newest_wins(socket: str) -> None:
    screen = Screen()
    link = link_to(socket, screen)
    drawn, took = 0, 0.0
    async with anyio.create_task_group() as tasks, AsyncClient(socket) as client:
        tasks.start_soon(link.run)
        await screen.until(link, LinkState.CONNECTED)
        screen.drawn.clear()
        began = time.monotonic()
        for number in range(400):
            await client.request(
                SetSession(session_id=f"s{number % 4}", status=STATUSES[number // 4 % 2])
            )
        while [each.status for each in link.cache.board] != [Status.QUESTION] * 4:
            await screen.next()
        took = time.monotonic() - began
        drawn = len(screen.drawn)
        tasks.cancel_scope.cancel()

    assert drawn <= took / DRAW_SECONDS + 2
    assert frozenset().union(*(each.sessions for each in screen.drawn)) >= {"s0", "s1", "s2", "s3"}


async def test_an_absent_daemon_is_started(scratch_home: Path) -> None:
    path = f"{scratch_home}/run/s"
    screen = Screen()
    link = link_to(path, screen, start=True)
    with ended_afterwards(path):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(link.run)
            await screen.until(link, LinkState.CONNECTED)
            tasks.cancel_scope.cancel()


async def test_without_a_daemon_it_says_why_and_finds_the_one_that_comes(
    scratch_home: Path,
) -> None:
    path = f"{scratch_home}/run/s"
    screen = Screen()
    link = link_to(path, screen)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(link.run)
        await screen.until(link, LinkState.UNREACHABLE)
        assert path in link.why
        with real_daemon(path):
            await screen.until(link, LinkState.CONNECTED)
            assert not link.why
            tasks.cancel_scope.cancel()


async def test_a_daemon_that_cannot_start_is_told_in_its_own_words(scratch_home: Path) -> None:
    config = scratch_home / ".config/agent-console/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[daemon]\nlog_level = 1\n")
    path = f"{scratch_home}/run/s"
    screen = Screen()
    link = link_to(path, screen, start=True)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(link.run)
        with anyio.fail_after(DEADLINE_SECONDS):
            while "log_level" not in link.why:
                await screen.next()
        tasks.cancel_scope.cancel()
