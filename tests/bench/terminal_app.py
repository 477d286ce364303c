"""A program in a terminal of its own (a pty), as a person has it: its output, its keys, its CPU."""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager

import psutil  # type: ignore[import-untyped]

ROWS, COLUMNS = 40, 120
_LIMIT_SECONDS = 30.0


class TerminalApp:
    """A program that runs in a terminal.

    Attributes:
        pid: Its process.
        bytes_drawn: What it has written so far.
    """

    def __init__(self, pid: int, terminal: int) -> None:
        self.pid = pid
        self.bytes_drawn = 0
        self._terminal = terminal

    def until(self, text: str) -> float:
        """Read what it draws until it has drawn a text; how many seconds that took."""
        began = time.perf_counter()
        wanted = text.encode()
        drawn = b""
        while wanted not in drawn:
            left = _LIMIT_SECONDS - (time.perf_counter() - began)
            if left <= 0 or not (more := self._read(left)):
                sys.exit(f"The program did not draw {text!r}: {drawn[-400:]!r}")
            drawn += more
        return time.perf_counter() - began

    def press(self, keys: str) -> None:
        """Send keys."""
        os.write(self._terminal, keys.encode())

    def watch(self, seconds: float) -> float:
        """Read what it draws for so long; the share of one CPU it used meanwhile."""
        process = psutil.Process(self.pid)
        began, before = time.perf_counter(), _cpu_seconds(process)
        while (left := seconds - (time.perf_counter() - began)) > 0:
            self._read(left)
        used = _cpu_seconds(process) - before
        return used / (time.perf_counter() - began)

    def _read(self, seconds: float) -> bytes:
        readable, _, _ = select.select([self._terminal], [], [], seconds)
        if not readable:
            return b""
        with contextlib.suppress(OSError):
            more = os.read(self._terminal, 1 << 16)
            self.bytes_drawn += len(more)
            return more
        return b""


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


@contextmanager
def terminal_app(program: str, env: Mapping[str, str]) -> Generator[TerminalApp]:
    """A Python program in a terminal; ended at the end."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(
            sys.executable,
            [sys.executable, "-c", program],
            {**os.environ, **env, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        )
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    try:
        yield TerminalApp(pid, terminal)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)
