"""A Unix socket that lies in a folder of the person's own: made, replaced when dead, taken away.

Rule: a socket on which somebody answers is never replaced, and what somebody else has put in its
place meanwhile is never removed. Whoever may start twice at once holds a lock around `clear`
and `bound`: the daemon its own (daemon/instance.py), others `folder_lock`.
"""

import errno
import fcntl
import os
import socket
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from agent_console.errors import ConfigError
from agent_console.paths import refuse_other_than_socket
from agent_console.private_folder import make_private_folder

LISTEN_BACKLOG = 1_024


def own_folder(folder: Path) -> None:
    """Make a socket's folder, or make sure that nobody else can put things there.

    Raises:
        ConfigError: Others can, or it cannot be made.
    """
    try:
        make_private_folder(folder)
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
    if found.st_mode & stat.S_ISVTX and found.st_mode & 0o022:
        raise ConfigError(f"{folder} is shared by all: the socket's folder must be your own.")
    if found.st_mode & 0o022:
        raise ConfigError(f"{folder} can be written by others: run `chmod go-w {folder}`.")


@contextmanager
def folder_lock(folder: Path) -> Generator[None]:
    """Be the only one who makes sockets in a folder, without leaving a file there."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def clear(path: str) -> bool:
    """Remove a socket on which nobody listens any more; False when somebody does.

    Raises:
        ConfigError: Whatever lies there is none of ours.
    """
    if not os.path.lexists(path):
        return True
    refuse_other_than_socket(path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        outcome = probe.connect_ex(path)
    # A full backlog (EAGAIN) is a listener too; only a refusal proves that there is none.
    if outcome in {0, errno.EAGAIN, errno.EINPROGRESS}:
        return False
    if outcome not in {errno.ECONNREFUSED, errno.ENOENT}:
        raise ConfigError(
            f"{path} is a socket of something else ({os.strerror(outcome)}): "
            "move it away or choose another path."
        )
    Path(path).unlink(missing_ok=True)
    return True


def bound(path: str) -> socket.socket:
    """A listening socket at a path where nothing lies, for the person alone (0600).

    Raises:
        ConfigError: None can be made there.
    """
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # The mode must be right from the first moment: a later chmod leaves a gap.
    before = os.umask(0o177)
    try:
        sock.bind(path)
    except OSError as error:
        sock.close()
        raise ConfigError(f"No socket can be made at {path}: {error.strerror}.") from error
    finally:
        os.umask(before)
    sock.listen(LISTEN_BACKLOG)
    return sock


def identity(path: str) -> tuple[int, int]:
    """Which file lies at a path, whatever it is called."""
    found = os.lstat(path)
    return found.st_dev, found.st_ino


def remove(path: str, ours: tuple[int, int]) -> None:
    """Remove our socket, unless something else lies there by now.

    The socket must still be open, so that nobody else can have been given its inode's number.
    """
    try:
        if identity(path) == ours:
            os.unlink(path)
    except FileNotFoundError:
        pass
