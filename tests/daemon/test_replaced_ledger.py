"""A real daemon beside a restore or a recovery goes on with the ledger that is there now."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from tests.daemon.running import DEADLINE_SECONDS, Daemon, Message, Wire
from tests.usage.maintenance.reading import damage

SESSION = str(uuid.uuid4())
NEWER = str(uuid.uuid4())


def database(daemon: Daemon) -> Path:
    return daemon.home / ".local" / "share" / "agent-console" / "metrics.db"


def db(daemon: Daemon, *words: str) -> None:
    """Run `agent-console db …` as the person would."""
    done = subprocess.run(
        [sys.executable, "-m", "agent_console", "db", *words],
        env={**os.environ, "HOME": str(daemon.home)},
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def upsert(wire: Wire, session_id: str, key: str, tokens: int) -> int:
    fields = {"session_id": session_id, "message_id": key, "input_tokens": tokens}
    total: int = wire.data(cmd="UPSERT", **fields)["total_input_tokens"]
    return total


def tokens(wire: Wire, session_id: str) -> int:
    total: int = wire.data(cmd="META", session_id=session_id)["total_input_tokens"]
    return total


def notified(wire: Wire, event: str, session_id: str) -> Message:
    while (line := wire.line()).get("event") != event or line["data"]["session_id"] != session_id:
        pass
    data: Message = line["data"]
    return data


@pytest.fixture
def backup(daemon: Daemon) -> Path:
    """A backup of a running daemon's ledger; since then more was billed and written."""
    path = daemon.home / "backup.db"
    with daemon.start().connect() as wire:
        wire.data(cmd="SET", session_id=SESSION, status="working", label="old")
        assert upsert(wire, SESSION, "a", 1) == 1
        db(daemon, "backup", str(path))
        wire.data(cmd="SET", session_id=SESSION, label="new", note="later")
        wire.data(cmd="SET", session_id=NEWER, status="working", label="newer")
        assert upsert(wire, SESSION, "b", 10) == 11
        assert upsert(wire, NEWER, "c", 100) == 100
    return path


def test_totals_are_the_restored_ones_at_once(daemon: Daemon, backup: Path) -> None:
    db(daemon, "restore", str(backup), "--yes")

    with daemon.connect() as wire:
        assert tokens(wire, SESSION) == 1
        assert tokens(wire, NEWER) == 0
        assert upsert(wire, SESSION, "d", 1_000) == 1_001
        assert upsert(wire, NEWER, "c", 100) == 100
        assert wire.data(cmd="STATUS")["ledger_error"] is None


def test_what_the_person_wrote_is_what_was_restored(daemon: Daemon, backup: Path) -> None:
    db(daemon, "restore", str(backup), "--yes")

    with daemon.connect() as wire:
        restored = wire.data(cmd="GET", session_id=SESSION)
        assert (restored["label"], restored["note"]) == ("old", None)
        assert wire.data(cmd="GET", session_id=NEWER)["label"] is None


def test_subscribers_hear_of_all_that_is_otherwise(daemon: Daemon, backup: Path) -> None:
    with daemon.connect() as wire:
        wire.data(cmd="SUB", topics=["session", "metadata"])

        db(daemon, "restore", str(backup), "--yes")

        assert notified(wire, "session", SESSION)["label"] == "old"
        assert notified(wire, "session", NEWER)["label"] is None
        assert notified(wire, "metadata", SESSION)["total_input_tokens"] == 1
        assert notified(wire, "metadata", NEWER)["total_input_tokens"] == 0


def test_after_damage_a_recovery_beside_the_daemon_mends_it(daemon: Daemon, backup: Path) -> None:
    folder = database(daemon).parent / "backups"
    folder.mkdir(exist_ok=True)
    for made in folder.iterdir():
        made.unlink()
    backup.rename(folder / "metrics-20261119-schema2.db")
    damage(database(daemon), "messages")

    db(daemon, "repair", "--yes")

    with daemon.connect() as wire:
        assert tokens(wire, SESSION) == 1
        assert upsert(wire, SESSION, "d", 1_000) == 1_001
        assert wire.data(cmd="GET", session_id=SESSION)["label"] == "old"
        assert wire.data(cmd="STATUS")["ledger_error"] is None
