"""What the ledger knows of a session that is off the board, for who wants to go on with it."""

import os

from agent_console.usage.reports.matching import transcript_folder
from agent_console.usage.reports.one_session import ids_beginning_with

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqlite3 import Connection

_SESSION = "SELECT session_no, title, last_seen_ms FROM sessions WHERE session_id = ?"
_TRANSCRIPTS = "SELECT path FROM sources WHERE session_no = ? AND status = 1 ORDER BY source_no"
"""1 is SourceStatus.READ: they were there when somebody looked last."""
_FOLDERS = (
    "SELECT name FROM messages JOIN facets USING (facet_no) JOIN names ON name_no = project_no "
    "WHERE session_no = ? GROUP BY name_no ORDER BY min(at_ms), name_no"
)


class LeftSession:
    """A session.

    Attributes:
        title: Its name; null when nobody gave it one.
        last_ms: When it was last active, Unix milliseconds; null when nothing is known.
        transcript: The path of its own transcript; null when that is gone.
        folder: Where it was started; null when nothing tells.
    """

    __slots__ = ("folder", "last_ms", "session_id", "title", "transcript")

    def __init__(self, connection: "Connection", session_id: str) -> None:
        """Read it; its id must be known."""
        number, self.title, self.last_ms = connection.execute(_SESSION, (session_id,)).fetchone()
        self.session_id = session_id
        paths = [path for (path,) in connection.execute(_TRANSCRIPTS, (number,))]
        own = [path for path in paths if os.path.basename(path) == f"{session_id}.jsonl"]
        self.transcript: str | None = own[-1] if own else None
        folders: list[str] = [name for (name,) in connection.execute(_FOLDERS, (number,)) if name]
        self.folder = _started_in(folders, self.transcript)


def left_session(connection: "Connection", beginning: str) -> LeftSession | list[str]:
    """The session whose id begins like that, or the ids of all that do."""
    ids = ids_beginning_with(connection, beginning)
    return LeftSession(connection, ids[0]) if len(ids) == 1 else ids


def _started_in(folders: list[str], transcript: str | None) -> str | None:
    """The folder that its transcript lies with: it may have gone into others since."""
    beside = os.path.basename(os.path.dirname(transcript)) if transcript is not None else None
    for folder in folders:
        if transcript_folder(folder) == beside:
            return folder
    return folders[0] if folders else None
