"""When a process ends, however it ends, and that nothing else passes for its end."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager

import anyio
import pytest
from anyio.streams.memory import MemoryObjectReceiveStream
from tests.daemon.running import DEADLINE_SECONDS, Daemon
from tests.daemon.standin import hears

from agent_console.daemon.process_identity import is_alive, process_start
from agent_console.daemon.watching import process_watch
from agent_console.daemon.watching.process_watch import ProcessWatch

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="start times are Linux's")

Sleeper = subprocess.Popen[bytes]


@pytest.fixture
def sleeper() -> Iterator[Callable[[], Sleeper]]:
    """Starts processes that do nothing."""
    started: list[Sleeper] = []

    def start() -> Sleeper:
        started.append(subprocess.Popen(["sleep", "1000"]))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait(DEADLINE_SECONDS)


@pytest.fixture(params=["told by the kernel", "without a descriptor"])
def how(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to notice an end."""
    if request.param == "without a descriptor":

        def none_left(*_: object) -> int:
            raise OSError(24, "Too many open files")

        monkeypatch.setattr(os, "pidfd_open", none_left)
        monkeypatch.setattr(process_watch, "_POLL_SECONDS", 0.01)
    return str(request.param)


@asynccontextmanager
async def watching() -> AsyncGenerator[tuple[ProcessWatch, MemoryObjectReceiveStream[int]]]:
    """A watch, and the pids it reports."""
    send, receive = anyio.create_memory_object_stream[int](10)
    with anyio.fail_after(DEADLINE_SECONDS), send, receive:
        async with anyio.create_task_group() as tasks:
            yield ProcessWatch(tasks, send.send_nowait), receive
            tasks.cancel_scope.cancel()


async def test_an_end_is_reported_once_and_only_where_it_happened(
    sleeper: Callable[[], Sleeper], how: str
) -> None:
    stays, killed, ends = sleeper(), sleeper(), sleeper()
    async with watching() as (watch, ended):
        watch.watch_exactly({stays.pid, killed.pid, ends.pid})
        await anyio.wait_all_tasks_blocked()
        killed.kill()
        assert await ended.receive() == killed.pid
        ends.send_signal(signal.SIGTERM)
        assert await ended.receive() == ends.pid
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(anyio.WouldBlock):
            ended.receive_nowait()


async def test_a_process_that_is_gone_already_is_reported(
    sleeper: Callable[[], Sleeper], how: str
) -> None:
    gone = sleeper()
    gone.kill()
    gone.wait()
    async with watching() as (watch, ended):
        watch.watch_exactly({gone.pid})
        assert await ended.receive() == gone.pid


async def test_what_is_watched_no_longer_is_not_reported(
    sleeper: Callable[[], Sleeper], how: str
) -> None:
    dropped, kept = sleeper(), sleeper()
    async with watching() as (watch, ended):
        watch.watch_exactly({dropped.pid, kept.pid})
        await anyio.wait_all_tasks_blocked()
        watch.watch_exactly({kept.pid})
        dropped.kill()
        dropped.wait()
        kept.kill()
        assert await ended.receive() == kept.pid


async def test_watching_goes_on_for_a_process_that_was_dropped_and_taken_again(
    sleeper: Callable[[], Sleeper], how: str
) -> None:
    process = sleeper()
    async with watching() as (watch, ended):
        for pids in ({process.pid}, set[int](), {process.pid}):
            watch.watch_exactly(pids)
        process.kill()
        assert await ended.receive() == process.pid


def test_a_zombie_has_ended(sleeper: Callable[[], Sleeper]) -> None:
    process = sleeper()
    start = process_start(process.pid)
    assert is_alive(process.pid, start)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not is_alive(process.pid, start)
    assert process_start(process.pid) is None


def test_the_same_pid_with_another_start_is_another_process() -> None:
    start = process_start(os.getpid())
    assert start is not None
    assert is_alive(os.getpid(), start)
    assert is_alive(os.getpid(), None)
    assert not is_alive(os.getpid(), str(int(start) - 1))


def test_the_name_of_a_program_may_hold_anything(tmp_path: os.PathLike[str]) -> None:
    program = os.path.join(tmp_path, "a) S (0 0 b")
    os.symlink("/bin/sleep", program)
    process = subprocess.Popen([program, "1000"])
    try:
        assert process_start(process.pid) is not None
        assert is_alive(process.pid, process_start(process.pid))
    finally:
        process.kill()
        process.wait()


def test_the_process_a_hook_names_is_watched_too(
    daemon: Daemon, sleeper: Callable[[], Sleeper]
) -> None:
    process = sleeper()
    event = {"hook_event_name": "UserPromptSubmit", "session_id": "s", "prompt": "go"}
    env = {"CLAUDE_PID": str(process.pid)}
    with daemon.start().connect() as wire:
        wire.data(cmd="SUB")
        assert wire.data(cmd="HOOK", event=event, env=env) == {
            "session_id": "s",
            "status": "working",
        }
        process.kill()
        hears(wire, "s", status="closed", reason="crashed")


def test_who_never_had_a_file_has_not_taken_it_away(
    daemon: Daemon, sleeper: Callable[[], Sleeper]
) -> None:
    """The registry's folder is there, and others are registered in it."""
    process = sleeper()
    (daemon.home / ".claude" / "sessions").mkdir(parents=True)
    event = {"hook_event_name": "UserPromptSubmit", "session_id": "s", "prompt": "go"}
    env = {"CLAUDE_PID": str(process.pid)}
    with daemon.start().connect() as wire:
        wire.data(cmd="SUB")
        wire.data(cmd="HOOK", event=event, env=env)
        process.kill()
        hears(wire, "s", status="closed", reason="crashed")
