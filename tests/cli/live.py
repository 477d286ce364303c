"""Commands that run beside a test and tell things as they happen."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from time import monotonic
from typing import IO

from agent_console.client.blocking import BlockingClient
from agent_console.protocol.messages import ServerStatus

SECONDS = 20


class Live:
    """A command that runs beside the test."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "agent_console", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def out(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout

    @property
    def err(self) -> IO[str]:
        assert self.process.stderr is not None
        return self.process.stderr

    def line(self) -> str:
        """The next line of stdout, every run of blanks as one."""
        return " ".join(self.out.readline().split())

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def end(self) -> tuple[int, str, str]:
        """Exit code and what was still to be read."""
        # Not `communicate`, which knows nothing of what `line` has read ahead.
        with self.out, self.err:
            out, err = self.out.read(), self.err.read()
        return self.process.wait(SECONDS), out, err


@contextmanager
def live(*arguments: str) -> Generator[Live]:
    command = Live(*arguments)
    try:
        yield command
    finally:
        if command.process.poll() is None:
            command.process.kill()
        command.process.communicate(timeout=SECONDS)


def until_somebody_subscribes(client: BlockingClient) -> None:
    """The daemon tells when somebody subscribes only to who asks; each question blocks."""
    deadline = monotonic() + SECONDS
    while not client.request(ServerStatus()).subscribers:
        assert monotonic() < deadline
        os.sched_yield()
