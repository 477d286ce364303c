"""Which sessions have a row in the report by session.

Rule: a session has one when something that the filter takes was used in it. One of which nothing
is taken has part in a stretch of time when it was active in it, and in the project that its
transcripts lie with; it has part in no model.
"""

from agent_console.usage.periods import QUARTER_MS
from agent_console.usage.reports import selection
from agent_console.usage.reports.matching import project_numbers, session_numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqlite3 import Connection

    from agent_console.usage.reports.filter import Filter
    from agent_console.usage.reports.selection import Selection

_LAST_MS = (
    "coalesce(last_seen_ms, (SELECT max(last_line_ms) FROM sources "
    "WHERE sources.session_no = sessions.session_no))"
)
_FIRST_MS = _LAST_MS.replace("last_", "first_").replace("max(", "min(")


def taken_sessions(connection: "Connection", wanted: "Filter", rows: "Selection") -> list[int]:
    """Their numbers, the session that was active last first.

    Args:
        connection: The ledger.
        wanted: The filter.
        rows: What it takes, by session.
    """
    found = connection.execute(
        f"SELECT session_no FROM sessions WHERE {_condition(connection, wanted, rows)} "  # noqa: S608
        f"ORDER BY coalesce({_LAST_MS}, 0) DESC, session_no"
    )
    return [number for (number,) in found]


def silent_sessions(
    connection: "Connection", wanted: "Filter", rows: "Selection"
) -> "dict[int, int | None]":
    """Those of which nothing is taken, each with the number of its project where one is known.

    Args:
        connection: The ledger.
        wanted: The filter.
        rows: What it takes, by session.
    """
    from agent_console.usage.reports.folder_projects import FolderProjects  # noqa: PLC0415 - few

    if wanted.models:
        return {}
    condition = f"{_condition(connection, wanted, rows)} AND NOT {_used(connection, rows)}"
    projects = FolderProjects(connection).of_sessions(condition)
    found = connection.execute(
        f"SELECT session_no FROM sessions WHERE {condition} ORDER BY session_no"  # noqa: S608
    )
    return {number: projects.get(number) for (number,) in found}


def _condition(connection: "Connection", wanted: "Filter", rows: "Selection") -> str:
    if wanted.names_nothing:
        return "1"
    if wanted.models:
        return _used(connection, rows)
    if wanted.projects:
        silent = _list(_silent_in_projects(connection, wanted))
        return f"({_used(connection, rows)} OR session_no IN {silent})"
    # (It was active whenever something was used in it.)
    return _active(connection, wanted)


def _used(connection: "Connection", rows: "Selection") -> str:
    """Something that the filter takes was used in it."""
    return (
        f"session_no IN (SELECT session_no FROM {rows.source(connection)} "  # noqa: S608
        f"CROSS JOIN facets USING (facet_no) WHERE {rows.facets})"
    )


def _active(connection: "Connection", wanted: "Filter") -> str:
    """It is one of the sessions that the filter names, and was active in its stretch of time."""
    active = ["1"]
    if wanted.sessions:
        active.append(f"session_no IN {_list(session_numbers(connection, wanted.sessions))}")
    if wanted.since is not None or wanted.until is not None:
        active += [f"{_FIRST_MS} IS NOT NULL", f"{_LAST_MS} IS NOT NULL"]
    if wanted.since is not None:
        active.append(f"{_LAST_MS} >= {wanted.since * QUARTER_MS}")
    if wanted.until is not None:
        active.append(f"{_FIRST_MS} < {wanted.until * QUARTER_MS}")
    return " AND ".join(active)


def _silent_in_projects(connection: "Connection", wanted: "Filter") -> list[int]:
    """The sessions without usage in the stretch of time whose transcripts lie with its projects."""
    from agent_console.usage.reports.folder_projects import FolderProjects  # noqa: PLC0415 - few

    condition = f"{_active(connection, wanted)} AND first_seen_ms IS NULL"
    if wanted.since is not None or wanted.until is not None or not wanted.include_unlisted:
        everywhere = wanted.in_all_projects()
        rows = selection.select_rows(connection, everywhere, by_session=True)
        condition = f"{_active(connection, wanted)} AND NOT {_used(connection, rows)}"
    projects = set(project_numbers(connection, wanted.projects))
    found = FolderProjects(connection).of_sessions(condition)
    return [number for number, project in found.items() if project in projects]


def _list(numbers: list[int]) -> str:
    return f"({', '.join(map(str, numbers))})"
