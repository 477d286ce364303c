"""Start the daemon when there is none: once, however many ask at the same time.

Two locks, two questions. Which daemon serves a socket is decided by the daemon's own lock, held
for its life. Which of many clients starts one is decided by the lock here, held until that daemon
says READY or has failed: without it eight clients would start eight interpreters to have seven
turn round. Rule: nobody here asks in a hurry; every wait has an end.
"""

import fcntl
import os
import select
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from agent_console.client.answers import unreachable
from agent_console.client.blocking import (
    TIMEOUT_SECONDS,
    BlockingClient,
    open_socket,
)
from agent_console.errors import ConfigError, DaemonAlreadyRunningError, DaemonUnreachableError
from agent_console.paths import log_path, refuse_other_than_socket, socket_path
from agent_console.private_folder import make_private_folder

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Generator

READY_FD = "AGENT_CONSOLE_READY_FD"
"""Names the file descriptor on which a starting daemon says READY."""

START_SECONDS = 20.0
"""How long a daemon may take to listen; opening a large ledger after a crash takes a while."""

LOG_BYTES = 1024 * 1024
"""A log that has grown beyond this is put aside, once, when a daemon starts."""

_PAUSES = (0.01, 0.02, 0.05, 0.1)


def connect_or_start(given: str | None = None, timeout: float = TIMEOUT_SECONDS) -> BlockingClient:
    """A client of the daemon, which is started when nobody listens.

    Args:
        given: The socket's path, when it is not the usual one.
        timeout: Seconds the daemon may take for each answer.

    Raises:
        DaemonUnreachableError: It could not be started, or one is there that does not answer.
        ConfigError: The path is too long for a socket, something else lies there, or the
            configuration cannot be used.
    """
    path = socket_path(given)
    deadline = time.monotonic() + START_SECONDS
    attempt = 0
    while True:
        try:
            return BlockingClient(open_socket(path, timeout), path, timeout)
        except (FileNotFoundError, ConnectionRefusedError) as error:
            if time.monotonic() > deadline:
                raise unreachable(path, error) from error
        except OSError as error:
            raise unreachable(path, error) from error
        if not _start_unless_somebody_does(path, deadline):
            time.sleep(_PAUSES[min(attempt, len(_PAUSES) - 1)])
            attempt += 1


def _start_unless_somebody_does(path: str, deadline: float) -> bool:
    """Whether a daemon was started here and now listens."""
    refuse_other_than_socket(path)
    with _start_lock(path) as ours:
        if not ours or _listens(path):
            return False
        try:
            start(path, deadline - time.monotonic())
        except DaemonAlreadyRunningError:
            return False
        return True


def start(path: str, timeout: float = START_SECONDS) -> int:
    """Start a daemon of its own session and wait until it listens.

    Returns:
        Its process id.

    Raises:
        DaemonAlreadyRunningError: Another one holds the socket.
        ConfigError: It cannot run with the configuration as it is.
        DaemonUnreachableError: It ended, or did not listen in time.
    """
    import subprocess  # noqa: PLC0415 - only who starts a daemon pays for it

    deadline = time.monotonic() + timeout
    readable, writable = os.pipe()
    try:
        try:
            process = _spawn(path, writable)
        finally:
            os.close(writable)
        if _says_ready(readable, deadline):
            return process.pid
    finally:
        os.close(readable)
    try:
        # The pipe closes a moment before the process is gone.
        code = process.wait(max(0.1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired as error:
        raise DaemonUnreachableError(
            f"The daemon (pid {process.pid}) was started and does not listen after "
            f"{timeout:.0f} s: see {log_path()}."
        ) from error
    if code == DaemonAlreadyRunningError.exit_code:
        raise DaemonAlreadyRunningError(f"Another daemon holds {path}.")
    said = _last_words()
    if code == ConfigError.exit_code and said:
        raise ConfigError(said)
    said = f": {said}" if said else "."
    raise DaemonUnreachableError(
        f"The daemon could not start (exit code {code}){said} Its log is {log_path()}."
    )


def _spawn(path: str, ready: int) -> "subprocess.Popen[bytes]":
    import subprocess  # noqa: PLC0415 - only who starts a daemon pays for it
    import threading  # noqa: PLC0415

    log = _open_log()
    try:
        # From `/`: the folder we are called from must neither stay busy nor provide modules.
        process = subprocess.Popen(
            [sys.executable, "-m", "agent_console", "daemon", "run"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env={**_environment(), "AGENT_CONSOLE_SOCKET": path, READY_FD: str(ready)},
            pass_fds=(ready,),
            start_new_session=True,
        )
    finally:
        os.close(log)
    # A front end may outlive the daemon it started, and must not keep its zombie.
    threading.Thread(target=process.wait, name="daemon-reaper", daemon=True).start()
    return process


def _says_ready(readable: int, deadline: float) -> bool:
    """Whether READY came; False at the end of the pipe or of the time."""
    poll = select.poll()
    poll.register(readable, select.POLLIN)
    said = b""
    while poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
        received = os.read(readable, 64)
        said += received
        if b"READY\n" in said:
            return True
        if not received:
            return False
    return False


def _environment() -> dict[str, str]:
    """Ours, without what belongs to whoever called us and not to a daemon.

    A command may be called from inside Claude Code (whose variables hold secrets) or from a unit
    of systemd (whose sockets and notifications are not the daemon's).
    """
    foreign = ("CLAUDE_CODE_", "LISTEN_", "NOTIFY_", "WATCHDOG_", "JOURNAL_STREAM", "INVOCATION_ID")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}


def _open_log() -> int:
    log = log_path()
    try:
        make_private_folder(log.parent)
        with suppress(FileNotFoundError):
            if log.stat().st_size > LOG_BYTES:
                log.replace(log.with_suffix(".log.1"))
        return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DaemonUnreachableError(
            f"No daemon is running, and none can be started: its log {log} cannot be written "
            f"({error.strerror})."
        ) from error


def _last_words() -> str:
    """Why a daemon ended while it started: the last line it logged."""
    try:
        with log_path().open("rb") as log:
            log.seek(0, os.SEEK_END)
            log.seek(max(0, log.tell() - 4096))
            lines = log.read().decode(errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1].removeprefix("agent-console: ") if lines else ""


def _listens(path: str) -> bool:
    try:
        open_socket(path, TIMEOUT_SECONDS).close()
    except (FileNotFoundError, ConnectionRefusedError):
        return False
    return True


@contextmanager
def _start_lock(path: str) -> "Generator[bool]":
    """Whether we are the one who starts the daemon of this socket."""
    folder = os.path.dirname(path)
    try:
        make_private_folder(folder)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        lock = os.open(f"{path}.starting", flags, 0o600)
    except OSError as error:
        raise DaemonUnreachableError(
            f"No daemon is running, and none can be started in {folder} ({error.strerror})."
        ) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(lock)
