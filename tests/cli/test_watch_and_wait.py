"""`watch` and `wait`: live, for people and for scripts."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from tests.cli.conftest import Run
from tests.cli.live import SECONDS, Live, live, until_somebody_subscribes
from tests.client.real_daemon import real_daemon

from agent_console.client.blocking import connect
from agent_console.model.session import Status
from agent_console.protocol.messages import Remove, SetSession


@pytest.fixture
def change(socket: str, daemon: int) -> Iterator[Callable[..., None]]:
    """Changes a session over a connection of its own."""
    with connect(socket) as client:

        def change(session_id: str, status: str, **fields: str) -> None:
            client.request(_set(session_id, status, **fields))

        yield change


def _set(session_id: str, status: str, **fields: str) -> SetSession:
    return msgspec.convert(
        {"cmd": "SET", "session_id": session_id, "status": Status(status), **fields}, SetSession
    )


def test_watch_tells_the_board_and_then_every_change(change: Callable[..., None]) -> None:
    change("s1", "working")
    with live("watch") as watch:
        assert watch.line().endswith("s1 working")
        change("s1", "question", reason="plan")
        assert watch.line().endswith("s1 working → question plan")
        watch.interrupt()

        assert watch.end() == (0, "", "")


def test_watch_json_is_the_protocol_one_notification_per_line(
    change: Callable[..., None],
) -> None:
    change("s1", "working")
    with live("watch", "--json") as watch:
        first = msgspec.json.decode(watch.out.readline())
        change("s1", "attention")
        second = msgspec.json.decode(watch.out.readline())
        watch.interrupt()
        assert watch.end() == (0, "", "")

    assert first["event"] == "snapshot"
    assert [session["session_id"] for session in first["data"]["sessions"]] == ["s1"]
    assert (second["event"], second["data"]["status"]) == ("session", "attention")
    assert second["seq"] == first["seq"] + 1
    assert second["epoch"] == first["epoch"]


def test_watch_outlives_a_restart_of_the_daemon(socket: str, scratch_home: Path) -> None:
    with real_daemon(socket), connect(socket) as client:
        client.request(_set("s1", "working"))
        watch = Live("watch")
        assert watch.line().endswith("s1 working")
    assert "Waiting for it to come back" in watch.err.readline()

    with real_daemon(socket), connect(socket) as client:
        assert "is back" in watch.err.readline()
        client.request(_set("s2", "question"))
        told = ""
        while "s2" not in told:
            told = watch.line()
        watch.interrupt()
        assert watch.end()[0] == 0

    assert told.endswith("s2 new → question")


def test_watch_ends_quietly_when_nobody_reads_it(change: Callable[..., None]) -> None:
    with live("watch") as watch:
        watch.out.close()
        watch.process.stdout = None
        change("s1", "working")

        assert watch.process.wait(SECONDS) == 141
        assert watch.err.read() == ""


def test_wait_is_over_at_once_when_it_is_so_already(run: Run, change: Callable[..., None]) -> None:
    change("s1", "question")

    done = run("wait", "s1")

    assert (done.code, done.out, done.err) == (0, "question\n", "")


def test_wait_ends_when_the_status_comes(change: Callable[..., None]) -> None:
    change("s1", "working")
    with live("wait", "s1", "--status", "attention", "--status", "closed", "--json") as wait:
        change("s2", "attention")
        change("s1", "question")
        change("s1", "attention", reason="done")
        code, out, err = wait.end()

    assert (code, err) == (0, "")
    session = msgspec.json.decode(out)
    assert (session["session_id"], session["status"]) == ("s1", "attention")


def test_wait_gives_up_with_124(run: Run, change: Callable[..., None]) -> None:
    change("s1", "working")

    done = run("wait", "s1", "--timeout", "0.1")

    assert (done.code, done.out) == (124, "")
    assert "did not become attention or question within 0.1 s" in done.err


def test_wait_for_an_unknown_session_exits_5(run: Run, daemon: int) -> None:
    assert run("wait", "nobody", "--timeout", "5").code == 5


def test_wait_for_a_removed_session_exits_5(socket: str, change: Callable[..., None]) -> None:
    change("s1", "working")
    with live("wait", "s1") as wait, connect(socket) as client:
        until_somebody_subscribes(client)
        client.request(Remove(session_id="s1"))

        assert wait.end()[0] == 5


def test_wait_for_a_session_that_closes_exits_6(run: Run, change: Callable[..., None]) -> None:
    change("s1", "closed")

    assert run("wait", "s1").code == 6
    assert run("wait", "s1", "--status", "closed").code == 0


def test_wait_may_begin_before_the_session(change: Callable[..., None]) -> None:
    with live("wait", "later", "--may-be-new") as wait:
        change("later", "working")
        change("later", "attention")

        assert wait.end() == (0, "attention\n", "")


def test_wait_interrupted_exits_130(socket: str, daemon: int) -> None:
    with live("wait", "s", "--may-be-new") as wait, connect(socket) as client:
        until_somebody_subscribes(client)
        wait.interrupt()
        code, out, err = wait.end()

    assert (code, out) == (130, "")
    assert "Traceback" not in err


def test_wait_outlives_a_restart_of_the_daemon(socket: str) -> None:
    with real_daemon(socket), connect(socket) as client:
        client.request(_set("s1", "working"))
        wait = Live("wait", "s1", "--may-be-new", "--timeout", str(SECONDS))
        until_somebody_subscribes(client)
    with real_daemon(socket), connect(socket) as client:
        client.request(_set("s1", "attention"))

        assert wait.end()[:2] == (0, "attention\n")


def test_watch_says_that_there_is_nothing_yet(daemon: int) -> None:
    with live("watch") as watching:
        assert watching.err.readline() == (
            "No sessions yet. Changes are told here as they come; Ctrl-C ends it.\n"
        )
