"""On which branch of git a session was."""

from sqlite3 import Connection

from agent_console.usage.reports import query
from agent_console.usage.reports.filter import Filter


def branches(connection: Connection, wanted: Filter) -> dict[int, str]:
    """The branch with most tokens, by the session's number; nothing where none was told."""
    rows = query.select_rows(connection, wanted, by_session=True, facets=("branch_no",))
    names = query.names(connection, "branch_no")
    most: dict[int, tuple[int, str]] = {}
    for (session_no, branch_no), sums in query.grouped(
        connection, rows, query.SESSION, ("branch_no",)
    ):
        name = names.get(branch_no)
        if name:
            most[session_no] = max(most.get(session_no, (-1, "")), (sums.tokens, name))
    return {session_no: name for session_no, (_, name) in most.items()}
