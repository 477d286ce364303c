"""How these tests run the real hook script, and the real socket that listens to it.

Rule: every run checks what Claude Code would see, nothing on stdout and stderr and exit code 0, so
that no test can forget to.
"""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Raw

from agent_console.claude_code.spool import drain
from agent_console.protocol.codec import decode_request
from agent_console.protocol.messages import Hook

HOOKS = Path(__file__).parents[2] / "hooks"
HOOK = HOOKS / "agent_console_hook.py"
RARE = HOOKS / "agent_console_hook_rare.py"
PYTHON = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
"""The interpreter itself: a venv's or a version manager's stand-in is not what an install uses."""

DEADLINE_SECONDS = 30


class Listener:
    """A socket that takes everything, and remembers what each connection brought."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._received: list[bytes] = []
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(path))
        self._socket.listen(64)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def frames(self) -> list[bytes]:
        """What came in, a frame for each connection, after everything that was sent was read."""
        self._stop()
        return self._received

    def hooks(self) -> list[Hook]:
        """The same, as the daemon reads it."""
        return [hook(frame) for frame in self.frames()]

    def close(self) -> None:
        self._stop()
        self._socket.close()

    def _stop(self) -> None:
        if self._thread.is_alive():
            # Connections are served in turn, so this one comes after all that were made before.
            with socket.socket(socket.AF_UNIX) as last:
                last.connect(str(self.path))
                last.sendall(b"stop")
            self._thread.join(DEADLINE_SECONDS)

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection:
                received = _all_of(connection)
            if received == b"stop":
                return
            self._received.append(received)


def _all_of(connection: socket.socket) -> bytes:
    received = bytearray()
    while chunk := connection.recv(1 << 16):
        received += chunk
    return bytes(received)


def spooled(socket_path: Path) -> list[bytes]:
    """The frames that wait in the spool, the oldest first."""
    return [event.line for event in drain(spool_of(socket_path)).events]


def hook(frame: bytes) -> Hook:
    """A frame as the daemon reads it."""
    assert frame.count(b"\n") == frame.endswith(b"\n")
    assert frame.startswith(b'{"cmd":"HOOK",')
    request = decode_request(frame)
    assert isinstance(request, Hook)
    return request


def event_of(request: Hook) -> bytes:
    """The payload as it travelled."""
    assert isinstance(request.event, Raw)
    return bytes(request.event)


def arguments(socket_path: object, event: str = "Stop", script: Path = HOOK) -> list[str]:
    """The hook's command line, without a shell."""
    return [PYTHON, "-I", "-S", "-E", str(script), str(socket_path), event]


def run(
    command: list[str],
    stdin: bytes = b'{"a":1}\n',
    env: Mapping[str, str | bytes] | None = None,
    **how: Any,
) -> None:
    """Run a hook command to its end and check that nobody notices."""
    done = subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        env={"HOME": os.environ["HOME"]} if env is None else env,
        timeout=DEADLINE_SECONDS,
        check=False,
        **how,
    )
    assert (done.stdout, done.stderr, done.returncode) == (b"", b"", 0)


def spool_of(socket_path: Path) -> Path:
    return Path(f"{socket_path}.spool")
