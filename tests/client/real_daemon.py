"""The real daemon in a process of its own, as every client meets it."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager

from agent_console.client.blocking import connect
from agent_console.protocol.messages import Ping

STOP_SECONDS = 15


@contextmanager
def real_daemon(socket: str) -> Generator["subprocess.Popen[bytes]"]:
    """A daemon that listens on `socket` with the environment of the test; ended at the end."""
    ready, said = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "agent_console", "daemon", "run"],
        env={**os.environ, "AGENT_CONSOLE_SOCKET": socket, "AGENT_CONSOLE_READY_FD": str(said)},
        pass_fds=(said,),
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    os.close(said)
    try:
        with os.fdopen(ready, "rb") as pipe:
            assert pipe.readline() == b"READY\n", process.stderr.read().decode()
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        process.communicate(timeout=STOP_SECONDS)


@contextmanager
def ended_afterwards(socket: str) -> Generator[None]:
    """Ends the daemon that something else starts on `socket`."""
    try:
        yield
    finally:
        from agent_console.cli.daemon_control import stop

        stop(socket, force=True)


def pid_on(socket: str) -> int:
    """The process that answers there."""
    with connect(socket) as client:
        return client.request(Ping()).pid
