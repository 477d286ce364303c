"""The daemon follows transcripts while they are written, whatever becomes of its index worker."""

import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.daemon.running import DEADLINE_SECONDS, Daemon, Message, Wire
from tests.scratch import has_ended
from tests.usage.asking import query, sums_that_differ
from tests.usage.ingest.transcripts import OTHER, SESSION, answer, text_of, usage

from agent_console.paths import database_path

PROJECT = ".claude/projects/-home-user-project"
MODEL = "claude-opus-4-6"


def said_now(id_: str, written: int = 100, **more: Any) -> dict[str, Any]:
    """An assistant's line of this moment."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return answer(id_, usage(10, written), **{"timestamp": now, "model": MODEL} | more)


def write(path: Path, *lines: dict[str, Any]) -> None:
    """As Claude Code does: more lines at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as opened:
        opened.write(text_of(*lines))


def hears(wire: Wire, event: str, is_it: Callable[[Message], bool]) -> Message:
    """Wait for a notification."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        line = wire.line()
        if line.get("event") == event and is_it(line["data"]):
            data: Message = line["data"]
            return data
    raise TimeoutError(event)


def told(wire: Wire, id_: str) -> Message:
    """Wait until subscribers are told of a response."""
    return hears(wire, "usage", lambda data: data["message_id"] == id_)


def hook(wire: Wire, path: Path, session: str = SESSION, **env: str) -> None:
    """A session says where its transcript is."""
    event = {
        "hook_event_name": "SessionStart",
        "source": "startup",
        "session_id": session,
        "transcript_path": str(path),
    }
    wire.data(cmd="HOOK", event=event, env={"CLAUDE_PID": str(os.getpid()), **env})


def workers(daemon: Daemon) -> list[int]:
    """The index workers of a daemon that runs: their process ids."""
    children = Path(f"/proc/{daemon.process.pid}/task/{daemon.process.pid}/children")
    found = [int(pid) for pid in children.read_text().split()]
    return [pid for pid in found if b"index_worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@pytest.fixture
def transcript(scratch_home: Path) -> Path:
    path = scratch_home / PROJECT / f"{SESSION}.jsonl"
    path.parent.mkdir(parents=True)
    return path


@pytest.fixture
def following(daemon: Daemon, transcript: Path) -> Daemon:
    """A daemon that has taken in one response and follows."""
    write(transcript, said_now("m0"))
    daemon.start()
    with daemon.connect() as wire:
        wire.data(cmd="SUB")
        hook(wire, transcript)
        if wire.data(cmd="META", session_id=SESSION)["total_output_tokens"] == 0:
            hears(wire, "metadata", lambda data: data["total_output_tokens"] == 100)
    return daemon


def test_a_new_line_is_told_and_in_the_totals(following: Daemon, transcript: Path) -> None:
    with following.connect() as wire:
        wire.data(cmd="SUB")
        write(transcript, said_now("m1", 5))
        totals = hears(wire, "metadata", lambda data: data["total_output_tokens"] == 105)
        assert totals["session_id"] == SESSION
        assert told(wire, "m1")["output_tokens"] == 5
        assert wire.data(cmd="META", session_id=SESSION)["total_output_tokens"] == 105


def test_prices_that_are_looked_up_later_change_the_totals(
    following: Daemon, transcript: Path
) -> None:
    with following.connect() as wire:
        wire.data(cmd="SUB")
        before = wire.data(cmd="META", session_id=SESSION)["total_cost_usd"]
        if not before:
            priced = hears(wire, "metadata", lambda data: data["total_cost_usd"] > 0)
            before = priced["total_cost_usd"]
        write(transcript, said_now("m1", model="claude-haiku-4-5"))
        unpriced = hears(wire, "metadata", lambda data: data["total_output_tokens"] == 200)
        assert unpriced["total_cost_usd"] == before
        hears(wire, "metadata", lambda data: data["total_cost_usd"] > before)


def test_a_file_in_a_new_folder_is_seen(following: Daemon, scratch_home: Path) -> None:
    with following.connect() as wire:
        wire.data(cmd="SUB")
        new = scratch_home / f".claude/projects/-new/{OTHER}/subagents/workflows/w/agent-1.jsonl"
        write(new, said_now("deep", isSidechain=True, sessionId=OTHER))
        assert told(wire, "deep")["session_id"] == OTHER


def test_a_project_that_is_renamed_and_made_anew_is_followed_under_both_names(
    following: Daemon, transcript: Path
) -> None:
    with following.connect() as wire:
        wire.data(cmd="SUB")
        renamed = transcript.parent.with_name("-renamed")
        transcript.parent.rename(renamed)
        write(renamed / transcript.name, said_now("m1"))
        told(wire, "m1")
        write(transcript.with_name(f"{OTHER}.jsonl"), said_now("m2", sessionId=OTHER))
        told(wire, "m2")
    assert sums_that_differ(database_path()) == []


def test_links_in_a_circle_do_not_keep_the_worker_busy(daemon: Daemon, transcript: Path) -> None:
    for name in ("a", "b", "c"):
        (transcript.parent / name).symlink_to("..")
    daemon.start()
    with daemon.connect() as wire:
        wire.data(cmd="SUB")
        write(transcript, said_now("m1"))
        told(wire, "m1")
        write(transcript, said_now("m2"))
        told(wire, "m2")


def test_the_first_transcript_ever_is_followed(daemon: Daemon, scratch_home: Path) -> None:
    (scratch_home / ".claude").mkdir()
    daemon.start()
    path = scratch_home / PROJECT / f"{SESSION}.jsonl"
    with daemon.connect() as wire:
        wire.data(cmd="SUB")
        assert workers(daemon) == []
        hook(wire, path)
        hook(wire, scratch_home / "elsewhere" / "x.jsonl", OTHER)
        write(scratch_home / "elsewhere" / "x.jsonl", said_now("x", sessionId=OTHER))
        wait_for_worker(daemon)
        wait_until(lambda: database_path().exists())
        write(path, said_now("m1"))
        told(wire, "m1")


def test_a_path_that_a_hook_names_outside_of_the_folders_is_followed(
    following: Daemon, scratch_home: Path
) -> None:
    outside = scratch_home / "outside"
    path, other = outside / f"{OTHER}.jsonl", outside / "not-named.jsonl"
    write(path, said_now("m1", sessionId=OTHER))
    write(other, said_now("never"))
    with following.connect() as wire:
        wire.data(cmd="SUB")
        hook(wire, path, OTHER)
        told(wire, "m1")
        write(other, said_now("never again"))
        write(path, said_now("m2", sessionId=OTHER))
        told(wire, "m2")
        write(path.with_suffix("") / "subagents/agent-1.jsonl", said_now("m3", isSidechain=True))
        told(wire, "m3")
    assert query(database_path(), "SELECT 1 FROM messages WHERE key LIKE 'never%'") == []


def test_a_config_dir_named_at_run_time_is_followed(following: Daemon, scratch_home: Path) -> None:
    second = scratch_home / "second account"
    path = second / f"projects/-p/{OTHER}.jsonl"
    write(path, said_now("m1", sessionId=OTHER))
    with following.connect() as wire:
        wire.data(cmd="SUB")
        hook(wire, path, OTHER, CLAUDE_CONFIG_DIR=str(second))
        told(wire, "m1")
        write(path.with_name("third.jsonl"), said_now("m2"))
        told(wire, "m2")


def test_a_worker_that_is_killed_is_started_again_and_nothing_is_lost_or_counted_twice(
    following: Daemon, transcript: Path, scratch_home: Path
) -> None:
    outside = scratch_home / "outside" / f"{OTHER}.jsonl"
    write(outside, said_now("o1", sessionId=OTHER))
    with following.connect() as wire:
        wire.data(cmd="SUB")
        hook(wire, outside, OTHER)
        told(wire, "o1")
        (worker,) = workers(following)
        write(transcript, *[said_now(f"k{n}", 1) for n in range(2_000)])
        os.kill(worker, signal.SIGKILL)
        write(transcript, said_now("after"))
        write(outside, said_now("o2", sessionId=OTHER))
        wanted = {"after", "o2"}
        while wanted:
            data = hears(wire, "usage", lambda data: data["message_id"] in wanted)
            wanted.remove(data["message_id"])
        assert workers(following) != [worker]
        assert wire.data(cmd="META", session_id=SESSION)["total_output_tokens"] == 2_200
    assert sums_that_differ(database_path()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_worker_does_not_outlive_its_daemon(following: Daemon, number: signal.Signals) -> None:
    (worker,) = workers(following)
    following.signal(number)
    following.ended()
    assert has_ended(worker, DEADLINE_SECONDS)


def test_a_daemon_without_transcripts_starts_no_worker(daemon: Daemon) -> None:
    daemon.start()
    with daemon.connect() as wire:
        wire.data(cmd="STATUS")
        assert workers(daemon) == []
    daemon.stop()


def wait_until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def wait_for_worker(daemon: Daemon) -> None:
    wait_until(lambda: workers(daemon))
