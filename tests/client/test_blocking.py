"""What the blocking client does whatever its peer does."""

from pathlib import Path

import pytest
from tests.client.scripted_daemon import Peer, ScriptedDaemon, session, snapshot

from agent_console.client.blocking import connect
from agent_console.errors import DaemonUnreachableError, ProtocolError, RequestRefusedError
from agent_console.model.session import Status
from agent_console.protocol.messages import (
    Get,
    ListSessions,
    Ping,
    Pong,
    Remove,
    Removed,
    Reopen,
    Since,
)

PONG = {"pong": True, "version": 1, "server": "0", "epoch": "boot", "pid": 7}


@pytest.fixture
def path(scratch_home: Path) -> Path:
    return scratch_home / "s.sock"


def test_an_answer_may_come_in_pieces(path: Path) -> None:
    answer = b'{"ok":true,"id":null,"version":1,"data":null}\n'

    def script(peer: Peer) -> None:
        for byte in range(len(answer)):
            peer.request() if byte == 0 else None
            peer.send(answer[byte : byte + 1])

    with ScriptedDaemon(path, script), connect(str(path)) as client:
        assert client.request(Get(session_id="s")) is None


def test_answers_have_the_type_of_their_request(path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.answer(peer.request(), PONG)
        peer.answer(peer.request(), [session("a", "question", unknown_to_us=1)])
        peer.answer(peer.request(), None)

    with ScriptedDaemon(path, script), connect(str(path)) as client:
        assert client.request(Ping()) == Pong(True, 1, "0", "boot", 7)
        assert [s.status for s in client.request(ListSessions())] == [Status.QUESTION]
        assert client.request(Get(session_id="b")) is None


def test_pipelined_requests_are_answered_in_order(path: Path) -> None:
    def script(peer: Peer) -> None:
        requests = [peer.request() for _ in range(100)]
        for request in requests:
            peer.answer(request, {"removed": request["session_id"] == "42"})

    with ScriptedDaemon(path, script), connect(str(path)) as client:
        answers = client.requests([Remove(session_id=str(n)) for n in range(100)])

    assert answers == [Removed(n == 42) for n in range(100)]


def test_a_refusal_is_raised_with_its_code_and_exit_code(path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.refuse(peer.request(), "conflict", retryable=True)
        peer.answer(peer.request(), PONG)

    with ScriptedDaemon(path, script), connect(str(path)) as client:
        with pytest.raises(RequestRefusedError, match="It is conflict") as caught:
            client.request(Reopen(session_id="s"))

        assert (caught.value.code, caught.value.retryable) == ("conflict", True)
        assert caught.value.exit_code == 6
        assert client.request(Ping()).pid == 7


def test_one_refusal_among_many_hides_no_other_answer(path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.answer(peer.request(), {"removed": True})
        peer.refuse(peer.request(), "invalid_value")
        peer.answer(peer.request(), {"removed": False})

    with ScriptedDaemon(path, script), connect(str(path)) as client:
        first, second, third = client.requests([Remove(session_id=n) for n in "abc"])

    assert (first, third) == (Removed(True), Removed(False))
    assert isinstance(second, RequestRefusedError)


def test_more_requests_than_both_sockets_hold_do_not_lock_the_two_up(path: Path) -> None:
    many = 3000

    def script(peer: Peer) -> None:
        for _ in range(many):
            peer.answer(peer.request(), [session("x", note="y" * 500)])

    with ScriptedDaemon(path, script), connect(str(path)) as client:
        answers = client.requests([ListSessions(id="z" * 200)] * many)

    assert len(answers) == many


def test_a_daemon_that_breaks_off_is_unreachable(path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b'{"ok":true,"id":null')

    with (
        ScriptedDaemon(path, script),
        connect(str(path)) as client,
        pytest.raises(DaemonUnreachableError, match="closed the connection"),
    ):
        client.request(Ping())


def test_a_refusal_before_the_daemon_hangs_up_is_what_is_told(path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.refuse({}, "forbidden")

    with ScriptedDaemon(path, script), connect(str(path)) as client:
        answers = client.requests([Ping(), Ping()])

    assert [a.code for a in answers if isinstance(a, RequestRefusedError)] == ["forbidden"] * 2


def test_a_refusal_of_one_request_does_not_stand_for_others_that_were_never_answered(
    path: Path,
) -> None:
    def script(peer: Peer) -> None:
        peer.refuse(peer.request(), "not_found")

    with (
        ScriptedDaemon(path, script),
        connect(str(path)) as client,
        pytest.raises(DaemonUnreachableError),
    ):
        client.requests([Reopen(session_id="a"), Reopen(session_id="b")])


def test_a_daemon_that_says_nothing_is_given_up(path: Path) -> None:
    with (
        ScriptedDaemon(path, Peer.wait_for_hangup),
        connect(str(path), timeout=0.05) as client,
        pytest.raises(DaemonUnreachableError, match="does not answer"),
    ):
        client.request(Ping())


def test_a_client_that_lost_step_is_never_used_again(path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"nonsense\n")
        peer.wait_for_hangup()

    with ScriptedDaemon(path, script), connect(str(path)) as client:
        with pytest.raises(ProtocolError):
            client.request(Ping())
        with pytest.raises(DaemonUnreachableError):
            client.request(Ping())


def test_no_daemon_says_how_to_start_one(path: Path) -> None:
    with pytest.raises(DaemonUnreachableError, match="agent-console daemon start"):
        connect(str(path))


def test_a_subscription_begins_with_the_snapshot(path: Path) -> None:
    def script(peer: Peer) -> None:
        request = peer.request()
        assert request["topics"] == ["session"]
        assert request["since"] == {"epoch": "boot", "seq": 4}
        peer.answer(request, snapshot(session("a"), seq=5))
        peer.notify("session", 6, session("a", "attention"))

    with ScriptedDaemon(path, script), connect(str(path)) as client:
        changes = client.subscribe(("session",), Since("boot", 4))

        assert [(n.event, n.seq) for n in (next(changes), next(changes))] == [
            ("snapshot", 5),
            ("session", 6),
        ]
        with pytest.raises(DaemonUnreachableError):
            next(changes)


def test_notifications_between_answers_are_kept(path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.answer(peer.request(), snapshot())
        request = peer.request()
        peer.notify("session", 2, session("a"))
        peer.answer(request, PONG)
        peer.wait_for_hangup()

    with ScriptedDaemon(path, script), connect(str(path)) as client:
        changes = client.subscribe()
        assert client.request(Ping()).pid == 7

        assert [next(changes).event, next(changes).event] == ["snapshot", "session"]


def test_waiting_for_a_notification_has_an_end(path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.answer(peer.request(), snapshot())
        peer.wait_for_hangup()

    with ScriptedDaemon(path, script), connect(str(path)) as client:
        client.subscribe()

        assert client.next_notification(0.01) is None
