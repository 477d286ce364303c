"""What a front end sees of the daemon, fed by loads and by notifications."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event
from typing import Any

import anyio
import msgspec
import pytest
from tests.client.scripted_daemon import Peer, ScriptedDaemon, session, snapshot

from agent_console.client.asynchronous import AsyncClient
from agent_console.client.cache import CacheChange, SessionCache
from agent_console.client.cursor import Disconnected, Followed, Reconnected
from agent_console.errors import DaemonUnreachableError
from agent_console.model.metadata import SessionMetadata
from agent_console.model.session import Session, Status
from agent_console.model.usage import Limit, Limits
from agent_console.protocol.codec import NOTIFICATIONS, Notification


@pytest.fixture
def path(scratch_home: Path) -> Path:
    return scratch_home / "s.sock"


def told(event: str, data: object, seq: int = 1) -> Notification:
    """A notification as the wire brings it."""
    return Notification(event, seq, "boot", msgspec.convert(data, NOTIFICATIONS[event]))


def totals(session_id: str, tokens: int) -> dict[str, Any]:
    return {"session_id": session_id, "total_input_tokens": tokens}


def changes_of(cache: SessionCache) -> list[CacheChange]:
    changes: list[CacheChange] = []
    cache.listen(changes.append)
    return changes


# ---- loading -----------------------------------------------------------------------------------


async def test_loading_is_told_while_it_lasts(path: Path) -> None:
    answer = Event()

    def script(peer: Peer) -> None:
        request = peer.request()
        answer.wait(10)
        peer.answer(request, [session("a")])
        peer.wait_for_hangup()

    cache = SessionCache()
    states: list[bool] = []
    during: list[bool] = []
    cache.listen(lambda change: states.append(cache.loading) if change.kind == "state" else None)
    with ScriptedDaemon(path, script):
        async with AsyncClient(str(path)) as client, anyio.create_task_group() as tasks:
            tasks.start_soon(cache.load, client)
            await anyio.wait_all_tasks_blocked()
            during += states
            answer.set()

    assert during == [True]
    assert states == [True, False]
    assert list(cache.sessions) == ["a"]


async def test_a_failed_load_is_kept_as_an_error_and_loses_nothing(path: Path) -> None:
    cache = SessionCache()
    cache.apply(told("session", session("a")))

    async with AsyncClient(str(path)) as client:
        await cache.load(client)

    assert isinstance(cache.error, DaemonUnreachableError)
    assert list(cache.sessions) == ["a"]
    assert not cache.loading


async def test_the_error_clears_when_the_next_load_begins(path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.refuse(peer.request(), "internal")
        peer.answer(peer.request(), [])
        peer.wait_for_hangup()

    cache = SessionCache()
    errors: list[bool] = []
    with ScriptedDaemon(path, script):
        async with AsyncClient(str(path)) as client:
            await cache.load(client)
            errors.append(cache.error is not None)
            cache.listen(lambda change: errors.append(cache.error is not None))
            await cache.load(client)

    assert errors[:2] == [True, False]
    assert cache.error is None


async def test_the_error_clears_on_demand(path: Path) -> None:
    cache = SessionCache()
    async with AsyncClient(str(path)) as client:
        await cache.load(client)
    changes = changes_of(cache)

    cache.clear_error()
    cache.clear_error()

    assert cache.error is None
    assert changes == [CacheChange("state")]


async def test_null_drops_a_stale_session_and_no_other(path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.answer(peer.request(), None)
        peer.wait_for_hangup()

    cache = SessionCache()
    cache.apply(told("session", session("a", metadata=totals("a", 1))))
    cache.apply(told("session", session("b", metadata=totals("b", 1))))
    with ScriptedDaemon(path, script):
        async with AsyncClient(str(path)) as client:
            await cache.load_session(client, "a")

    assert list(cache.sessions) == ["b"]
    assert list(cache.metadata) == ["b"]


async def test_null_drops_stale_metadata_also_from_its_session(path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.answer(peer.request(), None)
        peer.wait_for_hangup()

    cache = SessionCache()
    cache.apply(told("session", session("a", metadata=totals("a", 1))))
    with ScriptedDaemon(path, script):
        async with AsyncClient(str(path)) as client:
            await cache.load_metadata(client, "a")

    assert not cache.metadata
    assert cache.sessions["a"].metadata is None


async def test_loaded_metadata_needs_no_session_and_is_kept_up_to_date(path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.answer(peer.request(), totals("a", 1))
        peer.wait_for_hangup()

    cache = SessionCache()
    with ScriptedDaemon(path, script):
        async with AsyncClient(str(path)) as client:
            await cache.load_metadata(client, "a")
    cache.apply(told("metadata", totals("a", 5)))

    assert cache.metadata["a"].total_input_tokens == 5
    assert not cache.sessions


async def test_a_load_drops_sessions_that_are_gone(path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.answer(peer.request(), [session("b", "attention")])
        peer.wait_for_hangup()

    cache = SessionCache()
    cache.apply(told("session", session("a")))
    cache.apply(told("session", session("b")))
    with ScriptedDaemon(path, script):
        async with AsyncClient(str(path)) as client:
            await cache.load(client)

    assert {key: s.status for key, s in cache.sessions.items()} == {"b": Status.ATTENTION}


async def test_a_load_does_not_undo_what_was_told_while_it_was_under_way(path: Path) -> None:
    answer = Event()

    def script(peer: Peer) -> None:
        request = peer.request()
        answer.wait(10)
        peer.answer(
            request,
            [session("a"), session("removed"), session("c", metadata=totals("c", 1))],
        )
        peer.wait_for_hangup()

    cache = SessionCache()
    for name in ("a", "removed", "c"):
        cache.apply(told("session", session(name)))
    with ScriptedDaemon(path, script):
        async with AsyncClient(str(path)) as client, anyio.create_task_group() as tasks:
            tasks.start_soon(cache.load, client)
            await anyio.wait_all_tasks_blocked()
            cache.apply(told("session", session("a", "question")))
            cache.apply(told("session_removed", {"session_id": "removed"}))
            cache.apply(told("session", session("new")))
            cache.apply(told("metadata", totals("c", 9)))
            answer.set()

    assert sorted(cache.sessions) == ["a", "c", "new"]
    assert cache.sessions["a"].status is Status.QUESTION
    assert cache.sessions["c"].metadata == SessionMetadata("c", 9)


async def test_totals_that_came_with_a_session_are_not_undone_by_an_older_load(path: Path) -> None:
    cache = SessionCache()
    cache.apply(told("session", session("a", metadata=totals("a", 1))))

    async with under_way(path, cache, "load_metadata", "a", answer=totals("a", 10)):
        cache.apply(told("session", session("a", metadata=totals("a", 20))))

    assert cache.metadata["a"].total_input_tokens == 20
    assert cache.sessions["a"].metadata == SessionMetadata("a", 20)


async def test_totals_of_a_session_that_was_removed_do_not_come_back(path: Path) -> None:
    cache = SessionCache()
    cache.apply(told("session", session("a", metadata=totals("a", 1))))

    async with under_way(path, cache, "load_metadata", "a", answer=totals("a", 1)):
        cache.apply(told("session_removed", {"session_id": "a"}))

    assert not cache.metadata


@pytest.mark.parametrize("load", ["load", "load_session", "load_metadata"])
async def test_a_load_that_a_snapshot_overtakes_is_void(path: Path, load: str) -> None:
    cache = SessionCache()
    answers = {
        "load": [session("gone", metadata=totals("gone", 1))],
        "load_session": session("gone", metadata=totals("gone", 1)),
        "load_metadata": totals("gone", 1),
    }

    async with under_way(path, cache, load, "gone", answer=answers[load]):
        cache.apply(told("snapshot", snapshot(session("a", metadata=totals("a", 2)))))

    assert list(cache.sessions) == ["a"]
    assert cache.metadata == {"a": SessionMetadata("a", 2)}


@pytest.mark.parametrize("load", ["load", "load_session"])
async def test_what_is_cleared_during_a_load_stays_cleared(path: Path, load: str) -> None:
    cache = SessionCache()
    cache.apply(told("session", session("a", metadata=totals("a", 1))))
    a = session("a", metadata=totals("a", 1))

    async with under_way(path, cache, load, "a", answer=[a] if load == "load" else a):
        cache.clear("a")

    assert not cache.sessions
    assert not cache.metadata


@asynccontextmanager
async def under_way(
    path: Path, cache: SessionCache, load: str, session_id: str, *, answer: object
) -> AsyncGenerator[None]:
    """A load that the daemon answers at the end of the block."""
    go_on = Event()

    def script(peer: Peer) -> None:
        request = peer.request()
        go_on.wait(10)
        peer.answer(request, answer)
        peer.wait_for_hangup()

    of_what = [] if load == "load" else [session_id]
    with ScriptedDaemon(path, script):
        async with AsyncClient(str(path)) as client, anyio.create_task_group() as tasks:
            tasks.start_soon(getattr(cache, load), client, *of_what)
            await anyio.wait_all_tasks_blocked()
            yield
            go_on.set()
    assert cache.error is None


# ---- being told --------------------------------------------------------------------------------


def test_a_snapshot_replaces_everything() -> None:
    cache = SessionCache()
    cache.apply(told("session", session("old", metadata=totals("old", 1))))

    cache.apply(told("snapshot", snapshot(session("a", metadata=totals("a", 2)))))

    assert list(cache.sessions) == ["a"]
    assert cache.metadata == {"a": SessionMetadata("a", 2)}
    assert cache.connected


def test_a_session_notification_puts_the_session_and_its_totals() -> None:
    cache = SessionCache()

    cache.apply(told("session", session("a", "question", metadata=totals("a", 3))))

    assert cache.sessions["a"].status is Status.QUESTION
    assert cache.metadata["a"].total_input_tokens == 3


def test_a_removal_drops_one_entry_only() -> None:
    cache = SessionCache()
    for name in "ab":
        cache.apply(told("session", session(name, metadata=totals(name, 1))))

    cache.apply(told("session_removed", {"session_id": "a"}))

    assert list(cache.sessions) == ["b"]
    assert list(cache.metadata) == ["b"]


def test_totals_alone_are_joined_to_their_session() -> None:
    cache = SessionCache()
    cache.apply(told("session", session("a", "attention", label="mine")))

    cache.apply(told("metadata", totals("a", 7)))

    joined = cache.sessions["a"]
    assert joined.metadata == SessionMetadata("a", 7)
    assert (joined.status, joined.label) == (Status.ATTENTION, "mine")


def test_totals_of_a_session_that_is_not_there_are_left_out() -> None:
    cache = SessionCache()
    changes = changes_of(cache)

    cache.apply(told("metadata", totals("stranger", 7)))

    assert not cache.metadata
    assert not cache.sessions
    assert changes == []


def test_one_entry_can_be_cleared_without_the_others() -> None:
    cache = SessionCache()
    for name in "ab":
        cache.apply(told("session", session(name, metadata=totals(name, 1))))
    changes = changes_of(cache)

    cache.clear("a")

    assert list(cache.sessions) == ["b"]
    assert list(cache.metadata) == ["b"]
    assert changes == [CacheChange("session", "a")]


def test_a_heartbeat_brings_the_limits() -> None:
    cache = SessionCache()
    limits = {
        "five_hour": {"used_percent": 4.0, "resets_at_ms": None, "source": "official", "at_ms": 1}
    }
    changes = changes_of(cache)

    cache.apply(told("heartbeat", {"at_ms": 1, "limits": limits}))
    cache.apply(told("heartbeat", {"at_ms": 2, "limits": limits}))

    assert cache.limits == Limits(five_hour=Limit(4.0, None, "official", 1))
    assert changes == [CacheChange("limits")]


def test_a_goodbye_and_a_loss_are_told_once_and_keep_what_is_known() -> None:
    cache = SessionCache()
    cache.apply(told("snapshot", snapshot(session("a"))))
    changes = changes_of(cache)

    connected: list[bool] = []
    cache.listen(lambda _: connected.append(cache.connected))

    cache.apply(told("bye", {"reason": "stopped"}))
    cache.apply(Disconnected("gone"))
    cache.apply(Reconnected())

    assert connected == [False, True]
    assert list(cache.sessions) == ["a"]
    assert changes == [CacheChange("state"), CacheChange("state")]


def test_the_board_is_in_order_of_urgency() -> None:
    cache = SessionCache()
    for name, status in (("w", "working"), ("q", "question"), ("c", "closed"), ("a", "attention")):
        cache.apply(told("session", session(name, status)))

    assert [s.session_id for s in cache.board] == ["q", "a", "w", "c"]


def test_a_listener_hears_each_change_until_it_ends() -> None:
    cache = SessionCache()
    changes: list[CacheChange] = []
    end = cache.listen(changes.append)

    cache.apply(told("session", session("a")))
    end()
    end()
    cache.apply(told("session", session("b")))

    assert changes == [CacheChange("session", "a")]


def test_readers_cannot_write() -> None:
    cache = SessionCache()

    with pytest.raises(TypeError):
        cache.sessions["a"] = msgspec.convert(session("a"), Session)  # type: ignore[index]


async def test_feeding_ends_as_disconnected() -> None:
    async def changes() -> AsyncIterator[Followed]:
        await anyio.lowlevel.checkpoint()
        yield told("snapshot", snapshot(session("a")))

    cache = SessionCache()
    seen: list[bool] = []
    cache.listen(lambda _: seen.append(cache.connected))
    await cache.feed(changes())

    assert True in seen
    assert not cache.connected
