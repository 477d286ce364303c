"""Beside the database, the sockets of the daemons that write to it.

Rule: a record may tell of a daemon that is gone (it was killed), never miss one that runs. Whoever
reads it asks on the socket, or looks at its lock.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from agent_console.paths import sockets_dir


@contextmanager
def recorded(socket: str) -> Generator[None]:
    """Tell of a daemon's socket for as long as the daemon runs.

    A disk on which nothing can be written keeps no daemon from running.
    """
    import hashlib  # noqa: PLC0415 - who only looks for daemons needs neither
    import logging  # noqa: PLC0415

    name = hashlib.sha256(os.fsencode(socket)).hexdigest()[:16]
    record = sockets_dir() / name
    try:
        for folder in reversed([record.parent, *record.parent.parents]):
            if not folder.is_dir():
                folder.mkdir(0o700, exist_ok=True)  # `parents=True` would make those above public
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
        with os.fdopen(os.open(record, flags, 0o600), "wb") as file:
            file.write(os.fsencode(socket))
    except OSError as error:
        logging.getLogger(__name__).warning("%s cannot be written: %s.", record, error.strerror)
    try:
        yield
    finally:
        with suppress(OSError):
            record.unlink()


def sockets() -> list[str]:
    """The sockets of all daemons that run on this database, and of some that were killed."""
    found: list[str] = []
    for record in sorted(_records(sockets_dir())):
        with suppress(OSError):
            found.append(os.fsdecode(record.read_bytes()))
    return [socket for socket in found if os.path.isabs(socket)]


def _records(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []
