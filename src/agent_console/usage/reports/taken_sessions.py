"""Which sessions have a row in the report by session.

Rule: a session has one when something that the filter takes was used in it. One of which nothing
is taken has part in a stretch of time when it was active in it, but in no project and no model.
"""

from agent_console.usage.periods import QUARTER_MS
from agent_console.usage.reports.matching import session_numbers

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


def _condition(connection: "Connection", wanted: "Filter", rows: "Selection") -> str:
    if wanted.names_nothing:
        return "1"
    if wanted.projects or wanted.models:
        return (
            f"session_no IN (SELECT session_no FROM {rows.source(connection)} "  # noqa: S608
            f"CROSS JOIN facets USING (facet_no) WHERE {rows.facets})"
        )
    # (It was active whenever something was used in it.)
    active: list[str] = []
    if wanted.sessions:
        numbers = session_numbers(connection, wanted.sessions)
        active.append(f"session_no IN ({', '.join(map(str, numbers))})")
    if wanted.since is not None or wanted.until is not None:
        active += [f"{_FIRST_MS} IS NOT NULL", f"{_LAST_MS} IS NOT NULL"]
    if wanted.since is not None:
        active.append(f"{_LAST_MS} >= {wanted.since * QUARTER_MS}")
    if wanted.until is not None:
        active.append(f"{_FIRST_MS} < {wanted.until * QUARTER_MS}")
    return " AND ".join(active)
