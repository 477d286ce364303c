"""Read a ledger beside which SQLite can make no file: on a full disk, or in a read-only folder.

Rule 1: it is read as a file that nobody changes, without locks and without a WAL. So it is done
        only where no WAL or journal has content: then all that was committed is in the file itself.
Rule 2: somebody may begin to write meanwhile, and locks do not tell. Whoever closes the connection
        hears that the file has changed, and what was read from it is not to be used.
"""

import _sqlite3  # its wrapper imports datetime and collections, for nothing that is used here
import os

from agent_console.errors import LedgerError
from agent_console.usage.database.read_only_uri import read_only_uri

_UNABLE = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR_SHM", "SQLITE_FULL")
"""What SQLite says when it cannot make its `-shm` or `-wal` file."""


class Undisturbed(_sqlite3.Connection):
    """A connection to a file that is not to change while it is open."""

    _path = ""
    _seen: "tuple[int, ...] | None" = None

    def expect(self, path: str, seen: "tuple[int, ...]") -> None:
        """The file at `path` is to look like that when the connection is closed."""
        self._path, self._seen = path, seen

    def close(self) -> None:
        """Close it.

        Raises:
            LedgerError: The file has changed since it was opened.
        """
        super().close()
        seen, self._seen = self._seen, None
        if seen is not None and seen != _stamp(self._path):
            raise LedgerError(f"The ledger {self._path} was written while it was read: try again.")


def open_undisturbed(path: str, error: "_sqlite3.Error") -> Undisturbed | None:
    """A connection without any file beside the database; null where that may leave something out.

    Args:
        path: The database.
        error: What came of opening it as one that is in use.
    """
    name = getattr(error, "sqlite_errorname", "")
    seen = _stamp(path) if name.startswith(_UNABLE) else None
    if seen is None or any(_has_content(f"{path}{end}") for end in ("-wal", "-journal")):
        return None
    connection = _sqlite3.connect(
        f"{read_only_uri(path)}&immutable=1", uri=True, isolation_level=None, factory=Undisturbed
    )
    connection.expect(path, seen)
    return connection


def _stamp(path: str) -> "tuple[int, ...] | None":
    """What differs when the file is written or replaced; null when nobody can say."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _has_content(path: str) -> bool:
    """Whether there is something in it; what cannot be looked at may have some."""
    try:
        return os.stat(path).st_size > 0
    except FileNotFoundError:
        return False
    except OSError:
        return True
