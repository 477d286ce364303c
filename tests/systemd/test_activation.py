"""The daemon as systemd starts it: the socket handed over, the notifications, the orderly end."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

TIMEOUT_SECONDS = 20.0

pytestmark = pytest.mark.skipif(
    shutil.which("systemd-socket-activate") is None,
    reason="systemd-socket-activate is not on this machine",
)


class Manager:
    """The part of a service manager that a daemon talks to, around systemd-socket-activate."""

    def __init__(self, folder: Path) -> None:
        self.socket = f"{folder}/daemon.sock"
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notify.bind(f"{folder}/notify")
        self._notify.settimeout(TIMEOUT_SECONDS)
        self._told: list[str] = []
        self._notify_path = f"{folder}/notify"
        self._folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, **environment: str) -> None:
        """Listen; the program is started by the first connection."""
        program = [sys.executable, "-P", "-m", "agent_console", "daemon", "run"]
        passed = {"HOME": str(self._folder), "NOTIFY_SOCKET": self._notify_path, **environment}
        options = [f"--setenv={name}={value}" for name, value in passed.items()]
        self.process = subprocess.Popen(
            ["systemd-socket-activate", f"--listen={self.socket}", *options, *program],
            env={**os.environ, **passed},
        )
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not os.path.exists(self.socket):
            assert self.process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)  # it tells nobody when it listens

    def told(self, wanted: str) -> None:
        """Wait until the daemon has said a line; what it said before is passed over."""
        while wanted not in self._told:
            self._told += self._notify.recv(4096).decode().splitlines()
        del self._told[: self._told.index(wanted) + 1]

    def connected(self) -> socket.socket:
        """A client's connection."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(TIMEOUT_SECONDS)
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while True:
            try:
                connection.connect(self.socket)
            except ConnectionRefusedError:  # bound, and not listened on yet
                assert time.monotonic() < deadline
                time.sleep(0.01)
            else:
                return connection

    def ask(self, request: dict[str, object]) -> dict[str, object]:
        """One request on a connection of its own."""
        with self.connected() as connection:
            connection.sendall(json.dumps(request).encode() + b"\n")
            answer: dict[str, object] = json.loads(connection.makefile("rb").readline())
            return answer

    def close(self) -> None:
        self._notify.close()
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def manager(scratch_home: Path) -> Iterator[Manager]:
    """A manager that has started nothing yet."""
    made = Manager(scratch_home)
    yield made
    made.close()


def test_a_connection_starts_the_daemon_and_is_answered(manager: Manager) -> None:
    manager.start()

    answer = manager.ask({"cmd": "PING", "id": 1})

    manager.told("READY=1")
    assert answer["ok"] is True
    assert manager.process is not None
    data = answer["data"]
    assert isinstance(data, dict)
    # systemd-socket-activate becomes the program, so the daemon is the process that was started.
    assert data["pid"] == manager.process.pid


def test_the_daemon_does_not_touch_the_socket_that_systemd_holds(manager: Manager) -> None:
    manager.start()
    held = os.stat(manager.socket).st_ino

    manager.ask({"cmd": "PING"})
    manager.told("READY=1")
    assert manager.process is not None
    manager.process.send_signal(signal.SIGTERM)
    manager.told("STOPPING=1")

    assert manager.process.wait(TIMEOUT_SECONDS) == 0
    assert os.stat(manager.socket).st_ino == held


def test_what_was_sent_before_the_daemon_ran_is_not_lost(manager: Manager) -> None:
    manager.start()
    event = {"hook_event_name": "UserPromptSubmit", "session_id": "s-1", "prompt": "x", "cwd": "/"}
    with manager.connected() as hook:
        hook.sendall(json.dumps({"cmd": "HOOK", "event": event}).encode() + b"\n")

    manager.told("READY=1")

    # Connections have no order among themselves: it is in the snapshot, or told after it.
    with manager.connected() as subscriber:
        subscriber.sendall(b'{"cmd": "SUB"}\n')
        lines = iter(subscriber.makefile("rb").readline, b"")
        heard = next(line for line in lines if b'"s-1"' in line)
    assert b'"status":"working"' in heard


def test_the_watchdog_is_fed(manager: Manager) -> None:
    manager.start(WATCHDOG_USEC="400000")

    manager.ask({"cmd": "PING"})

    manager.told("READY=1")
    manager.told("WATCHDOG=1")
    manager.told("WATCHDOG=1")
