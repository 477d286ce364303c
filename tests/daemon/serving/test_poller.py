"""One descriptor for all clients: who is read, when the turn comes, and how long it may go on."""

import socket
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

import anyio
import pytest

from agent_console.daemon.serving import poller as poller_module
from agent_console.daemon.serving.poller import (
    PATIENCE,
    ROUNDS_SECONDS,
    SOON_SECONDS,
    OtherWatcher,
    Poller,
)

DEADLINE_SECONDS = 5
ENDLESS = 50
"""More turns than any test has."""


@contextmanager
def pair() -> Generator[tuple[socket.socket, socket.socket]]:
    """Our end, which does not block, and the client's."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        yield ours, theirs


class Turns:
    """Turns that note what was taken before each, and when each began, by a clock that stands."""

    def __init__(self) -> None:
        self.may_look = True
        self.polls = 0
        self.now = 1.0
        self.turn_seconds = 0.0
        self.after: Callable[[], object] = list
        self.turns: list[list[bytes]] = []
        self._taken: list[bytes] = []
        self.poller = Poller(self._turn, lambda: self.may_look)

    def take(self, sock: socket.socket) -> bool:
        """Take what the socket has; nothing means its end."""
        self._taken.append(sock.recv(100))
        return self._taken[-1] != b""

    def _turn(self, _since: float) -> float:
        self.turns.append(self._taken)
        assert len(self.turns) < ENDLESS
        self._taken = []
        self.now += self.turn_seconds
        self.after()
        return self.now

    async def read(self, sock: socket.socket) -> None:
        """Take each time."""
        await self.poller.each_time_readable(sock.fileno(), lambda: self.take(sock))

    def wake(self) -> None:
        """What the event loop does when something is ready."""
        self.poller._serve()  # pyright: ignore[reportPrivateUsage]


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> Turns:
    turns = Turns()
    monkeypatch.setattr(poller_module, "perf_counter", lambda: turns.now)
    return turns


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Turns:
    """As on a system without epoll; the looks are counted."""

    class Counting(OtherWatcher):
        def poll(self, timeout: float, maxevents: int, /) -> list[tuple[int, int]]:
            counted.polls += 1
            return super().poll(timeout, maxevents)

    monkeypatch.setattr(sys, "platform", "another")
    monkeypatch.setattr(poller_module, "OtherWatcher", Counting)
    counted = Turns()
    monkeypatch.setattr(poller_module, "perf_counter", lambda: counted.now)
    return counted


@pytest.mark.parametrize("which", ["turns", "watched"])
async def test_all_that_are_ready_share_a_turn(request: pytest.FixtureRequest, which: str) -> None:
    turns: Turns = request.getfixturevalue(which)
    with pair() as (one, one_end), pair() as (other, other_end), anyio.fail_after(DEADLINE_SECONDS):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(turns.read, one)
            tasks.start_soon(turns.read, other)
            await anyio.wait_all_tasks_blocked()
            one_end.send(b"a")
            other_end.send(b"b")
            done = anyio.Event()
            turns.after = done.set
            tasks.start_soon(turns.poller.run)
            await done.wait()
            tasks.cancel_scope.cancel()
    assert [sorted(turn) for turn in turns.turns] == [[b"a", b"b"]]


async def test_who_asks_again_is_served_before_the_event_loop_goes_on(turns: Turns) -> None:
    with pair() as (ours, theirs):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(turns.read, ours)
            await anyio.wait_all_tasks_blocked()
            turns.after = lambda: len(turns.turns) < 3 and theirs.send(b"again")
            theirs.send(b"first")
            turns.wake()
            tasks.cancel_scope.cancel()
    assert turns.turns == [[b"first"], [b"again"], [b"again"]]


@pytest.mark.parametrize(
    ("turn_seconds", "may_look", "rounds"),
    [(ROUNDS_SECONDS / 3.5, True, 4), (2 * ROUNDS_SECONDS, True, 1), (0.0, False, 1)],
)
async def test_all_else_gets_its_turn_though_a_client_always_asks_again(
    turns: Turns, turn_seconds: float, *, may_look: bool, rounds: int
) -> None:
    turns.turn_seconds, turns.may_look = turn_seconds, may_look
    with pair() as (ours, theirs):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(turns.read, ours)
            await anyio.wait_all_tasks_blocked()
            turns.after = lambda: theirs.send(b"again")
            theirs.send(b"first")
            turns.wake()
            tasks.cancel_scope.cancel()
    assert len(turns.turns) == rounds


@pytest.mark.parametrize(
    ("waited_seconds", "may_look", "looks"),
    [(SOON_SECONDS / 2, True, PATIENCE), (SOON_SECONDS * 2, True, 1), (SOON_SECONDS / 2, False, 0)],
)
async def test_it_looks_for_more_only_where_it_may_and_the_last_wait_was_short(
    watched: Turns, waited_seconds: float, *, may_look: bool, looks: int
) -> None:
    watched.may_look = may_look
    with pair() as (ours, theirs):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watched.read, ours)
            await anyio.wait_all_tasks_blocked()
            theirs.send(b"first")
            watched.wake()
            watched.now += waited_seconds
            watched.polls = 0
            theirs.send(b"second")
            watched.wake()
            tasks.cancel_scope.cancel()
    assert watched.turns == [[b"first"], [b"second"]]
    assert watched.polls == 1 + looks


async def test_who_wants_no_more_is_read_no_more(turns: Turns) -> None:
    with pair() as (ours, theirs), anyio.fail_after(DEADLINE_SECONDS):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(turns.poller.run)
            theirs.shutdown(socket.SHUT_WR)
            await turns.read(ours)
            turns.wake()
            tasks.cancel_scope.cancel()
    assert turns.turns == [[b""]]


async def test_a_failure_is_raised_where_it_was_waited_for_and_all_others_are_served(
    turns: Turns,
) -> None:
    def fail() -> bool:
        raise ZeroDivisionError

    with pair() as (one, one_end), pair() as (other, other_end), anyio.fail_after(DEADLINE_SECONDS):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(turns.read, other)
            await anyio.wait_all_tasks_blocked()
            one_end.send(b"a")
            other_end.send(b"b")
            tasks.start_soon(turns.poller.run)
            with pytest.raises(ZeroDivisionError):
                await turns.poller.each_time_readable(one.fileno(), fail)
            tasks.cancel_scope.cancel()
    assert turns.turns[0] == [b"b"]
