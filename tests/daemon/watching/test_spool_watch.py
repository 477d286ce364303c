"""Events that hooks left because no daemon took them: applied in order, at least once."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.daemon.running import Daemon, Wire, encoded, serving
from tests.daemon.standin import hears

NOW_MS = time.time_ns() // 1_000_000


def leave(spool: Path, sent_at: float, name: str, session: str, **fields: Any) -> Path:
    """An event as a hook spools it."""
    spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    event = {"hook_event_name": name, "session_id": session, **fields}
    frame = encoded({"cmd": "HOOK", "sent_at": sent_at, "event": event})
    frame = frame.replace(b'{"cmd": "HOOK", ', b'{"cmd":"HOOK",', 1)
    return leave_bytes(spool, sent_at, frame)


def leave_bytes(spool: Path, sent_at: float, content: bytes) -> Path:
    path = spool / f"{sent_at}-{os.getpid()}.json"
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.rename(path)
    return path


@pytest.fixture
def spool(daemon: Daemon) -> Path:
    Path(daemon.path).parent.mkdir(mode=0o700)
    return Path(f"{daemon.path}.spool")


@pytest.fixture
def wire(daemon: Daemon) -> Iterator[Wire]:
    with daemon.start().connect() as wire:
        wire.data(cmd="SUB")
        yield wire


def test_what_was_left_before_the_start_is_applied_in_order_before_ready(
    daemon: Daemon, spool: Path
) -> None:
    # Written in another order than they were sent.
    leave(spool, NOW_MS - 1_000, "Stop", "s")
    leave(spool, NOW_MS - 3_000, "SessionStart", "s", source="startup")
    leave(spool, NOW_MS - 2_000, "UserPromptSubmit", "s", prompt="go")
    with daemon.start().connect() as wire:
        (session,) = wire.data(cmd="DUMP")["sessions"]
        counters = wire.data(cmd="STATUS")["counters"]
    assert (session["status"], session["reason"]) == ("attention", "done")
    assert [(step["from"], step["to"]) for step in session["history"]] == [
        ("attention", "working"),
        ("working", "attention"),
    ]
    assert session["since_ms"] == NOW_MS - 1_000
    assert (counters["spool_drained"], counters["spool_dropped"]) == (3, 0)
    assert counters["hooks"] == {"SessionStart": 1, "Stop": 1, "UserPromptSubmit": 1}
    assert os.listdir(spool) == []


def test_what_is_left_while_it_runs_is_applied_when_it_appears(wire: Wire, daemon: Daemon) -> None:
    spool = Path(f"{daemon.path}.spool")
    for session in ("a", "b"):
        leave(spool, time.time_ns() / 1e6, "UserPromptSubmit", session, prompt="go")
        hears(wire, session, status="working")
    while os.listdir(spool):
        wire.data(cmd="PING")


def test_the_folder_may_go_and_come_again(wire: Wire, daemon: Daemon) -> None:
    spool = Path(f"{daemon.path}.spool")
    spool.rmdir()
    leave(spool, time.time_ns() / 1e6, "UserPromptSubmit", "s", prompt="go")
    hears(wire, "s", status="working")


def test_garbage_is_counted_and_gone_and_harms_nothing(daemon: Daemon, spool: Path) -> None:
    leave(spool, NOW_MS - 500, "UserPromptSubmit", "s", prompt="go")
    leave_bytes(spool, NOW_MS - 600, b"no frame at all\n")
    leave_bytes(spool, NOW_MS - 700, b'{"cmd":"HOOK",cut in the mid')
    leave_bytes(spool, NOW_MS - 800, b'{"cmd":"HOOK","event":no json}\n')
    leave_bytes(spool, NOW_MS - 900, b'{"cmd":"HOOK","cmd":"STOP"}\n')
    (spool / "dropped").write_bytes(b"..")
    (spool / "README").write_text("none of ours", encoding="utf-8")
    with daemon.start().connect() as wire:
        assert [s["session_id"] for s in wire.data(cmd="LIST")] == ["s"]
        counters = wire.data(cmd="STATUS")["counters"]
    assert (counters["spool_drained"], counters["spool_dropped"]) == (1, 6)
    assert counters["internal_errors"] == 0
    assert os.listdir(spool) == ["README"]


def test_an_event_that_was_applied_before_a_crash_changes_nothing_the_second_time(
    wire: Wire, daemon: Daemon, tmp_path: Path
) -> None:
    spool = Path(f"{daemon.path}.spool")
    content = leave(tmp_path, NOW_MS, "UserPromptSubmit", "s", prompt="go").read_bytes()
    leave_bytes(spool, NOW_MS, content)
    hears(wire, "s", status="working")
    wire.data(cmd="HOOK", event={"hook_event_name": "Stop", "session_id": "s"})
    hears(wire, "s", status="attention")
    leave_bytes(spool, NOW_MS, content)
    while os.listdir(spool):
        wire.data(cmd="PING")
    assert wire.data(cmd="GET", session_id="s")["status"] == "attention"


@pytest.mark.parametrize("obstacle", ["file", "link"])
def test_something_in_the_folders_place_is_left_alone_and_the_daemon_starts(
    daemon: Daemon, spool: Path, scratch_home: Path, obstacle: str
) -> None:
    elsewhere = scratch_home / "elsewhere"
    kept = leave(elsewhere, NOW_MS, "UserPromptSubmit", "s", prompt="go")
    if obstacle == "file":
        spool.write_text("in the way", encoding="utf-8")
    else:
        spool.symlink_to(elsewhere)
    with daemon.start().connect() as wire:
        assert wire.data(cmd="LIST") == []
    daemon.stop()
    assert kept.exists()
    assert "Traceback" not in daemon.said()


async def test_an_event_is_forgotten_only_after_it_was_applied(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agent_console.claude_code import spool as spool_files
    from agent_console.daemon.state.machine import State

    order: list[str] = []
    apply, forget = State.apply, spool_files.forget

    def noting_apply(self: State, request: Any, at_ms: int) -> Any:
        order.append("applied")
        return apply(self, request, at_ms)

    def noting_forget(drained: spool_files.Drained) -> int:
        order.append("forgotten")
        return forget(drained)

    monkeypatch.setattr(State, "apply", noting_apply)
    monkeypatch.setattr(spool_files, "forget", noting_forget)
    (scratch_home / "run").mkdir(mode=0o700)
    folder = scratch_home / "run" / "s.spool"
    for number in range(3):
        leave(folder, NOW_MS + number, "UserPromptSubmit", f"s{number}", prompt="go")
    async with serving(scratch_home):
        assert order == ["applied"] * 3 + ["forgotten"]


async def test_long_events_are_taken_one_in_a_turn_in_order_and_all_before_ready(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agent_console.daemon.serving.actor import Actor

    turns: list[int] = []
    turn = Actor._turn  # pyright: ignore[reportPrivateUsage]

    def noting_turn(self: Actor, woken_at: float) -> None:
        before = self.state.hooks_counted.get("UserPromptSubmit", 0)
        turn(self, woken_at)
        turns.append(self.state.hooks_counted.get("UserPromptSubmit", 0) - before)

    monkeypatch.setattr(Actor, "_turn", noting_turn)
    (scratch_home / "run").mkdir(mode=0o700)
    folder = scratch_home / "run" / "s.spool"
    for number in range(4):
        text = f"{number}" + "x" * 2_000_000
        leave(folder, NOW_MS - 4 + number, "UserPromptSubmit", "s", prompt=text, cwd=f"/{number}")
    async with serving(scratch_home) as running, running.connect() as wire:
        assert sum(turns) == 4
        assert max(turns) == 1
        assert (await wire.data(cmd="GET", session_id="s"))["working_dir"] == "/3"
        assert os.listdir(folder) == []


def test_many_broken_files_do_not_hide_the_event_behind_them(daemon: Daemon, spool: Path) -> None:
    leave(spool, NOW_MS, "UserPromptSubmit", "s", prompt="go")
    for number in range(3):
        leave_bytes(spool, NOW_MS - 10 + number, b"x" * 2_000_000)
    with daemon.start().connect() as wire:
        assert [s["session_id"] for s in wire.data(cmd="LIST")] == ["s"]
    assert os.listdir(spool) == []
