"""What a report says of a session beside its sums.

Rule: a session that is known and has no usage gets a row without sums: not available is not zero.
"""

from agent_console.usage.reports import query
from agent_console.usage.reports.folder_projects import FolderProjects
from agent_console.usage.reports.row import UNKNOWN, Row
from agent_console.usage.reports.told_counts import counted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqlite3 import Connection


class SessionDetail:
    """A session.

    Attributes:
        title: The session's name, the person's own or generated; null when nobody gave one.
        first_ms, last_ms: Its activity, Unix milliseconds; null when nothing is known.
        last_model: The model used last.
        forked_from: The id of the session it was resumed or forked from.
        user_messages: What a person wrote in it.
        api_errors: Responses in it that were errors of the API.
        projects: Where it worked, most tokens first; of a session without usage, the project that
            its transcripts lie with.
    """

    __slots__ = (
        "api_errors",
        "first_ms",
        "forked_from",
        "last_model",
        "last_ms",
        "projects",
        "session_id",
        "title",
        "user_messages",
    )

    def __init__(  # noqa: PLR0917 - a row of the query
        self,
        session_id: str,
        title: str | None,
        first_ms: int | None,
        last_ms: int | None,
        last_model: str | None,
        forked_from: str | None,
        user_messages: int,
        api_errors: int,
    ) -> None:
        self.session_id = session_id
        self.title = title
        self.first_ms = first_ms
        self.last_ms = last_ms
        self.last_model = last_model
        self.forked_from = forked_from
        self.user_messages = user_messages
        self.api_errors = api_errors
        self.projects: list[str] = []


_DETAILS = f"""
SELECT session.session_no, session.session_id, session.title,
    coalesce(session.first_seen_ms, min(told.first_line_ms)),
    coalesce(session.last_seen_ms, max(told.last_line_ms)),
    model.name, origin.session_id, {counted("user_messages")}, {counted("api_errors")}
FROM {{sessions}}
LEFT JOIN names AS model ON model.name_no = session.last_model_no
LEFT JOIN sessions AS origin ON origin.session_no = session.forked_from_no
LEFT JOIN sources AS told ON told.session_no = session.session_no
GROUP BY {{number}}"""  # noqa: S608

_OF_ALL = _DETAILS.format(sessions="sessions AS session", number="session.session_no")

_OF_SHOWN = _DETAILS.format(
    sessions="temp.shown CROSS JOIN sessions AS session USING (session_no)",
    number="shown.session_no",
)


class Details:
    """What is known of sessions.

    Args:
        connection: The ledger.
    """

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._projects = query.names(connection, "project_no")
        self._by_folder: FolderProjects | None = None

    def add(
        self,
        found: "dict[int, Row]",
        where: dict[int, list[int]],
        *,
        of_shown: bool,
    ) -> None:
        """Say which session each row is, and add those without usage.

        Args:
            found: The rows by number of their session.
            where: Numbers of projects, the one with most tokens first, by number of session.
            of_shown: The sessions that `selection.show` named have a row, not all.
        """
        for session_no, *values in self._connection.execute(_OF_SHOWN if of_shown else _OF_ALL):
            row = found.get(session_no)
            detail = SessionDetail(*values)
            if row is None:
                row = found[session_no] = Row((session_no,), detail.session_id)
            row.label = detail.session_id
            row.detail = detail
            numbers = where.get(session_no)
            if numbers is None:
                detail.projects = self._projects_by_folder(session_no)
                continue
            detail.projects = [self._projects[number] or UNKNOWN for number in numbers]

    def _projects_by_folder(self, session_no: int) -> list[str]:
        """The project whose transcripts lie in the same folder, if only one can be meant."""
        if self._by_folder is None:
            self._by_folder = FolderProjects(self._connection)
        number = self._by_folder.of_session(session_no)
        return [] if number is None else [self._projects[number]]
