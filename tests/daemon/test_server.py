"""The daemon as a whole: what it says of itself, when it leaves, and what it costs at rest."""

import os
import platform
import sys
import time
import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from types import ModuleType

import anyio
import pytest
from tests.daemon.running import DEADLINE_SECONDS, Daemon, Message, Running, rules_of, serving
from tests.daemon.standin import StandIn

from agent_console.config import Config, DaemonConfig
from agent_console.daemon import server
from agent_console.daemon.state.outcome import Outcome
from agent_console.daemon.watching import registry_watch, spool_watch
from agent_console.daemon.watching.folder_change import FolderChange
from agent_console.daemon.watching.folder_watch import watch_folders
from agent_console.protocol.messages import ListSessions
from agent_console.version import __version__

AN_INSTANT = 0.05


@pytest.mark.skipif(sys.platform != "linux", reason="no list of what is open")
async def test_a_server_that_has_ended_holds_no_descriptor(scratch_home: Path) -> None:
    async with serving(scratch_home):
        pass  # what the event loop opens for its first server stays
    before = open_descriptors()
    async with serving(scratch_home) as ended, ended.connect() as wire:
        await wire.data(cmd="SUB")
    assert open_descriptors() == before
    assert ended.path  # it has not been collected


def open_descriptors() -> dict[str, str]:
    folder = "/proc/self/fd"
    return {each: os.readlink(f"{folder}/{each}") for each in os.listdir(folder) if is_open(each)}


def is_open(descriptor: str) -> bool:
    """It is not the one that the list of them is read through."""
    return os.path.lexists(f"/proc/self/fd/{descriptor}")


# ---- STATUS --------------------------------------------------------------------------------


def test_status_tells_the_truth(daemon: Daemon) -> None:
    session = str(uuid.uuid4())
    started = time.time_ns() // 1_000_000
    with daemon.start().connect() as wire, daemon.connect() as subscriber:
        subscriber.data(cmd="SUB", topics=["usage", "alert"])
        wire.data(cmd="SET", session_id=session, status="working")
        wire.data(cmd="SET", session_id="b", status="question")
        wire.data(cmd="SET", session_id="c", status="closed")
        for _ in range(2):
            wire.data(cmd="UPSERT", session_id=session, turns=1, message_id="m")
        wire.data(cmd="HOOK", event={"hook_event_name": "Stop", "session_id": session})
        wire.ask(b"nonsense\n")
        dump = wire.data(cmd="DUMP")
        status: Message = wire.data(cmd="STATUS")
        resident = resident_bytes(daemon.process.pid)
        epoch = wire.data(cmd="PING")["epoch"]
    assert 0 <= status.pop("uptime_ms") <= time.time_ns() // 1_000_000 - started
    assert 0 < status.pop("loop_lag_p99_ms") < 1_000
    assert abs(status.pop("rss_bytes") - resident) < 4_000_000
    assert status.pop("event_loop") in {"asyncio", "uvloop"}
    assert os.path.exists(status["database"])
    assert status == {
        "pid": daemon.process.pid,
        "server": __version__,
        "version": 1,
        "epoch": epoch,
        "python": platform.python_version(),
        "socket": daemon.path,
        "database": f"{daemon.home}/.local/share/agent-console/metrics.db",
        "ledger_error": None,
        "sessions": {"question": 1, "attention": 1, "working": 0, "closed": 1},
        "subscribers": [{"topics": ["alert", "usage"], "lag": 0, "pending": 0}],
        "connections": 2,
        "counters": {
            "requests": 10,
            "hooks": {"Stop": 1},
            "bad_lines": 1,
            "upserts": 2,
            "duplicates": 1,
            "internal_errors": 0,
            "spool_drained": 0,
            "spool_dropped": 0,
        },
        "watching": [f"{daemon.home}/.config/claude/sessions", f"{daemon.home}/.claude/sessions"],
        "last_error": None,
        "indexing": {
            "running": False,
            "files": None,
            "caught_up": False,
            "bytes_read": 0,
            "bytes_in_all": 0,
            "last_error": None,
        },
    }
    assert {s["session_id"] for s in dump["sessions"]} == {session, "b", "c"}


def resident_bytes(pid: int) -> int:
    statm = Path(f"/proc/{pid}/statm").read_text(encoding="ascii")
    return int(statm.split()[1]) * os.sysconf("SC_PAGESIZE")


def test_each_boot_is_another_epoch(daemon: Daemon) -> None:
    epochs: set[str] = set()
    for _ in range(2):
        with daemon.start().connect() as wire:
            epochs.add(str(uuid.UUID(wire.data(cmd="PING")["epoch"])))
        daemon.stop()
    assert len(epochs) == 2


async def test_the_loop_lag_shows_a_rule_that_takes_long(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: object) -> Outcome:
        time.sleep(0.05)
        return Outcome()

    async with serving(scratch_home) as running, running.connect() as wire:
        assert (await wire.data(cmd="STATUS"))["loop_lag_p99_ms"] < 50
        monkeypatch.setitem(rules_of(running), ListSessions, slow)
        await wire.data(cmd="LIST")
        assert (await wire.data(cmd="STATUS"))["loop_lag_p99_ms"] >= 50


# ---- READY ---------------------------------------------------------------------------------


@pytest.mark.parametrize("slow", [spool_watch, registry_watch], ids=["spool", "registry"])
async def test_ready_is_said_when_spool_and_registry_are_read_however_long_that_takes(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch, slow: ModuleType
) -> None:
    async def slowly(folders: list[Path]) -> AsyncGenerator[FolderChange]:
        await anyio.sleep(AN_INSTANT)
        async with aclosing(watch_folders(folders)) as changes:
            async for change in changes:
                yield change

    monkeypatch.setattr(slow, "watch_folders", slowly)
    stand_in = StandIn(scratch_home / ".claude", "registered")
    try:
        stand_in.says("busy")
        spool = scratch_home / "run" / "s.spool"
        spool.mkdir(mode=0o700, parents=True)
        event = '{"hook_event_name":"UserPromptSubmit","session_id":"spooled","prompt":"go"}'
        frame = f'{{"cmd":"HOOK","sent_at":1,"event":{event}}}\n'
        (spool / "1-1.json").write_text(frame, encoding="utf-8")
        (scratch_home / "run").chmod(0o700)
        async with serving(scratch_home) as running, running.connect() as wire:
            board = await wire.data(cmd="LIST")
    finally:
        stand_in.close()
    assert {session["session_id"] for session in board} == {"registered", "spooled"}


# ---- leaving when nobody needs it ----------------------------------------------------------


def idle_after(minutes: int) -> Config:
    return Config(daemon=DaemonConfig(idle_exit_minutes=minutes))


def is_there(path: str) -> bool:
    return os.path.lexists(path)


async def leaves(running: Running) -> bool:
    with anyio.move_on_after(DEADLINE_SECONDS):
        await running.ended.wait()
    return running.ended.is_set()


async def stays(running: Running) -> bool:
    """Whether it is there still after many times the idle time; there is nothing to wait for."""
    await anyio.sleep(6 * AN_INSTANT)
    return not running.ended.is_set()


async def test_an_unused_daemon_leaves(scratch_home: Path) -> None:
    async with serving(scratch_home, idle_after(1), minute_seconds=AN_INSTANT) as running:
        assert await leaves(running)
    assert not is_there(running.path)


async def test_it_leaves_when_the_last_session_has_closed(scratch_home: Path) -> None:
    async with serving(scratch_home, idle_after(1), minute_seconds=AN_INSTANT) as running:
        async with running.connect() as wire:
            await wire.data(cmd="SET", session_id="s", status="attention")
            assert await stays(running)
            await wire.data(cmd="SET", session_id="s", status="closed")
        assert await leaves(running)


async def test_it_leaves_when_the_last_subscriber_has_left(scratch_home: Path) -> None:
    async with serving(scratch_home, idle_after(1), minute_seconds=AN_INSTANT) as running:
        async with running.connect() as wire:
            await wire.data(cmd="SUB")
            assert await stays(running)
        assert await leaves(running)


async def test_whatever_happens_begins_the_time_anew(scratch_home: Path) -> None:
    async with serving(scratch_home, idle_after(20), minute_seconds=AN_INSTANT) as running:
        async with running.connect() as wire:
            for _ in range(50):
                await wire.data(cmd="SET", session_id="s", status="attention")
                await wire.data(cmd="SET", session_id="s", status="closed")
                await anyio.sleep(AN_INSTANT)
            assert not running.ended.is_set()
        assert await leaves(running)


async def test_with_0_minutes_it_never_leaves(scratch_home: Path) -> None:
    async with serving(scratch_home, idle_after(0), minute_seconds=AN_INSTANT) as running:
        assert await stays(running)


async def test_a_daemon_that_systemd_started_leaves_that_to_systemd(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", f"{scratch_home}/nobody")
    async with serving(scratch_home, idle_after(1), minute_seconds=AN_INSTANT) as running:
        assert await stays(running)


async def test_a_daemon_with_a_socket_of_systemd_leaves_that_to_systemd(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "handed_over_path", lambda: "/run/user/0/s")
    async with serving(scratch_home, idle_after(1), minute_seconds=AN_INSTANT) as running:
        assert await stays(running)


# ---- at rest -------------------------------------------------------------------------------


@pytest.mark.parametrize(("sessions", "status"), [(0, ""), (3, "working"), (3, "attention")])
def test_at_rest_it_is_not_woken_by_anything(daemon: Daemon, sessions: int, status: str) -> None:
    config = daemon.home / ".config/agent-console/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[alerts]\nwaiting_minutes = 1\n")
    with daemon.start().connect() as wire:
        for number in range(sessions):
            wire.data(cmd="SET", session_id=f"s{number}", status=status)
        # The ledger answers in order, so after this it has nothing to do either.
        wire.data(cmd="META", session_id="00000000-0000-4000-8000-000000000000")
        settled = wake_ups(daemon.process.pid)
        time.sleep(1)  # there is nothing to wait for: nothing may happen
        assert wake_ups(daemon.process.pid) - settled <= 3


def wake_ups(pid: int) -> int:
    """How often its threads were given the processor because something happened."""
    total = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for line in (thread / "status").read_text(encoding="ascii").splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                total += int(line.split()[1])
    return total
