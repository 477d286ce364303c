"""What the daemon does when it is told something by a signal, or to stop."""

import os
import signal
import sqlite3
import time
import uuid
from pathlib import Path

import pytest
from anyio.abc import SocketAttribute
from tests.daemon.running import (
    DEADLINE_SECONDS,
    Daemon,
    Message,
    Wire,
    encoded,
    serving,
)

STOP_SECONDS = 5


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_good_order(daemon: Daemon, number: signal.Signals) -> None:
    with daemon.start().connect() as wire:
        wire.data(cmd="SUB")
        daemon.signal(number)
        bye = wire.line()
        assert bye["event"] == "bye"
        assert bye["data"]["reason"] == f"received {number.name}"
        assert wire.rest() == []
    assert daemon.process.wait(STOP_SECONDS) == 0
    assert not os.path.lexists(daemon.path)
    assert "Traceback" not in daemon.said()


def test_what_was_sent_before_the_signal_is_answered_by_all(daemon: Daemon) -> None:
    daemon.start()
    session = str(uuid.uuid4())
    requests: list[Message] = [{"cmd": "SET", "session_id": session, "status": "working"}]
    requests += [{"cmd": "UPSERT", "session_id": session, "turns": 1}] * 50
    requests += [{"cmd": "META", "session_id": session}, {"cmd": "PING"}] * 25
    with daemon.connect() as first:
        first.ask(requests[0])
        # Stopped, so that all of it, new connections too, waits unread when the signal comes.
        daemon.signal(signal.SIGSTOP)
        first.send(*requests)
        waiting = [daemon.connect() for _ in range(20)]
        for wire in waiting:
            wire.send(*requests)
        daemon.signal(signal.SIGTERM)
        daemon.signal(signal.SIGCONT)
        for wire in (first, *waiting):
            answers = wire.rest()
            assert [answer["ok"] for answer in answers] == [True] * len(requests)
            wire.socket.close()
    assert daemon.process.wait(STOP_SECONDS) == 0
    with daemon.start().connect() as wire:
        assert wire.data(cmd="META", session_id=session)["turns_used"] == 50 * 21


async def test_what_lies_unread_when_it_is_told_to_stop_is_answered(scratch_home: Path) -> None:
    session = str(uuid.uuid4())
    pair: list[Message] = [
        {"cmd": "UPSERT", "session_id": session, "turns": 1},
        {"cmd": "META", "session_id": session},
    ]
    async with serving(scratch_home) as running, running.connect() as wire:
        await wire.data(cmd="SET", session_id=session, status="working")
        # Nothing below waits, so the daemon has no chance to read before it hears of the end.
        late = [Wire(running.path) for _ in range(5)]
        for other in late:
            other.send(*pair * 50)
        raw = wire.stream.extra_attributes[SocketAttribute.raw_socket]()
        pings = raw.send(encoded({"cmd": "PING"}) * 5_000) // len(encoded({"cmd": "PING"}))
        assert pings > 3_000
        running.server.request_stop("now")
        assert all(answer["ok"] for answer in await wire.lines(pings))
        await running.ended.wait()
        for other in late:
            answers = other.rest()
            assert [answer["ok"] for answer in answers] == [True] * 100
            other.socket.close()


def test_what_comes_while_it_stops_is_refused_as_worth_a_retry(daemon: Daemon) -> None:
    daemon.start()
    session = str(uuid.uuid4())
    database = daemon.home / ".local/share/agent-console/metrics.db"
    with daemon.connect() as writer, daemon.connect() as late:
        writer.data(cmd="SET", session_id=session, status="working")
        late.data(cmd="PING")
        blocker = sqlite3.connect(database, isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        try:
            writer.send({"cmd": "UPSERT", "session_id": session, "turns": 1, "id": 1})
            late.data(cmd="PING")
            daemon.signal(signal.SIGTERM)
            # Not all of these are late, but from the first refusal on all are refused.
            answer = late.ask({"cmd": "PING"})
            while answer["ok"]:
                answer = late.ask({"cmd": "PING"})
            assert answer["error"]["code"] == "shutting_down"
            assert answer["error"]["retryable"] is True
            refused = late.ask({"cmd": "UPSERT", "session_id": session, "turns": 1, "id": 2})
            assert (refused["id"], refused["error"]["code"]) == (2, "shutting_down")
        finally:
            blocker.execute("ROLLBACK")
            blocker.close()
        assert [(answer["id"], answer["ok"]) for answer in writer.rest()] == [(1, True)]
    assert daemon.process.wait(STOP_SECONDS) == 0
    with daemon.start().connect() as wire:
        assert wire.data(cmd="META", session_id=session)["turns_used"] == 1


def test_a_ledger_that_hangs_does_not_keep_it_from_ending(daemon: Daemon) -> None:
    daemon.start()
    session = str(uuid.uuid4())
    database = daemon.home / ".local/share/agent-console/metrics.db"
    with daemon.connect() as writer:
        writer.data(cmd="SET", session_id=session, status="working")
        blocker = sqlite3.connect(database, isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        try:
            writer.send({"cmd": "UPSERT", "session_id": session, "turns": 1})
            daemon.signal(signal.SIGTERM)
            started = time.monotonic()
            assert daemon.process.wait(DEADLINE_SECONDS) == 0
            assert time.monotonic() - started < STOP_SECONDS
        finally:
            blocker.execute("ROLLBACK")
            blocker.close()
        assert [answer["ok"] for answer in writer.rest()] in ([], [False])


def test_stop_waits_for_force_while_sessions_work(daemon: Daemon) -> None:
    with daemon.start().connect() as wire:
        wire.data(cmd="SET", session_id="a", status="working")
        wire.data(cmd="SET", session_id="b", status="attention")
        refused = wire.ask({"cmd": "STOP"})
        assert refused["error"]["code"] == "conflict"
        assert "1 session is working" in refused["error"]["message"]
        assert wire.data(cmd="PING")["pong"]
        assert wire.data(cmd="STOP", force=True) == {"stopping": True}
        assert wire.rest() == []
    assert daemon.process.wait(STOP_SECONDS) == 0


def test_stop_needs_no_force_when_nobody_works(daemon: Daemon) -> None:
    with daemon.start().connect() as wire:
        wire.data(cmd="SET", session_id="a", status="question")
        assert wire.data(cmd="STOP") == {"stopping": True}
    assert daemon.process.wait(STOP_SECONDS) == 0


# ---- SIGHUP --------------------------------------------------------------------------------


@pytest.fixture
def config(daemon: Daemon) -> Path:
    path = daemon.home / ".config/agent-console/config.toml"
    path.parent.mkdir(parents=True)
    return path


def reread(daemon: Daemon, until: str) -> None:
    """Have it read its configuration again, and wait until its log says so."""
    daemon.signal(signal.SIGHUP)
    deadline = time.monotonic() + DEADLINE_SECONDS
    with daemon.connect() as wire:
        while until not in daemon.said():
            assert wire.data(cmd="PING")["pong"]
            assert time.monotonic() < deadline


def test_sighup_reads_the_configuration_again(daemon: Daemon, config: Path) -> None:
    config.write_text('[daemon]\nlog_level = "warning"\n', encoding="utf-8")
    daemon.start()
    assert "Listening" not in daemon.said()
    config.write_text('[daemon]\nlog_level = "info"\n', encoding="utf-8")
    reread(daemon, "Read the configuration again.")
    daemon.stop()


def test_how_long_closed_sessions_stay_is_heeded_from_the_start_and_by_sighup(
    daemon: Daemon, config: Path
) -> None:
    config.write_text("[daemon]\nkeep_closed_days = 0\n", encoding="utf-8")
    daemon.start()
    with daemon.connect() as wire:
        wire.data(cmd="SET", session_id="one", status="closed")
        wire.data(cmd="SET", session_id="two", status="working")
        assert [session["session_id"] for session in wire.data(cmd="LIST")] == ["two"]
    config.write_text("[daemon]\nkeep_closed_days = 1\n", encoding="utf-8")
    reread(daemon, "Read the configuration again.")
    with daemon.connect() as wire:
        wire.data(cmd="SET", session_id="two", status="closed")
        wire.data(cmd="SET", session_id="three", status="working")
        assert [each["session_id"] for each in wire.data(cmd="LIST")] == ["three", "two"]
    daemon.stop()


def test_sighup_with_a_broken_configuration_keeps_the_old_one_and_says_why(
    daemon: Daemon, config: Path
) -> None:
    daemon.start()
    config.write_text("[daemon\n", encoding="utf-8")
    reread(daemon, "The configuration stays as it was")
    with daemon.connect() as wire:
        assert str(config) in wire.data(cmd="STATUS")["last_error"]
    config.write_text('[daemon]\nlog_level = "loud"\n', encoding="utf-8")
    reread(daemon, "daemon.log_level")
    daemon.stop()


def test_a_broken_configuration_at_the_start_is_told_and_exits_2(
    daemon: Daemon, config: Path
) -> None:
    config.write_text("[daemon\n", encoding="utf-8")
    assert daemon.spawn().wait(DEADLINE_SECONDS) == 2
    assert str(config) in daemon.said()
    assert "Traceback" not in daemon.said()


def test_a_good_configuration_ends_the_error_of_a_broken_one(daemon: Daemon, config: Path) -> None:
    daemon.start()
    config.write_text("[daemon\n", encoding="utf-8")
    reread(daemon, "The configuration stays as it was")
    config.write_text("[daemon]\n", encoding="utf-8")
    reread(daemon, "Read the configuration again.")
    with daemon.connect() as wire:
        assert wire.data(cmd="STATUS")["last_error"] is None


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        ("daemon.durability", '[daemon]\ndurability = "full"\n'),
        ("display.timezone", '[display]\ntimezone = "Europe/Berlin"\n'),
    ],
)
def test_what_takes_effect_at_the_next_start_says_so(
    daemon: Daemon, config: Path, setting: str, text: str
) -> None:
    daemon.start()
    config.write_text(text, encoding="utf-8")
    reread(daemon, f"`{setting}` takes effect at the next start.")
