"""A daemon that runs hears of the totals that a command has changed in the ledger."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.cli.test_ingest_command import SESSION, write_transcript
from tests.daemon.running import Message, Wire

pytestmark = pytest.mark.usefixtures("daemon")


@pytest.fixture
def unfollowed(scratch_home: Path) -> Path:
    """A folder of Claude Code that the daemon knows nothing of."""
    return scratch_home / "elsewhere"


def board(wire: Wire) -> int | None:
    """What the board says of the session's output tokens, before anybody asks the ledger."""
    (session,) = (each for each in wire.data(cmd="LIST") if each["session_id"] == SESSION)
    totals: Message | None = session["metadata"]
    return None if totals is None else int(totals["total_output_tokens"])


def test_the_board_has_what_ingest_read(run: Run, socket: str, unfollowed: Path) -> None:
    run("set", SESSION, "working")
    folder = f"--config-dir={unfollowed}"
    with Wire(socket) as wire:
        write_transcript(unfollowed, "msg_1")
        run("ingest", folder)
        assert board(wire) == 100

        # Totals that are known are not asked for again by themselves.
        write_transcript(unfollowed, "msg_1", "msg_2")
        run("ingest", folder)
        assert board(wire) == 200

        write_transcript(unfollowed, "msg_1", "msg_2", "msg_3")
        run("usage", folder)
        assert board(wire) == 300


def test_subscribers_are_told(run: Run, socket: str, unfollowed: Path) -> None:
    run("set", SESSION, "working")
    with Wire(socket) as wire:
        wire.ask({"cmd": "SUB", "topics": ["metadata"]})
        write_transcript(unfollowed, "msg_1", "msg_2")
        run("ingest", f"--config-dir={unfollowed}")
        told = wire.line()
    assert (told["event"], told["data"]["total_output_tokens"]) == ("metadata", 200)


def test_the_board_forgets_what_reindex_dropped(run: Run, socket: str, unfollowed: Path) -> None:
    folder = f"--config-dir={unfollowed}"
    transcript = write_transcript(unfollowed, "msg_1")
    run("ingest", folder)
    run("set", SESSION, "working")
    with Wire(socket) as wire:
        assert wire.data(cmd="META", session_id=SESSION)["total_output_tokens"] == 100
        transcript.unlink()
        run("reindex", folder, "--prune", "--yes")
        assert not board(wire)


def test_alerts_that_another_price_gives_rise_to_are_told_without_a_board(
    run: Run, socket: str, unfollowed: Path
) -> None:
    transcript = write_transcript(unfollowed, "msg_1")
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    transcript.write_text(
        re.sub(r'"timestamp": "[^"]+"', f'"timestamp": "{now}"', transcript.read_text())
    )
    run("ingest", f"--config-dir={unfollowed}")
    assert run("budget", "set", "$0.50", "--period", "daily").code == 0
    with Wire(socket) as wire:
        wire.ask({"cmd": "SUB", "topics": ["alert"]})
        run("pricing", "set", "claude-opus-5", "--input", "0", "--output", "9999")
        told = wire.line()
    assert (told["event"], told["data"].get("kind")) == ("alert", "budget")
