"""One daemon per socket: its folder, its lock, and the socket file itself.

Rule: whoever holds the lock owns the socket file; nobody else unlinks it. A socket on which
somebody answers is never replaced, lock or not.
"""

import fcntl
import logging
import os
import socket
import time
from pathlib import Path

from agent_console import socket_file
from agent_console.daemon.process_identity import process_exists
from agent_console.errors import ConfigError, DaemonAlreadyRunningError
from agent_console.paths import refuse_other_than_socket

_HOLDER_SECONDS = 1.0
_FIRST_HANDED_OVER_FD = 3


class Instance:
    """The lock of one socket, held for life.

    Args:
        path: The socket.
        usual: Nobody named it, so its folder is our own to tighten; another is only checked.

    Raises:
        DaemonAlreadyRunningError: Another daemon holds it; the message says which.
        ConfigError: The folder is not ours alone, the lock cannot be made there, or something that
            is no socket lies at the path.
    """

    def __init__(self, path: str, *, usual: bool = False) -> None:
        self.path = path
        self._socket: socket.socket | None = None
        self._identity: tuple[int, int] | None = None
        socket_file.own_folder(Path(path).parent)
        if usual:
            _tighten(Path(path).parent)
        refuse_other_than_socket(path)
        self._lock = _locked(path)

    def listen(self) -> socket.socket:
        """A listening socket at the path: systemd's when it handed one over, else a new one.

        Raises:
            DaemonAlreadyRunningError: Somebody answers there.
            ConfigError: Something that is no socket lies there, or none can be made.
        """
        self._socket = _handed_over(self.path)
        if self._socket is None:
            if not socket_file.clear(self.path):
                raise DaemonAlreadyRunningError(
                    f"Something listens on {self.path} already; is it systemd's "
                    "agent-console.socket?"
                )
            self._socket = socket_file.bound(self.path)
            self._identity = socket_file.identity(self.path)
        return self._socket

    def release(self) -> None:
        """Remove the socket, if it is still ours, and let the lock go."""
        if self._identity is not None:
            socket_file.remove(self.path, self._identity)
        if self._socket is not None:
            self._socket.close()
        os.ftruncate(self._lock, 0)
        os.close(self._lock)


def handed_over_path() -> str | None:
    """The path of the socket that systemd handed over, if it did."""
    sock = _handed_over(None)
    if sock is None:
        return None
    try:
        return os.fsdecode(sock.getsockname())
    finally:
        sock.detach()


def _handed_over(path: str | None) -> socket.socket | None:
    """The Unix stream socket that systemd handed over (sd_listen_fds(3)), if it is of this path."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()) or os.environ.get("LISTEN_FDS") != "1":
        return None
    try:
        sock = socket.socket(fileno=_FIRST_HANDED_OVER_FD)
    except OSError as error:
        raise ConfigError(f"systemd handed over no socket: {error.strerror}.") from error
    if sock.family != socket.AF_UNIX or sock.type != socket.SOCK_STREAM:
        sock.detach()
        raise ConfigError("systemd handed over something that is no Unix stream socket.")
    if path is not None and os.fsdecode(sock.getsockname()) != path:
        sock.detach()
        return None
    os.set_inheritable(_FIRST_HANDED_OVER_FD, False)
    return sock


def _tighten(folder: Path) -> None:
    """Make our own folder ours alone, whoever made it."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            if os.fstat(descriptor).st_mode & 0o077:
                os.fchmod(descriptor, 0o700)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise ConfigError(
            f"{folder} cannot be made yours alone: {error.strerror}. Run `chmod 700 {folder}`."
        ) from error


def _locked(path: str) -> int:
    """The open lock of a socket path, which names our pid for whoever comes later."""
    name = f"{path}.lock"
    try:
        lock = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise ConfigError(f"{name} cannot be opened: {error.strerror}.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = _holder(lock)
        os.close(lock)
        raise DaemonAlreadyRunningError(f"A daemon runs on {path} already, pid {holder}.") from None
    except OSError as error:
        os.close(lock)
        raise ConfigError(f"{name} cannot be locked: {error.strerror}.") from error
    # Written first and cut afterwards: the first line is a whole number at every moment.
    pid = f"{os.getpid()}\n".encode()
    try:
        written = os.pwrite(lock, pid, 0)
    except OSError as error:
        # A full disk keeps no daemon from running: who comes later learns of no pid.
        logging.getLogger(__name__).warning("%s cannot be written: %s.", name, error.strerror)
        written = 0
    os.ftruncate(lock, written)
    return lock


def _holder(lock: int) -> str:
    """The pid of the daemon that holds the lock; it writes it just after it has got it."""
    deadline = time.monotonic() + _HOLDER_SECONDS
    while time.monotonic() < deadline:
        pid, newline, _ = os.pread(lock, 32, 0).partition(b"\n")
        # What a killed daemon has left there names a process that is gone.
        if newline and pid.isdigit() and process_exists(int(pid)):
            return pid.decode()
        time.sleep(0.01)
    return "unknown"
