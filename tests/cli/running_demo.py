"""A demo that runs beside a test, and all the processes that live by it."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from agent_console.daemon.process_identity import is_alive, process_start

SECONDS = 60
COMMAND = (sys.executable, "-u", "-m", "agent_console", "demo")
DAEMON = "agent_console daemon run"
STAND_IN = "read -r line"
ROWS, COLUMNS = 24, 80
LEFT_ALTERNATE_SCREEN = "\x1b[?1049l"


class Process(NamedTuple):
    """A process that was seen; its start tells it from a later one with the same id."""

    pid: int
    start: str | None
    command: str

    @property
    def alive(self) -> bool:
        return is_alive(self.pid, self.start)

    def wait(self) -> None:
        """Return when it has ended."""
        with suppress(ProcessLookupError):
            handle = os.pidfd_open(self.pid)
            poll = select.poll()
            poll.register(handle, select.POLLIN)
            ended = poll.poll(SECONDS * 1000)
            os.close(handle)
            assert ended, self


class Demo:
    """A demo; used as a context manager, at whose end it has ended."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=dict(os.environ),  # readline(3) adds the size of pytest's terminal to the real one
        )
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.out = self.process.stdout
        self.err = self.process.stderr
        self._read = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.process.terminate()
        self.process.wait(SECONDS)
        self.out.close()
        self.err.close()

    def read_until(self, words: str) -> None:
        """Read the feed up to the line that says so."""
        for line in self.out:
            self._read += line
            if words in " ".join(line.split()):
                return
        raise AssertionError(f"{words!r} was never told in:\n{self._read}{self.err.read()}")

    def kill(self) -> list[Process]:
        """Kill the demo by itself; all that lived by it, hooks just begun included."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED)
        left = self.processes()
        self.process.kill()
        self.process.wait(SECONDS)
        return left

    def processes(self) -> list[Process]:
        """All that lives by this demo now."""
        return list(_descendants(self.process.pid, _parents()))

    def end(self) -> tuple[int, str, str]:
        """Exit code, all of stdout and of stderr."""
        # Not `communicate`, which knows nothing of what `read_until` has read ahead.
        out, err = self.out.read(), self.err.read()
        return self.process.wait(SECONDS), self._read + out, err


class OnATerminal:
    """A demo on a terminal of its own; used as a context manager, at whose end it has ended."""

    def __init__(self, *arguments: str) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.process = subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm-256color"},
            start_new_session=True,
        )
        os.close(theirs)
        self._drawn = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.process.terminate()
        self._all()
        self.process.wait(SECONDS)
        os.close(self._ours)

    def read_until(self, words: str) -> None:
        """Read what is drawn until those words have been."""
        while words not in self._drawn:
            assert self._read(), f"{words!r} was never drawn in:\n{self._drawn}"

    def leave(self) -> tuple[int, str]:
        """Press `q`; what `end` gives."""
        os.write(self._ours, b"q")
        return self.end()

    def end(self) -> tuple[int, str]:
        """The exit code, and what stands on the terminal below what the app has put back."""
        self._all()
        drawings, _, end = self._drawn.rpartition(LEFT_ALTERNATE_SCREEN)
        assert drawings, self._drawn
        plain = re.sub(r"\x1b[\[>][0-9;?=<>]*[A-Za-z]", "", end).replace("\r", "")
        return self.process.wait(SECONDS), plain.strip("\n")

    def _all(self) -> None:
        while self._read():
            pass

    def _read(self) -> bool:
        poll = select.poll()
        poll.register(self._ours, select.POLLIN)
        assert poll.poll(SECONDS * 1000), f"Nothing more was drawn after:\n{self._drawn}"
        try:
            received = os.read(self._ours, 1 << 16)
        except OSError:  # how Linux says that nobody holds the other end any more
            return False
        self._drawn += received.decode(errors="replace")
        return bool(received)


def one(processes: list[Process], words: str) -> Process:
    """The first process whose command line says so."""
    return next(process for process in processes if words in process.command)


def _parents() -> dict[int, list[int]]:
    """The children of each process."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            # The second field is the program's name in parentheses and may hold anything.
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            children.setdefault(int(parent), []).append(int(folder.name))
    return children


def _descendants(pid: int, children: Mapping[int, list[int]]) -> Iterator[Process]:
    for child in children.get(pid, ()):
        with suppress(OSError):
            command = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ")
            yield Process(child, process_start(child), command.decode())
        yield from _descendants(child, children)
