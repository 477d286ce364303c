"""What is otherwise on the disk than when the ledger read it.

Rule: one query for all files and nothing done in Python for those that are as they were, for this
runs before every report: nothing is imported here that a report has not imported already.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqlite3 import Connection

    from agent_console.usage.ingest.transcript_walk import Failure, Found, Stat, TranscriptWalk

_FILE = "path, device, inode, size_bytes, mtime_ns"
_THERE = f"SELECT {_FILE} FROM sources WHERE status != 3"  # noqa: S608
_WAS_GONE = f"SELECT 1 FROM sources WHERE status = 3 AND ({_FILE}) = (?, ?, ?, ?, ?)"  # noqa: S608
"""3 is SourceStatus.GONE, whose module a report has not imported.

Claude Code deletes its transcripts after a month, so most of a year's are gone: they cost nothing.
"""


class DiskChanges:
    """What a walk found, beside what `sources` says.

    Attributes:
        files_found: How many transcripts there are.
        changed: Those that are not as they were when they were read, in the order of the walk.
        vanished: The paths below the folders of the walk that were there, and are not any more.
        failures, nameless: Those of the walk.
    """

    __slots__ = ("changed", "failures", "files_found", "nameless", "vanished")

    def __init__(
        self,
        files_found: int,
        changed: "list[Found]",
        vanished: list[str],
        failures: "list[Failure]",
        nameless: list[str],
    ) -> None:
        self.files_found = files_found
        self.changed = changed
        self.vanished = vanished
        self.failures = failures
        self.nameless = nameless


def files_there(connection: "Connection") -> "set[Stat]":
    """What the ledger takes for what is there."""
    return set(connection.execute(_THERE))


def is_back(connection: "Connection", row: "Stat") -> bool:
    """It was gone, and is back as it was: that tells nothing new."""
    return connection.execute(_WAS_GONE, row).fetchone() is not None


def compare(connection: "Connection", known: "set[Stat]", walk: "TranscriptWalk") -> DiskChanges:
    """What differs.

    Args:
        connection: The ledger.
        known: What it takes for what is there.
        walk: What is there.
    """
    now = {found[0]: found for found in walk.files.values()}
    others = now.keys() - known
    changed = [
        found for row, found in now.items() if row in others and not is_back(connection, row)
    ]
    there = {found[0][0] for found in changed}
    folders = tuple(f"{folder}/" for folder in walk.projects)
    vanished = [
        path for path, *_ in known.difference(now) if path not in there and path.startswith(folders)
    ]
    return DiskChanges(len(walk.files), changed, vanished, walk.failures, walk.nameless)
