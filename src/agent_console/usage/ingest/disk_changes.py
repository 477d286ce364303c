"""What is otherwise on the disk than when the ledger read it.

Rule: one query for all files and nothing done in Python for those that are as they were, for this
runs before every report: nothing is imported here that a report has not imported already.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from sqlite3 import Connection

    from agent_console.claude_code.transcript_walk import Failure, Found, Stat, TranscriptWalk

_THERE = (
    "SELECT path, device, inode, iif(status = 1, size_bytes, -1), mtime_ns "
    "FROM sources WHERE status != 3"
)
_WAS_AWAY = (
    "SELECT 1 FROM sources WHERE status != 1 "
    "AND (path, device, inode, size_bytes, mtime_ns) = (?, ?, ?, ?, ?)"
)
"""1 is SourceStatus.READ and 3 GONE, whose module a report has not imported. No file has the size
of one that is unreadable, so that it is looked at when it is found.

Claude Code deletes its transcripts after a month, so most of a year's are gone: they cost nothing.
"""


class DiskChanges:
    """What a walk found, beside what `sources` says.

    Attributes:
        files_found: How many transcripts there are.
        changed: Those that are not as they were when they were read, in the order of the walk.
        back: Those that were gone or unreadable, and are back as they were when they were read.
        vanished: The paths below the folders of the walk that were there, and are not any more;
            what lies below a folder that cannot be looked at may be there.
        failures, nameless: Those of the walk.
    """

    __slots__ = ("back", "changed", "failures", "files_found", "nameless", "vanished")

    def __init__(
        self,
        files_found: int,
        changed: "list[Found]",
        back: "list[Found]",
        vanished: list[str],
        *,
        failures: "list[Failure]",
        nameless: list[str],
    ) -> None:
        self.files_found = files_found
        self.changed = changed
        self.back = back
        self.vanished = vanished
        self.failures = failures
        self.nameless = nameless


def files_there(connection: "Connection") -> "set[Stat]":
    """What the ledger takes for what is there."""
    return set(connection.execute(_THERE))


def is_back(connection: "Connection", row: "Stat") -> bool:
    """It was gone or unreadable, and is back as it was: that tells nothing new."""
    return connection.execute(_WAS_AWAY, row).fetchone() is not None


def compare(
    connection: "Connection",
    known: "set[Stat]",
    walk: "TranscriptWalk",
    known_back: "Collection[Stat]" = (),
) -> DiskChanges:
    """What differs.

    Args:
        connection: The ledger.
        known: What it takes for what is there.
        walk: What is there.
        known_back: What is back as it was, as far as that has been asked already.
    """
    now = {found[0]: found for found in walk.files.values()}
    others = now.keys() - known
    back = {row for row in others if row in known_back or is_back(connection, row)}
    changed = [found for row, found in now.items() if row in others and row not in back]
    there = {path for path, *_ in others}
    folders = tuple(f"{folder}/" for folder in (*walk.projects, *walk.linked))
    unseen = tuple(f"{path}/" for path, error in walk.failures if not _says_gone(error))
    vanished = [
        path
        for path, *_ in known.difference(now)
        if path not in there and path.startswith(folders) and not f"{path}/".startswith(unseen)
    ]
    return DiskChanges(
        len(walk.files),
        changed,
        [now[row] for row in back],
        vanished,
        failures=walk.failures,
        nameless=walk.nameless,
    )


def _says_gone(error: OSError) -> bool:
    return isinstance(error, (FileNotFoundError, NotADirectoryError))
