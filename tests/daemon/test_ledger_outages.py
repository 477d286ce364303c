"""A real daemon whose ledger cannot be read or written for a while: nothing written is lost."""

import sqlite3
import time
import uuid
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.daemon.running import Daemon, Wire

from agent_console.daemon import server as server_module

STOP_SECONDS = 5
BUSY_SECONDS = 5
SESSION = str(uuid.uuid4())
PATIENCE_SECONDS = server_module.ASK_AGAIN_SECONDS + 10


def database(daemon: Daemon) -> Path:
    return daemon.home / ".local" / "share" / "agent-console" / "metrics.db"


def working(**fields: Any) -> dict[str, Any]:
    return {"cmd": "SET", "session_id": SESSION, "status": "working", **fields}


def written(wire: Wire) -> tuple[str | None, int, str | None]:
    session = wire.data(cmd="GET", session_id=SESSION)
    return session["label"], session["priority"], session["note"]


@contextmanager
def kept_busy(path: Path) -> Generator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


@pytest.fixture
def unreadable(daemon: Daemon) -> bytes:
    """A ledger with what the person wrote, damaged while no daemon runs; what it held."""
    with daemon.start().connect() as wire:
        wire.data(**working(label="mine", priority=3, note="look"))
        wire.data(cmd="UPSERT", session_id=SESSION, input_tokens=7)
    daemon.stop()
    good = database(daemon).read_bytes()
    database(daemon).write_bytes(b"no database" * 1_000)
    return good


def test_what_was_written_before_an_outage_survives_what_is_written_in_it(
    daemon: Daemon, unreadable: bytes
) -> None:
    with daemon.start().connect() as wire:
        wire.data(**working(note="new"))
        assert written(wire) == (None, 0, "new")
        wire.data(cmd="SUB", topics=["session"])
        database(daemon).write_bytes(unreadable)
        while (line := wire.line())["data"]["label"] is None:
            pass
        assert (line["data"]["label"], line["data"]["priority"]) == ("mine", 3)
        assert written(wire) == ("mine", 3, "new")
    daemon.stop()
    with daemon.start().connect() as wire:
        wire.data(**working())
        assert written(wire) == ("mine", 3, "new")


def test_totals_that_cannot_be_read_are_refused_not_zero_and_come_later(
    daemon: Daemon, unreadable: bytes
) -> None:
    with daemon.start().connect() as wire:
        wire.data(**working())
        refused = wire.ask({"cmd": "META", "session_id": SESSION})
        assert refused["error"]["code"] == "internal"
        assert refused["error"]["retryable"] is True
        assert "is not a database" in refused["error"]["message"]
        event = {"session_id": SESSION, "cost": {"total_cost_usd": 1.5}}
        assert wire.data(cmd="STATUSLINE", event=event)["session_cost_usd"] == 1.5
        database(daemon).write_bytes(unreadable)
        wire.data(cmd="SUB", topics=["metadata"])
        while (line := wire.line())["event"] != "metadata":
            pass
        assert line["data"]["total_input_tokens"] == 7


def test_what_a_busy_ledger_refused_is_told_in_status_and_kept_afterwards(daemon: Daemon) -> None:
    with daemon.start().connect() as wire:
        with kept_busy(database(daemon)):
            wire.data(**working(label="mine"))
            deadline = time.monotonic() + PATIENCE_SECONDS
            while (why := wire.data(cmd="STATUS")["last_error"]) is None:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert "busy" in why
            assert "It is tried again." in daemon.said()
        daemon.stop()
    with daemon.start().connect() as wire:
        wire.data(**working())
        assert written(wire) == ("mine", 0, None)


def test_a_stop_that_meets_a_busy_ledger_tries_again_in_time(daemon: Daemon) -> None:
    with daemon.start().connect() as wire:
        with kept_busy(database(daemon)) as other:
            began = time.monotonic()
            wire.data(**working(label="mine"))
            time.sleep(max(0.0, began + BUSY_SECONDS - 0.5 - time.monotonic()))
            stopped = time.monotonic()
            daemon.process.terminate()
            # The first attempt gives up meanwhile.
            time.sleep(max(0.0, began + BUSY_SECONDS + 0.5 - time.monotonic()))
            other.execute("ROLLBACK")
        assert daemon.process.wait(STOP_SECONDS) == 0
        assert time.monotonic() - stopped < STOP_SECONDS
    with daemon.start().connect() as wire:
        wire.data(**working())
        assert written(wire) == ("mine", 0, None)
