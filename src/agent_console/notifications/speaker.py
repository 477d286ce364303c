"""Which of all programs that could tell the person does so: the terminal app, or one `notify`.

Rule: a lock decides, held for as long as its holder lives; whoever comes later takes over when it
is gone. Where no lock can be had nobody is silent.
"""

import fcntl
import os
from typing import Self

from agent_console.paths import socket_path


class Speaker:
    """A candidate. Use it as a context manager.

    Args:
        socket: The daemon whose changes are told, when it is not the usual one.
    """

    def __init__(self, socket: str | None = None) -> None:
        self._path = f"{socket_path(socket)}.notifier"
        self._lock: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def speaks(self) -> bool:
        """Whether it is this one that tells."""
        if self._lock is not None:
            return True
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            lock = os.open(self._path, flags, 0o600)
        except OSError:
            return True
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            return False
        self._lock = lock
        return True

    def close(self) -> None:
        """Let another one tell."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
