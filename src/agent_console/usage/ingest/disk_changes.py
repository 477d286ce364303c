"""What is otherwise on the disk than when the ledger read it.

Rule: one query for all files and nothing done in Python for those that are as they were, for this
runs before every report: nothing is imported here that a report has not imported already.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqlite3 import Connection
    from typing import Any

    from agent_console.usage.ingest.transcript_walk import Found, TranscriptWalk

_FILE = "path, device, inode, size_bytes, mtime_ns"
_THERE = f"SELECT {_FILE} FROM sources WHERE status != 3"  # noqa: S608
_WAS_GONE = f"SELECT 1 FROM sources WHERE status = 3 AND ({_FILE}) = (?, ?, ?, ?, ?)"  # noqa: S608
"""3 is SourceStatus.GONE, whose module a report has not imported.

Claude Code deletes its transcripts after a month, so most of a year's are gone: they cost nothing.
"""


class DiskChanges:
    """What a walk found, beside what `sources` says.

    Attributes:
        walk: Everything that was there.
        changed: The files that are not as they were when they were read, in the order of the walk.
    """

    def __init__(self, connection: "Connection", walk: "TranscriptWalk") -> None:
        """Compare them."""
        self.walk = walk
        self._folders = tuple(f"{folder}/" for folder in walk.projects)
        self._now = {found[0]: found for found in walk.files.values()}
        self._known: set[Any] = set(connection.execute(_THERE))
        others = self._now.keys() - self._known
        self.changed: list[Found] = [
            found
            for row, found in self._now.items()
            # One that was gone, and is back as it was, tells nothing new.
            if row in others and connection.execute(_WAS_GONE, row).fetchone() is None
        ]

    def vanished(self) -> list[str]:
        """The paths below the folders of the walk that were there, and are not any more."""
        there = {found[0][0] for found in self.changed}
        return [
            path
            for path, *_ in self._known.difference(self._now)
            if path not in there and path.startswith(self._folders)
        ]
