"""An async subscription that outlives its connections, on both event loops."""

import threading
from pathlib import Path

import anyio
import pytest
from tests.client.scripted_daemon import Peer, ScriptedDaemon, session, snapshot

from agent_console.client.asynchronous import AsyncClient
from agent_console.client.cursor import Disconnected, Followed, Reconnected
from agent_console.client.subscription import Subscription
from agent_console.errors import DaemonUnreachableError, RequestRefusedError
from agent_console.protocol.codec import Notification


@pytest.fixture
def path(scratch_home: Path) -> Path:
    return scratch_home / "s.sock"


async def take(changes: Subscription, count: int) -> list[Followed]:
    taken: list[Followed] = []
    with anyio.fail_after(10):
        while len(taken) < count:
            taken.append(await anext(changes))
    return taken


async def test_after_a_loss_it_resumes_where_the_consumer_was(path: Path) -> None:
    asked: list[object] = []

    def first(peer: Peer) -> None:
        asked.append(peer.request().get("since"))
        peer.answer({}, snapshot(session("a"), seq=3))
        peer.notify("session", 4, session("a", "attention"))

    def second(peer: Peer) -> None:
        asked.append(peer.request().get("since"))
        peer.answer({}, snapshot(seq=8, resync=False))

    def third(peer: Peer) -> None:
        asked.append(peer.request().get("since"))
        peer.answer({}, snapshot(session("b"), seq=1, epoch="another"))
        peer.wait_for_hangup()

    with ScriptedDaemon(path, first, second, third):
        async with AsyncClient(str(path)) as client, client.subscribe() as changes:
            told = await take(changes, 7)

    assert asked == [None, {"epoch": "boot", "seq": 4}, {"epoch": "boot", "seq": 4}]
    assert [item.event if isinstance(item, Notification) else type(item) for item in told] == [
        "snapshot",
        "session",
        Disconnected,
        Reconnected,
        Disconnected,
        Reconnected,
        "snapshot",
    ]


async def test_a_consumer_that_is_cancelled_may_go_on_later(path: Path) -> None:
    line = b'{"event":"session_removed","seq":2,"epoch":"boot","data":{"session_id":"a"}}\n'
    half_sent = threading.Event()

    def halves(peer: Peer) -> None:
        peer.answer(peer.request(), snapshot())
        peer.send(line[:20])
        half_sent.wait(10)
        peer.send(line[20:])
        peer.wait_for_hangup()

    with ScriptedDaemon(path, halves):
        async with AsyncClient(str(path)) as client, client.subscribe() as changes:
            await take(changes, 1)
            with anyio.move_on_after(0.05) as waiting:
                await anext(changes)
            assert waiting.cancelled_caught
            half_sent.set()
            (removed,) = await take(changes, 1)

    assert isinstance(removed, Notification)
    assert removed.seq == 2


async def test_nobody_there_at_first_is_an_error(path: Path) -> None:
    async with AsyncClient(str(path)) as client, client.subscribe() as changes:
        with pytest.raises(DaemonUnreachableError):
            await take(changes, 1)


async def test_a_refused_subscription_is_an_error(path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.refuse(peer.request(), "overloaded")

    with ScriptedDaemon(path, script):
        async with AsyncClient(str(path)) as client, client.subscribe() as changes:
            with pytest.raises(RequestRefusedError):
                await take(changes, 1)
