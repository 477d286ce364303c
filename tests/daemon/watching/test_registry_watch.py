"""What the daemon learns from Claude Code's registry alone, before any hook is installed."""

import os
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import anyio
import pytest
from tests.daemon.running import Daemon, Wire, serving
from tests.daemon.standin import StandIn, hears

from agent_console.daemon.watching import folder_watch, registry_watch

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")

Start = Callable[..., StandIn]


@pytest.fixture
def stand_in(scratch_home: Path) -> Iterator[Start]:
    """Starts stand-ins in the usual config dir."""
    started: list[StandIn] = []

    def start(session: str, config_dir: Path = scratch_home / ".claude") -> StandIn:
        started.append(StandIn(config_dir, session))
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.fixture
def wire(daemon: Daemon) -> Iterator[Wire]:
    """A subscriber of a daemon that started before there was any config dir."""
    with daemon.start().connect() as wire:
        wire.data(cmd="SUB")
        yield wire


def test_sessions_that_ran_before_the_daemon_are_on_the_board_when_it_is_ready(
    daemon: Daemon, stand_in: Start
) -> None:
    stand_in("a").says("busy")
    stand_in("b").says("waiting", waitingFor="input needed")
    stand_in("c").says("idle")
    with daemon.start().connect() as wire:
        board = wire.data(cmd="LIST")
    assert {s["session_id"]: (s["status"], s["reason"]) for s in board} == {
        "a": ("working", None),
        "b": ("question", "question"),
        "c": ("attention", "ready"),
    }
    assert {s["working_dir"] for s in board} == {"/home/user/project"}


def test_a_session_appears_and_changes_though_no_hook_tells_of_it(
    wire: Wire, stand_in: Start
) -> None:
    one = stand_in("s")
    one.says("idle")
    hears(wire, "s", status="attention", pid=one.process.pid)
    latencies: list[float] = []
    for status, waiting_for, expected in [
        ("busy", None, "working"),
        ("waiting", "permission prompt", "attention"),
        ("busy", None, "working"),
        ("waiting", "input needed", "question"),
        ("idle", None, "attention"),
    ]:
        # Each status is told in a later millisecond than the one before.
        time.sleep(0.002)
        written = time.perf_counter()
        one.says(status, waitingFor=waiting_for)
        hears(wire, "s", status=expected)
        latencies.append(time.perf_counter() - written)
    print(f"registry to subscriber: {max(latencies) * 1000:.1f} ms at most; promised are 250 ms")


def test_a_process_that_is_killed_closes_its_session_as_crashed(
    wire: Wire, stand_in: Start
) -> None:
    one = stand_in("s")
    one.says("busy")
    hears(wire, "s", status="working")
    one.is_killed()
    hears(wire, "s", status="closed", reason="crashed", closed=True)
    assert one.file.exists()


def test_a_process_that_takes_its_file_away_first_has_ended_in_good_order(
    wire: Wire, stand_in: Start
) -> None:
    one = stand_in("s")
    one.says("busy")
    hears(wire, "s", status="working")
    one.ends()
    hears(wire, "s", status="closed", reason="other")


def test_what_a_dead_process_left_behind_is_no_session(daemon: Daemon, stand_in: Start) -> None:
    one = stand_in("gone")
    one.says("busy")
    one.process.kill()
    one.process.wait()
    zombie = stand_in("zombie")
    zombie.says("busy")
    zombie.is_killed()
    with daemon.start().connect() as wire:
        assert wire.data(cmd="LIST") == []


def test_another_process_with_the_same_pid_is_not_the_session(
    daemon: Daemon, stand_in: Start
) -> None:
    stand_in("s").says("busy", procStart="1")
    with daemon.start().connect() as wire:
        assert wire.data(cmd="LIST") == []


def test_a_session_whose_process_moves_on_leaves_its_old_session(
    wire: Wire, stand_in: Start
) -> None:
    one = stand_in("before")
    one.says("busy")
    hears(wire, "before", status="working")
    one.session = "after"
    time.sleep(0.002)
    one.says("idle")
    hears(wire, "after", status="attention", predecessor="before")
    assert wire.data(cmd="GET", session_id="before")["status"] == "closed"


def test_processes_of_another_kernel_namespace_go_by_the_age_of_their_file(
    daemon: Daemon, stand_in: Start
) -> None:
    elsewhere = "linux:0000:pid:[1]"
    fresh, old = stand_in("fresh"), stand_in("old")
    for one in (fresh, old):
        one.process.kill()
        one.process.wait()
        one.says("busy", pidDomain=elsewhere)
    long_ago = time.time() - 13 * 3600
    os.utime(old.file, (long_ago, long_ago))
    with daemon.start().connect() as wire:
        assert [s["session_id"] for s in wire.data(cmd="LIST")] == ["fresh"]
        wire.data(cmd="SUB")
        fresh.file.unlink()
        hears(wire, "fresh", status="closed", reason="other")


def test_a_hook_heard_before_the_entry_of_another_namespace_closes_nothing_for_long(
    wire: Wire, stand_in: Start
) -> None:
    one = stand_in("s")
    one.process.kill()
    one.process.wait()
    event = {"hook_event_name": "UserPromptSubmit", "session_id": "s", "prompt": "go"}
    wire.data(cmd="HOOK", event=event, env={"CLAUDE_PID": str(one.process.pid)})
    hears(wire, "s", status="closed")
    time.sleep(0.002)
    one.says("busy", pidDomain="linux:0000:pid:[1]")
    hears(wire, "s", status="working")
    event = {"hook_event_name": "Stop", "session_id": "s", "prompt_id": "p"}
    wire.data(cmd="HOOK", event=event, env={"CLAUDE_PID": str(one.process.pid)})
    hears(wire, "s", status="attention", reason="done")
    time.sleep(0.05)
    assert wire.data(cmd="GET", session_id="s")["status"] == "attention"


async def test_an_entry_of_another_namespace_that_nobody_touches_expires_by_the_clock(
    scratch_home: Path, stand_in: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry_watch, "FOREIGN_ENTRY_SECONDS", 0.5)
    async with serving(scratch_home) as running, running.connect() as wire:
        await wire.data(cmd="SUB")
        for session in ("one", "two"):
            one = stand_in(session)
            one.says("busy", pidDomain="linux:0000:pid:[1]")
            line = await wire.notification("session")
            assert (line["data"]["session_id"], line["data"]["status"]) == (session, "working")
        ended = [(await wire.notification("session"))["data"] for _ in range(2)]
        assert [(s["session_id"], s["status"]) for s in ended] == [
            ("one", "closed"),
            ("two", "closed"),
        ]
        one.says("idle", pidDomain="linux:0000:pid:[1]")
        line = await wire.notification("session")
        assert (line["data"]["session_id"], line["data"]["status"]) == ("two", "attention")


def test_the_folder_may_come_go_and_come_again(
    wire: Wire, stand_in: Start, scratch_home: Path
) -> None:
    stand_in("first").says("busy")  # ~/.claude is made with it
    hears(wire, "first")
    shutil.rmtree(scratch_home / ".claude" / "sessions")
    stand_in("second").says("busy")
    hears(wire, "second")
    (scratch_home / ".claude").rename(scratch_home / ".claude.bak")
    stand_in("third").says("busy")
    hears(wire, "third")
    shutil.rmtree(scratch_home / ".claude")
    other = scratch_home / "prepared"
    stand_in("fourth", other).says("busy")
    other.rename(scratch_home / ".claude")
    hears(wire, "fourth")


def test_every_config_dir_of_the_list_is_watched(
    daemon: Daemon, stand_in: Start, scratch_home: Path
) -> None:
    one, two = scratch_home / "one", scratch_home / "two"
    stand_in("a", one).says("busy")
    named = f"{one}, {two}/projects,{one}"
    with daemon.start(CLAUDE_CONFIG_DIR=named).connect() as wire:
        wire.data(cmd="SUB")
        assert wire.data(cmd="STATUS")["watching"] == [f"{one}/sessions", f"{two}/sessions"]
        stand_in("b", two).says("idle")
        hears(wire, "b")
        assert {s["session_id"] for s in wire.data(cmd="LIST")} == {"a", "b"}


def test_an_empty_list_of_config_dirs_is_no_reason_to_hang(daemon: Daemon) -> None:
    with daemon.start(CLAUDE_CONFIG_DIR=" , ").connect() as wire:
        assert wire.data(cmd="STATUS")["watching"] == []


def test_a_half_written_file_is_read_again_when_it_is_whole(wire: Wire, stand_in: Start) -> None:
    one, barrier = stand_in("s"), stand_in("barrier")
    entry = one.entry(status="busy")
    with one.file.open("wb", buffering=0) as file:
        for piece in (entry[:10], entry[10:200]):
            file.write(piece)
            barrier.says("busy")
        hears(wire, "barrier")
        assert wire.data(cmd="GET", session_id="s") is None
        file.write(entry[200:])
    hears(wire, "s", status="working")


ODD_CONTENTS = [
    b"",
    b"{}",
    b"[]",
    b"\xff\xfe",
    b'{"pid":"x"}',
    b'{"pid":1e99,"sessionId":7}',
    b'{"sessionId":"odd"}',
    b"[" * 60_000,
]


def test_whatever_stands_in_a_file_harms_nothing(daemon: Daemon, stand_in: Start) -> None:
    for content in ODD_CONTENTS:
        stand_in("odd").file.write_bytes(content)
    stand_in("s").says("busy")
    with daemon.start().connect() as wire:
        assert [s["session_id"] for s in wire.data(cmd="LIST")] == ["s"]
        assert wire.data(cmd="STATUS")["counters"]["internal_errors"] == 0


def test_a_huge_file_and_what_is_no_file_are_passed_over(daemon: Daemon, stand_in: Start) -> None:
    folder = stand_in("s").file.parent
    stand_in("s").says("busy")
    (folder / "11.json").mkdir()
    os.mkfifo(folder / "12.json")
    with (folder / "13.json").open("wb") as huge:
        huge.truncate(1 << 30)
    with daemon.start().connect() as wire:
        assert [s["session_id"] for s in wire.data(cmd="LIST")] == ["s"]


@linux_only
def test_keys_and_messaging_sockets_are_never_opened(
    daemon: Daemon, stand_in: Start, scratch_home: Path
) -> None:
    from inotify_simple import INotify, flags

    one = stand_in("s")
    messaging = f"{scratch_home}/m.sock"
    key = one.file.with_suffix(".key")
    key.write_text("secret", encoding="utf-8")
    # A link with the name of an entry leads to the key too.
    (one.file.parent / "77.json").symlink_to(key)
    with INotify() as opened, socket.socket(socket.AF_UNIX) as messages:
        opened.add_watch(key, flags.OPEN)
        messages.bind(messaging)
        messages.listen()
        messages.setblocking(False)
        one.says("busy", messagingSocketPath=messaging)
        with daemon.start().connect() as wire:
            wire.data(cmd="SUB")
            time.sleep(0.002)
            one.says("idle", messagingSocketPath=messaging)
            hears(wire, "s", status="attention")
        assert opened.read(timeout=0) == []
        with pytest.raises(BlockingIOError):
            messages.accept()
        key.read_text(encoding="utf-8")
        assert opened.read(timeout=0), "this test would have seen it"


@linux_only
async def test_folders_are_looked_at_when_the_system_has_no_watches_left(
    scratch_home: Path, stand_in: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agent_console.daemon.watching import inotify

    def none_left(*_: object, **__: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(inotify, "INotify", none_left)
    monkeypatch.setattr(folder_watch, "POLL_SECONDS", 0.02)
    async with serving(scratch_home) as running, running.connect() as wire:
        await wire.data(cmd="SUB")
        stand_in("s").says("busy")
        line = await wire.notification("session")
        assert (line["data"]["session_id"], line["data"]["status"]) == ("s", "working")


@linux_only
async def test_a_crowd_of_changes_is_read_as_one(scratch_home: Path) -> None:
    folder = scratch_home / "watched"
    folder.mkdir()
    changes = folder_watch.watch_folders([folder])
    with anyio.fail_after(10):
        assert (await anext(changes)).names == frozenset()
        for number in range(100):
            (folder / f"{number}.json").write_text("x", encoding="utf-8")
        assert (await anext(changes)).names == {f"{number}.json" for number in range(100)}
    await changes.aclose()
