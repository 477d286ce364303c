"""The clients and the cache with the real daemon."""

from collections.abc import Callable
from pathlib import Path

import anyio
import pytest
from tests.client.real_daemon import real_daemon

from agent_console.client.asynchronous import AsyncClient
from agent_console.client.blocking import connect
from agent_console.client.cache import CacheChange, SessionCache
from agent_console.errors import DaemonUnreachableError, RequestRefusedError
from agent_console.model.session import Session, Status
from agent_console.protocol.messages import (
    Dump,
    DumpResult,
    Get,
    ListSessions,
    Meta_,
    Ping,
    Remove,
    SetSession,
    Upsert,
)

UUID = "0f9e8d7c-1111-4222-8333-444455556666"


@pytest.fixture
def path(scratch_home: Path) -> str:
    return str(scratch_home / "s.sock")


class Until:
    """Waits until a cache is as a test wants it."""

    def __init__(self, cache: SessionCache) -> None:
        self._changed = anyio.Event()
        self._end = cache.listen(self._hear)

    def _hear(self, change: CacheChange) -> None:
        del change
        self._changed.set()

    async def true(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._changed = anyio.Event()
            await self._changed.wait()


def test_a_thousand_pipelined_requests_are_answered_in_order(path: str) -> None:
    with real_daemon(path), connect(path) as client:
        client.request(SetSession(session_id=UUID, status=Status.WORKING))
        answers = client.requests(
            [
                Upsert(session_id=UUID, input_tokens=1) if n % 2 else Meta_(session_id=UUID)
                for n in range(1000)
            ]
        )

    assert [answer.total_input_tokens for answer in answers] == [(n + 1) // 2 for n in range(1000)]


def test_a_refusal_among_pipelined_requests_stands_in_its_place(path: str) -> None:
    with real_daemon(path), connect(path) as client:
        first, second, third = client.requests(
            [
                SetSession(session_id="a", status=Status.WORKING),
                SetSession(session_id="b" * 201, status=Status.WORKING),
                Get(session_id="a"),
            ]
        )

    assert isinstance(first, Session)
    assert isinstance(second, RequestRefusedError)
    assert second.code == "invalid_value"
    assert third.session_id == "a"


def test_subscribing_twice_over_one_connection_and_asking_between(path: str) -> None:
    with real_daemon(path), connect(path) as client:
        changes = client.subscribe(("session",))
        client.request(SetSession(session_id="a", status=Status.WORKING))

        assert [next(changes).event, next(changes).event] == ["snapshot", "session"]


async def test_concurrent_requests_are_told_apart(path: str) -> None:
    with real_daemon(path):
        async with AsyncClient(path) as client:
            names: dict[str, str] = {}

            async def set_and_get(session_id: str) -> None:
                await client.request(SetSession(session_id=session_id, status=Status.WORKING))
                session = await client.request(Get(session_id=session_id))
                assert session is not None
                names[session_id] = session.session_id

            with anyio.fail_after(20):
                async with anyio.create_task_group() as tasks:
                    for number in range(50):
                        tasks.start_soon(set_and_get, f"s{number}")
                listed = await client.request(ListSessions())

    assert names == {name: name for name in names}
    assert {session.session_id for session in listed} == set(names)


async def test_a_fed_cache_equals_the_daemon_also_after_its_restart(path: str) -> None:
    cache = SessionCache()
    until = Until(cache)

    async def feed(client: AsyncClient) -> None:
        async with client.subscribe() as changes:
            await cache.feed(changes)

    async def equals(client: AsyncClient) -> None:
        dump: DumpResult = await client.request(Dump())
        expected = {session.session_id: session.rev for session in dump.sessions}
        await until.true(
            lambda: {name: session.rev for name, session in cache.sessions.items()} == expected
        )
        for session in dump.sessions:
            assert cache.sessions[session.session_id].status is session.status

    with anyio.fail_after(30):
        async with AsyncClient(path) as client, anyio.create_task_group() as tasks:
            with real_daemon(path):
                tasks.start_soon(feed, client)
                await client.request(SetSession(session_id=UUID, status=Status.WORKING))
                await client.request(SetSession(session_id="gone", status=Status.CLOSED))
                await client.request(Remove(session_id="gone"))
                await client.request(Upsert(session_id=UUID, input_tokens=7, message_id="m"))
                await equals(client)
                await until.true(lambda: _joined_tokens(cache) == 7)
            await until.true(lambda: not cache.connected)
            with real_daemon(path):
                await client_is_back(client)
                await client.request(SetSession(session_id="after", status=Status.QUESTION))
                await until.true(lambda: cache.connected and "after" in cache.sessions)
                await equals(client)
                tasks.cancel_scope.cancel()


def _joined_tokens(cache: SessionCache) -> int:
    session = cache.sessions.get(UUID)
    return session.metadata.total_input_tokens if session and session.metadata else 0


async def client_is_back(client: AsyncClient) -> None:
    """The request that finds the old connection dead may be the one that is lost."""
    try:
        await client.request(Ping())
    except DaemonUnreachableError:
        await client.request(Ping())
