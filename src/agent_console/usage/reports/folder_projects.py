"""Which project a session without usage is of: the one whose transcripts lie in the same folder.

Rule: where two projects may be meant, or none is known, nothing is said.
"""

from agent_console.usage.reports import query
from agent_console.usage.reports.matching import transcript_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from sqlite3 import Connection


class FolderProjects:
    """The projects that have usage, by the folders of their transcripts.

    Args:
        connection: The ledger.
    """

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._by_folder: dict[str, list[int]] = {}
        for number, path in query.names(connection, "project_no").items():
            if path:
                self._by_folder.setdefault(transcript_folder(path), []).append(number)

    def of_session(self, session_no: int) -> int | None:
        """The number of one session's project; null when nobody can say."""
        paths = self._connection.execute(
            "SELECT path FROM sources WHERE session_no = ?", (session_no,)
        )
        return self._of_folders({_folder(path) for (path,) in paths})

    def of_sessions(self, condition: str) -> "dict[int, int]":
        """The numbers of projects by those of sessions, for whom it can be said.

        Args:
            condition: On columns of `sessions`.
        """
        folders: dict[int, set[str]] = {}
        for session_no, path in self._connection.execute(
            "SELECT session_no, path FROM sources WHERE session_no IN "  # noqa: S608
            f"(SELECT session_no FROM sessions WHERE {condition})"
        ):
            folders.setdefault(session_no, set()).add(_folder(path))
        told = {number: self._of_folders(lie_in) for number, lie_in in folders.items()}
        return {number: project for number, project in told.items() if project is not None}

    def _of_folders(self, folders: "Iterable[str]") -> int | None:
        found = [each for folder in folders for each in self._by_folder.get(folder, ())]
        return found[0] if len(found) == 1 else None


def _folder(path: str) -> str:
    return path.rpartition("/projects/")[2].partition("/")[0]
