"""A real tmux server of the test's own, and terminals attached to it.

Rule: it is ended by its pid, and every wait is for something tmux says.
"""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import which

import pytest

SECONDS = 20

needs_tmux = pytest.mark.skipif(which("tmux") is None, reason="tmux is not installed")


class Attached:
    """A terminal in which somebody has attached a session."""

    def __init__(self, server: "TmuxServer", session: str, **env: str) -> None:
        self._master, slave = pty.openpty()
        self.tty = os.ttyname(slave)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self._process = subprocess.Popen(
            ["tmux", "-S", server.socket, "attach-session", "-t", session],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm-256color", "TMUX": "", **env},
            start_new_session=True,
        )
        os.close(slave)
        self._drawn = b""
        self._more = threading.Condition()
        threading.Thread(target=self._drain, daemon=True).start()
        server.tmux("wait-for", "attached")

    def _drain(self) -> None:
        """Read what tmux draws, also so that it never waits for us."""
        with suppress(OSError):
            while drawn := os.read(self._master, 1 << 16):
                with self._more:
                    self._drawn += drawn
                    self._more.notify_all()

    def wait_for_text(self, text: str) -> None:
        """Wait until tmux has drawn a text, in whatever colours."""
        with self._more:
            assert self._more.wait_for(lambda: text in self._text(), SECONDS), self._text()

    def _text(self) -> str:
        return re.sub(r"\x1b(?:\[[0-9;?]*[a-zA-Z]|\(.)", "", self._drawn.decode(errors="replace"))

    def type(self, keys: bytes) -> None:
        os.write(self._master, keys)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(SECONDS)
        os.close(self._master)


class TmuxServer:
    """The server.

    Attributes:
        socket: Its path.
    """

    def __init__(self, folder: Path) -> None:
        self.socket = str(folder / "tmux")
        self._attached: list[Attached] = []
        self.new_session("one")
        self.pid = int(self.tmux("display-message", "-p", "#{pid}"))
        self.tmux("set-hook", "-g", "client-attached", "wait-for -S attached")

    def tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", self.socket, "-f", "/dev/null", *arguments],
            check=True,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        return done.stdout.strip()

    def new_session(self, name: str) -> str:
        """Its pane."""
        size = ("-x", "80", "-y", "24")
        return self.tmux("new-session", "-dP", "-F", "#{pane_id}", "-s", name, *size, "cat")

    def new_window(self, session: str) -> str:
        """Its pane; the window is not shown."""
        return self.tmux("new-window", "-dP", "-F", "#{pane_id}", "-t", f"{session}:", "cat")

    def split(self, pane: str) -> str:
        """The new pane, which is not made the active one."""
        return self.tmux("split-window", "-dP", "-F", "#{pane_id}", "-t", pane, "cat")

    def panes(self, session: str) -> list[str]:
        return self.tmux("list-panes", "-s", "-t", session, "-F", "#{pane_id}").split()

    def attach(self, session: str, **env: str) -> Attached:
        """Attach a session in a terminal with these variables."""
        attached = Attached(self, session, **env)
        self._attached.append(attached)
        return attached

    def shown(self) -> dict[str, str]:
        """The active pane of what each terminal shows."""
        lines = self.tmux("list-clients", "-F", "#{client_tty} #{pane_id}").splitlines()
        return dict(line.split() for line in lines)

    def variable(self) -> str:
        """`$TMUX` as a pane of this server has it."""
        return f"{self.socket},{self.pid},0"

    def end(self) -> None:
        for attached in self._attached:
            attached.close()
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)


@contextmanager
def tmux_server(folder: Path) -> Generator[TmuxServer]:
    """A server that ends with the block."""
    server = TmuxServer(folder)
    try:
        yield server
    finally:
        server.end()
