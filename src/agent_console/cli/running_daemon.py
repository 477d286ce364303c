"""Ending the daemon that runs now, whatever state it is in.

Rule: it is asked first. One that does not answer is ended by the pid in the lock it holds, and only
while that lock really is held: a pid alone may be anybody's by now.
"""

import fcntl
import os
import select
import signal
from contextlib import suppress

from agent_console.cli.daemon_control import stop
from agent_console.errors import AgentConsoleError
from agent_console.paths import socket_path

END_SECONDS = 5.0


def end(given: str | None, *, force: bool) -> bool:
    """End the daemon of a socket and wait until it is gone; whether there was one.

    Raises:
        RequestRefusedError: Sessions are working (`conflict`), and not `force`.
        AgentConsoleError: It does not answer, and not `force`; or it cannot be ended.
    """
    try:
        return stop(given, force=force)
    except AgentConsoleError:
        if not force or not _end_holder(socket_path(given)):
            raise
        return True


def reload(socket: str) -> None:
    """Have the daemon of a socket look anew at what is installed, if one runs."""
    pid = holder(socket)
    if pid is not None:
        with suppress(OSError):
            os.kill(pid, signal.SIGHUP)


def holder(socket: str) -> int | None:
    """The pid of the daemon that holds a socket's lock; None when nobody does."""
    try:
        lock = os.open(f"{socket}.lock", os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            said = os.read(lock, 32).decode(errors="replace").strip()
            return int(said) if said.isdecimal() else None
        return None
    finally:
        os.close(lock)


def _end_holder(socket: str) -> bool:
    pid = holder(socket)
    if pid is None:
        return False
    return any(_signal_and_wait(pid, kill) for kill in (signal.SIGTERM, signal.SIGKILL))


def _signal_and_wait(pid: int, kill: signal.Signals) -> bool:
    """Whether the process is gone; a stopped one takes no signal but SIGKILL."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    except (AttributeError, OSError):
        return False
    try:
        signal.pidfd_send_signal(process, kill)
        poll = select.poll()
        poll.register(process, select.POLLIN)
        return bool(poll.poll(END_SECONDS * 1000))
    except OSError:
        return False
    finally:
        os.close(process)
