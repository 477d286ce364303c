"""A blocking subscription that outlives its connections."""

from pathlib import Path
from time import monotonic

import pytest
from tests.client.scripted_daemon import Peer, ScriptedDaemon, session, snapshot

from agent_console.client.cursor import Disconnected, Reconnected
from agent_console.client.following import follow
from agent_console.errors import DaemonUnreachableError, RequestRefusedError
from agent_console.protocol.codec import Notification


@pytest.fixture
def path(scratch_home: Path) -> Path:
    return scratch_home / "s.sock"


def test_after_a_loss_it_resumes_where_the_consumer_was(path: Path) -> None:
    asked: list[object] = []

    def first(peer: Peer) -> None:
        asked.append(peer.request().get("since"))
        peer.send(b"")
        peer.answer({}, snapshot(session("a"), seq=3))
        peer.notify("session", 4, session("a", "attention"))
        peer.notify("heartbeat", 9, {"at_ms": 1})

    def second(peer: Peer) -> None:
        asked.append(peer.request().get("since"))
        peer.answer({}, snapshot(seq=8, resync=False))
        peer.notify("session", 7, session("a", "closed"))

    def third(peer: Peer) -> None:
        asked.append(peer.request().get("since"))
        peer.answer({}, snapshot(seq=8, resync=False))
        peer.wait_for_hangup()

    with ScriptedDaemon(path, first, second, third):
        items = follow(str(path))
        told = [next(items) for _ in range(8)]
        items.close()

    assert asked == [None, {"epoch": "boot", "seq": 4}, {"epoch": "boot", "seq": 7}]
    assert [item.seq if isinstance(item, Notification) else type(item) for item in told] == [
        3,
        4,
        9,
        Disconnected,
        Reconnected,
        7,
        Disconnected,
        Reconnected,
    ]


def test_another_daemon_tells_everything_anew(path: Path) -> None:
    def first(peer: Peer) -> None:
        peer.answer(peer.request(), snapshot(session("a"), seq=3))

    def second(peer: Peer) -> None:
        peer.answer(peer.request(), snapshot(session("b"), seq=1, epoch="another"))
        peer.wait_for_hangup()

    with ScriptedDaemon(path, first, second):
        items = follow(str(path))
        told = [next(items) for _ in range(4)]
        items.close()

    assert [item.event if isinstance(item, Notification) else type(item) for item in told] == [
        "snapshot",
        Disconnected,
        Reconnected,
        "snapshot",
    ]


def test_nobody_there_at_first_is_an_error(path: Path) -> None:
    with pytest.raises(DaemonUnreachableError):
        next(follow(str(path)))


def test_a_refused_subscription_is_an_error(path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.refuse(peer.request(), "overloaded")

    with ScriptedDaemon(path, script), pytest.raises(RequestRefusedError):
        next(follow(str(path)))


def test_it_ends_at_its_time_also_while_the_daemon_is_away(path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.answer(peer.request(), snapshot())

    begun = monotonic()
    with ScriptedDaemon(path, script):
        told = [type(item) for item in follow(str(path), timeout=0.3)]

    assert told == [Notification, Disconnected]
    assert monotonic() - begun >= 0.3


def test_it_ends_at_its_time_while_the_daemon_says_nothing(path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.answer(peer.request(), snapshot())
        peer.wait_for_hangup()

    with ScriptedDaemon(path, script):
        assert [type(item) for item in follow(str(path), timeout=0.1)] == [Notification]
