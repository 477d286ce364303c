"""STATUS says how far the transcripts are; the process that reads them stays small."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.daemon.running import DEADLINE_SECONDS, Daemon, Message, Wire
from tests.usage.asking import query

ASK_AGAIN_SECONDS = 0.02
"""Whoever asks without a pause takes the processor that a worker which is nice waits for."""
SESSION = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def transcript(scratch_home: Path) -> Path:
    """A transcript with one response of a model that has a price."""
    folder = scratch_home / ".claude" / "projects" / "-p"
    folder.mkdir(parents=True)
    path = folder / f"{SESSION}.jsonl"
    path.write_text(
        '{"type":"assistant","timestamp":"2026-11-20T12:00:00.000Z","uuid":"u",'
        f'"sessionId":"{SESSION}","message":{{"id":"msg_1","role":"assistant",'
        '"model":"claude-sonnet-4-5","content":[],'
        '"usage":{"input_tokens":5,"output_tokens":1}}}\n'
    )
    return path


def indexing(wire: Wire) -> Message:
    told: Message = wire.data(cmd="STATUS")["indexing"]
    return told


def test_status_says_when_all_has_been_read(daemon: Daemon, transcript: Path) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    with daemon.start().connect() as wire:
        while not (told := indexing(wire))["caught_up"]:
            assert time.monotonic() < deadline, told
            time.sleep(ASK_AGAIN_SECONDS)
    assert told == {
        "running": True,
        "files": 1,
        "caught_up": True,
        "bytes_read": 0,
        "bytes_in_all": 0,
        "last_error": None,
    }


def test_without_transcripts_nothing_runs(daemon: Daemon) -> None:
    with daemon.start().connect() as wire:
        told = indexing(wire)
    assert (told["running"], told["files"], told["caught_up"]) == (False, None, False)


def test_status_says_why_nothing_is_read(daemon: Daemon, transcript: Path) -> None:
    database = daemon.home / ".local" / "share" / "agent-console" / "metrics.db"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"no database" * 1_000)
    deadline = time.monotonic() + DEADLINE_SECONDS
    with daemon.start().connect() as wire:
        while (error := indexing(wire)["last_error"]) is None:
            assert time.monotonic() < deadline
            time.sleep(ASK_AGAIN_SECONDS)
        assert "agent-console db repair" in error
        assert "agent-console db repair" in wire.data(cmd="STATUS")["ledger_error"]


def test_why_nothing_is_read_stays_said_when_the_line_comes_in_pieces(
    daemon: Daemon, transcript: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")  # each piece of a line is written by itself
    database = daemon.home / ".local" / "share" / "agent-console" / "metrics.db"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"no database" * 1_000)
    deadline = time.monotonic() + DEADLINE_SECONDS
    with daemon.start().connect() as wire:
        while "The index worker ended; starting it again in 2 s." not in daemon.said():
            assert time.monotonic() < deadline
            time.sleep(ASK_AGAIN_SECONDS)
        assert "agent-console db repair" in indexing(wire)["last_error"]


FOLLOW = """
import sys
from pathlib import Path
from agent_console.daemon.indexing.index_worker import IndexWorker
IndexWorker(Path(sys.argv[1]), [Path(sys.argv[2])]).run()
print("genai_prices" in sys.modules, file=sys.stderr)
"""


def test_prices_are_looked_up_without_the_catalogue_in_the_worker(
    scratch_home: Path, transcript: Path
) -> None:
    database = scratch_home / "metrics.db"
    done = subprocess.run(
        [sys.executable, "-c", FOLLOW, str(database), str(scratch_home / ".claude")],
        input="",
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=True,
    )
    assert done.stderr == "False\n"
    assert '"prices_changed":true' in done.stdout
    assert query(database, "SELECT origin IS NOT NULL FROM priced_models") == [(1,)]


def test_what_an_upsert_told_without_a_cost_is_priced_soon(daemon: Daemon) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    with daemon.start().connect() as wire:
        wire.data(cmd="SET", session_id=SESSION, status="working")
        used = {"model": "claude-opus-5-5", "input_tokens": 1_000_000}
        assert wire.data(cmd="UPSERT", session_id=SESSION, **used)["total_cost_usd"] == 0
        while wire.data(cmd="META", session_id=SESSION)["total_cost_usd"] == 0:
            assert time.monotonic() < deadline
            time.sleep(ASK_AGAIN_SECONDS)
