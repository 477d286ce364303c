"""One daemon per socket: its folder, its lock, and the socket file itself.

Rule: whoever holds the lock owns the socket file; nobody else unlinks it. A socket on which
somebody answers is never replaced, lock or not.
"""

import errno
import fcntl
import os
import socket
import stat
from pathlib import Path

from agent_console.errors import ConfigError, DaemonAlreadyRunningError

LISTEN_BACKLOG = 1_024
_FIRST_HANDED_OVER_FD = 3


class Instance:
    """The lock of one socket, held for life.

    Raises:
        DaemonAlreadyRunningError: Another daemon holds it; the message says which.
        ConfigError: The folder is not ours alone.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._identity: tuple[int, int] | None = None
        _own_folder(Path(path).parent)
        self._lock = os.open(
            f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
        )
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._lock, 32).decode(errors="replace").strip() or "unknown"
            os.close(self._lock)
            raise DaemonAlreadyRunningError(
                f"A daemon runs on {path} already, pid {holder}."
            ) from None
        os.ftruncate(self._lock, 0)
        os.write(self._lock, f"{os.getpid()}\n".encode())

    def listen(self) -> socket.socket:
        """A listening socket at the path: systemd's when it handed one over, else a new one.

        Raises:
            DaemonAlreadyRunningError: Somebody answers there.
            ConfigError: Something that is no socket lies there.
        """
        handed_over = _handed_over(self.path)
        if handed_over is not None:
            return handed_over
        self._remove_stale()
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # The mode must be right from the first moment: a later chmod leaves a gap.
        before = os.umask(0o177)
        try:
            sock.bind(self.path)
        finally:
            os.umask(before)
        sock.listen(LISTEN_BACKLOG)
        found = os.lstat(self.path)
        self._identity = (found.st_dev, found.st_ino)
        return sock

    def _remove_stale(self) -> None:
        try:
            found = os.lstat(self.path)
        except FileNotFoundError:
            return
        if not stat.S_ISSOCK(found.st_mode):
            raise ConfigError(f"{self.path} is no socket: move it away or choose another path.")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.setblocking(False)
            outcome = probe.connect_ex(self.path)
        if outcome in {0, errno.EAGAIN, errno.EINPROGRESS}:
            raise DaemonAlreadyRunningError(
                f"Something listens on {self.path} already; is it systemd's agent-console.socket?"
            )
        os.unlink(self.path)

    def release(self) -> None:
        """Remove the socket, if it is still ours, and let the lock go."""
        if self._identity is not None:
            try:
                found = os.lstat(self.path)
                if (found.st_dev, found.st_ino) == self._identity:
                    os.unlink(self.path)
            except FileNotFoundError:
                pass
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
    """The socket systemd handed over (sd_listen_fds(3)), when it is a Unix stream socket (of this path)."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()) or os.environ.get("LISTEN_FDS") != "1":
        return None
    sock = socket.socket(fileno=_FIRST_HANDED_OVER_FD)
    if sock.family != socket.AF_UNIX or sock.type != socket.SOCK_STREAM:
        sock.detach()
        raise ConfigError("systemd handed over something that is no Unix stream socket.")
    if path is not None and os.fsdecode(sock.getsockname()) != path:
        sock.detach()
        return None
    os.set_inheritable(_FIRST_HANDED_OVER_FD, False)
    return sock


def _own_folder(folder: Path) -> None:
    """Make the socket's folder, or make sure that nobody else can put things there."""
    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        pass
    except OSError as error:
        raise ConfigError(f"{folder} cannot be made: {error.strerror}.") from error
    found = os.lstat(folder)
    if not stat.S_ISDIR(found.st_mode):
        raise ConfigError(f"{folder} is a link or no folder: the socket's folder must be your own.")
    if found.st_uid != os.getuid():
        raise ConfigError(
            f"{folder} belongs to another user: the socket's folder must be your own."
        )
    if found.st_mode & 0o022:
        raise ConfigError(f"{folder} can be written by others: run `chmod go-w {folder}`.")
