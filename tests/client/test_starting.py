"""The daemon is started when there is none: once, whoever asks."""

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.client.real_daemon import ended_afterwards, pid_on, real_daemon

from agent_console.client import starting
from agent_console.client.asynchronous import AsyncClient
from agent_console.client.blocking import connect
from agent_console.client.starting import connect_or_start, start
from agent_console.errors import (
    ConfigError,
    DaemonAlreadyRunningError,
    DaemonUnreachableError,
)
from agent_console.paths import config_path, log_path
from agent_console.protocol.messages import Ping, ServerStatus


@pytest.fixture
def socket(scratch_home: Path) -> Iterator[str]:
    path = str(scratch_home / "run" / "s.sock")
    with ended_afterwards(path):
        yield path


def test_a_daemon_is_started_when_there_is_none(socket: str) -> None:
    with connect_or_start(socket) as client:
        pid = client.request(Ping()).pid

    assert pid != os.getpid()
    with connect_or_start(socket) as client:
        assert client.request(Ping()).pid == pid


def test_it_belongs_to_no_terminal_and_no_folder_of_ours(socket: str) -> None:
    connect_or_start(socket).close()
    pid = pid_on(socket)

    assert os.getsid(pid) == pid
    assert os.readlink(f"/proc/{pid}/cwd") == "/"
    assert os.readlink(f"/proc/{pid}/fd/0") == os.devnull
    assert os.readlink(f"/proc/{pid}/fd/2") == str(log_path())
    assert log_path().stat().st_mode & 0o777 == 0o600


def test_a_log_that_cannot_be_written_is_told(scratch_home: Path) -> None:
    (scratch_home / ".local").write_text("a file where a folder should be")

    with pytest.raises(DaemonUnreachableError, match=f"{log_path()} cannot be written"):
        connect_or_start(str(scratch_home / "run" / "s.sock"))


def test_it_inherits_nothing_of_a_claude_code_or_a_unit_that_called_us(
    socket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUDE_CODE_MESSAGING_TOKEN", "secret")
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere")
    monkeypatch.setenv("LISTEN_FDS", "1")

    connect_or_start(socket).close()

    environment = Path(f"/proc/{pid_on(socket)}/environ").read_bytes()
    assert b"secret" not in environment
    assert b"NOTIFY_SOCKET" not in environment
    assert b"LISTEN_FDS" not in environment


def test_modules_in_the_folder_we_are_called_from_are_not_imported(
    socket: str, scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (scratch_home / "msgspec.py").write_text("raise SystemExit('taken over')")
    monkeypatch.chdir(scratch_home)

    connect_or_start(socket).close()


def test_eight_racing_clients_start_one_daemon(socket: str) -> None:
    code = (
        "import sys\n"
        "from agent_console.client.starting import connect_or_start\n"
        "from agent_console.protocol.messages import Ping\n"
        "sys.stdin.read()\n"
        "with connect_or_start(sys.argv[1]) as client:\n"
        "    print(client.request(Ping()).pid)\n"
    )
    racing = [
        subprocess.Popen(
            [sys.executable, "-c", code, socket],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    for process in racing:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    told = [process.communicate(timeout=60) for process in racing]

    assert [process.returncode for process in racing] == [0] * 8, told
    assert {out.strip() for out, _ in told} == {str(pid_on(socket))}
    log = log_path().read_text()
    assert log.count("Listening on") == 1
    assert "already" not in log, "an interpreter was started only to turn round"


def test_racing_threads_start_one_daemon_too(socket: str) -> None:
    pids: list[int] = []

    def ask() -> None:
        with connect_or_start(socket) as client:
            pids.append(client.request(Ping()).pid)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(pids) == 4
    assert len(set(pids)) == 1


def test_a_daemon_that_is_there_is_used(scratch_home: Path) -> None:
    path = str(scratch_home / "s.sock")
    with real_daemon(path) as process, connect_or_start(path) as client:
        assert client.request(ServerStatus()).pid == process.pid


def test_starting_beside_a_running_daemon_says_so(scratch_home: Path) -> None:
    path = str(scratch_home / "s.sock")
    with real_daemon(path), pytest.raises(DaemonAlreadyRunningError):
        start(path)


def test_a_daemon_that_hangs_is_not_taken_for_none(scratch_home: Path) -> None:
    path = str(scratch_home / "s.sock")
    with real_daemon(path) as process:
        process.send_signal(signal.SIGSTOP)
        with (
            connect_or_start(path, timeout=0.1) as client,
            pytest.raises(DaemonUnreachableError, match="does not answer"),
        ):
            client.request(Ping())


def test_a_daemon_that_was_killed_is_replaced(socket: str) -> None:
    connect_or_start(socket).close()
    pid = pid_on(socket)
    handle = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    select.select([handle], [], [], 10)
    os.close(handle)

    with connect_or_start(socket) as client:
        assert client.request(Ping()).pid != pid


def test_a_daemon_that_cannot_start_says_why(socket: str) -> None:
    config_path().parent.mkdir(parents=True)
    config_path().write_text("[daemon]\nlog_level = 'loud'\n")

    with pytest.raises(ConfigError, match=f"^{config_path()}.*`daemon.log_level`"):
        connect_or_start(socket)


def test_a_daemon_that_breaks_while_it_starts_is_told_with_its_log(
    socket: str, scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = scratch_home / "python"
    broken.write_text("#!/bin/sh\necho 'agent-console: It is broken.' >&2; exit 70\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))

    with pytest.raises(DaemonUnreachableError) as caught:
        connect_or_start(socket)

    assert str(caught.value) == (
        f"The daemon could not start (exit code 70): It is broken. Its log is {log_path()}."
    )


def test_a_folder_in_which_nothing_can_be_made_says_so(scratch_home: Path) -> None:
    (scratch_home / "file").touch()

    with pytest.raises(DaemonUnreachableError):
        connect_or_start(str(scratch_home / "file" / "s.sock"))


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_something_else_in_the_sockets_place_is_refused_and_nothing_made_beside_it(
    scratch_home: Path, kind: str
) -> None:
    path = scratch_home / "there"
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to("nowhere")
    else:
        path.touch()

    with pytest.raises(ConfigError, match="is no socket"):
        connect_or_start(str(path))

    assert os.listdir(scratch_home) == ["there"]


def test_something_else_in_the_sockets_place_is_told_by_who_starts_nothing(
    scratch_home: Path,
) -> None:
    (scratch_home / "there").touch()

    with pytest.raises(DaemonUnreachableError, match="is no socket"):
        connect(str(scratch_home / "there"))


def test_a_log_that_has_grown_is_put_aside_at_the_next_start(socket: str) -> None:
    log_path().parent.mkdir(parents=True)
    log_path().write_bytes(b"x" * (starting.LOG_BYTES + 1))

    connect_or_start(socket).close()

    assert log_path().with_suffix(".log.1").stat().st_size == starting.LOG_BYTES + 1
    assert log_path().stat().st_size < starting.LOG_BYTES


async def test_the_async_client_starts_one_when_it_is_asked_to(socket: str) -> None:
    async with AsyncClient(socket) as client:
        await client.start_daemon()
        assert (await client.request(Ping())).pid != os.getpid()
