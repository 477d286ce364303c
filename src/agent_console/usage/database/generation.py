"""Which content a connection sees, in numbers: the generation of its ledger, and the file's place.

Rule: nothing is imported here that a report does not import anyway; identity.py says what they are
good for.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqlite3 import Connection


def generation(connection: "Connection") -> int:
    """The number that a restore changes; reading it takes microseconds."""
    number: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return number


def file_at(path: "str | os.PathLike[str]") -> tuple[int, int] | tuple[None, None]:
    """The device and inode of what is now at `path`; nulls when there is nothing."""
    try:
        status = os.stat(path)
    except OSError:
        return None, None
    return status.st_dev, status.st_ino
