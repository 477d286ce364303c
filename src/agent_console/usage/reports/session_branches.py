"""On which branch of git a session was."""

from collections.abc import Sequence
from sqlite3 import Connection

from agent_console.usage.reports import query, selection
from agent_console.usage.reports.filter import Filter


def branches(
    connection: Connection, wanted: Filter, only: Sequence[int] | None = None
) -> dict[int, str]:
    """The branch with most tokens, by the session's number; nothing where none was told.

    Args:
        connection: The ledger.
        wanted: What counts.
        only: Numbers of sessions; null for all.
    """
    rows = selection.select_rows(connection, wanted, by_session=True, facets=("branch_no",))
    if only is not None:
        selection.show(connection, only)
        rows = rows.of_shown()
    names = query.names(connection, "branch_no")
    found: dict[int, str] = {}
    several: set[int] = set()
    for (_, branch_no), session_no in query.sessions_of(connection, rows, facets=("branch_no",)):
        name = names.get(branch_no)
        if name and found.setdefault(session_no, name) != name:
            several.add(session_no)
    if several:  # only there tokens have to decide, which takes far longer to find out
        selection.show(connection, several)
        shown = rows if only is not None else rows.of_shown()
        found |= _most_used(connection, shown, names)
    return found


def _most_used(
    connection: Connection, rows: selection.Selection, names: dict[int, str]
) -> dict[int, str]:
    most: dict[int, tuple[int, str]] = {}
    for (session_no, branch_no), sums in query.grouped(
        connection, rows, query.SESSION, ("branch_no",)
    ):
        name = names.get(branch_no)
        if name:
            most[session_no] = max(most.get(session_no, (-1, "")), (sums.tokens, name))
    return {session_no: name for session_no, (_, name) in most.items()}
