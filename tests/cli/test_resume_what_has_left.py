"""`resume` with a session that has left the board, as the ledger and its transcript tell it."""

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.cli.conftest import Run
from tests.usage.ingest.transcripts import OTHER, SESSION, answer, prompt, write

from agent_console.daemon.process_identity import process_start

STARTED_IN = "/home/user/shop"
PROJECT = "projects/-home-user-shop"


@pytest.fixture
def claude(scratch_home: Path) -> Path:
    """A folder of Claude Code whose registry the daemon does not follow."""
    return scratch_home / "claude"


@pytest.fixture
def transcript(claude: Path, daemon: int, run: Run) -> Path:
    """It is in the ledger, and its session not on the board."""
    assert daemon
    path = claude / PROJECT / f"{SESSION}.jsonl"
    write(
        path,
        answer("m1", cwd="/home/user/elsewhere", timestamp="2026-01-01T12:00:00.000Z"),
        answer("m2", cwd=STARTED_IN, timestamp="2026-01-01T12:00:01.000Z"),
    )
    assert run("ingest", "--config-dir", str(claude)).code == 0
    return path


@pytest.mark.usefixtures("transcript")
def test_it_goes_on_in_the_folder_that_its_transcript_lies_with(run: Run, claude: Path) -> None:
    done = run("resume", SESSION[:8], "--print")
    command = f"env CLAUDE_CONFIG_DIR={claude} claude --resume {SESSION}"
    assert (done.code, done.out) == (0, f"cd -- {STARTED_IN} && {command}\n")


def test_the_beginning_of_several_names_them(run: Run, transcript: Path, claude: Path) -> None:
    other = f"{SESSION[:-1]}0"
    write(transcript.with_name(f"{other}.jsonl"), answer("m3", sessionId=other))
    assert run("ingest", "--config-dir", str(claude)).code == 0
    done = run("resume", SESSION[:8], "--print")
    assert done.code == 7
    assert f"{other}, {SESSION}" in done.err


def test_without_its_transcript_it_cannot_go_on(run: Run, transcript: Path) -> None:
    transcript.unlink()
    done = run("resume", SESSION)
    assert (done.code, done.out) == (6, "")
    assert "transcript of session" in done.err
    assert "cleanupPeriodDays" in done.err


def test_one_whose_folder_nothing_tells_is_left_to_the_person(
    run: Run, transcript: Path, claude: Path
) -> None:
    write(transcript.with_name(f"{OTHER}.jsonl"), prompt("hello", sessionId=OTHER))
    assert run("ingest", "--config-dir", str(claude)).code == 0
    done = run("resume", OTHER)
    assert (done.code, done.out) == (6, "")
    assert f"type `claude --resume {OTHER}` in it" in done.err


@pytest.mark.usefixtures("transcript")
def test_one_that_still_runs_does_not_go_on_twice(run: Run, claude: Path) -> None:
    pid = os.getpid()
    entry: dict[str, Any] = {"pid": pid, "sessionId": SESSION, "procStart": process_start(pid)}
    (claude / "sessions").mkdir()
    (claude / "sessions" / f"{pid}.json").write_bytes(msgspec.json.encode(entry))
    done = run("resume", SESSION)
    assert (done.code, done.out) == (6, "")
    assert "still runs" in done.err


@pytest.mark.usefixtures("transcript")
def test_one_that_nobody_knows_exits_5(run: Run) -> None:
    assert run("resume", OTHER).code == 5
