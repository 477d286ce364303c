"""Which ledger a connection is open on, so that whoever remembers things of it can tell another.

Rule: a restored ledger gets its new generation in the very transaction that brings its content,
and a recovered one comes as a new file. Whoever looks at both inside a transaction, after it has
the lock, can neither write to a file that was moved aside nor use numbers of another content.

The generation is kept in `PRAGMA user_version`, which nothing else uses.
"""

import sqlite3
from pathlib import Path

from msgspec import Struct

from agent_console.usage.database.generation import file_at, generation


class LedgerIdentity(Struct, frozen=True):
    """What differs after a restore or a recovery. Null numbers: there is no file."""

    device: int | None
    inode: int | None
    generation: int

    def lies_at(self, path: Path) -> bool:
        """Whether its file is the one that is now at `path`."""
        return (self.device, self.inode) == file_at(path)


def identity(path: Path, connection: sqlite3.Connection) -> LedgerIdentity:
    """The identity of what `connection` sees, and of the file that is now at `path`."""
    number = generation(connection)
    device, inode = file_at(path)
    return LedgerIdentity(device, inode, number)


def begin_generation(connection: sqlite3.Connection) -> None:
    """Give a copy that is going to replace a ledger a generation of its own."""
    import secrets  # noqa: PLC0415 - rarely needed, and imports OpenSSL

    connection.execute(f"PRAGMA user_version = {secrets.randbelow(2**31 - 1) + 1}")
