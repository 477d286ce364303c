"""Which ledger a connection is open on, so that whoever remembers things of it can tell another.

Rule: a restored ledger gets its new generation in the very transaction that brings its content,
and a recovered one comes as a new file. Whoever looks at both inside a transaction, after it has
the lock, can neither write to a file that was moved aside nor use numbers of another content.

The generation is kept in `PRAGMA user_version`, which nothing else uses; reading it takes
microseconds.
"""

import os
import sqlite3
from pathlib import Path

from msgspec import Struct


class LedgerIdentity(Struct, frozen=True):
    """What differs after a restore or a recovery. Null numbers: there is no file."""

    device: int | None
    inode: int | None
    generation: int

    def lies_at(self, path: Path) -> bool:
        """Whether its file is the one that is now at `path`."""
        return (self.device, self.inode) == _file_at(path)


def identity(path: Path, connection: sqlite3.Connection) -> LedgerIdentity:
    """The identity of what `connection` sees, and of the file that is now at `path`."""
    generation: int = connection.execute("PRAGMA user_version").fetchone()[0]
    device, inode = _file_at(path)
    return LedgerIdentity(device, inode, generation)


def begin_generation(connection: sqlite3.Connection) -> None:
    """Give a copy that is going to replace a ledger a generation of its own."""
    import secrets  # noqa: PLC0415 - rarely needed, and imports OpenSSL

    connection.execute(f"PRAGMA user_version = {secrets.randbelow(2**31 - 1) + 1}")


def _file_at(path: Path) -> tuple[int, int] | tuple[None, None]:
    try:
        status = os.stat(path)
    except OSError:
        return None, None
    return status.st_dev, status.st_ino
