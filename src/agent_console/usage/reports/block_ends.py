"""When the first and the last message of blocks were, of those that a filter takes, in one query.

Rule: the rollups say in which quarters they lie, and of which sessions; only these are looked up.
To look through the messages of every block would take minutes where each project has blocks.
"""

from agent_console.usage.periods import QUARTER_MS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqlite3 import Connection
    from typing import Any

    from agent_console.usage.reports.selection import Selection


def block_ends(
    connection: "Connection", rows: "Selection", bucket: str, *, by_project: bool
) -> "dict[tuple[Any, ...], tuple[int, int]]":
    """The first and the last message of every block, Unix milliseconds, by the report's keys.

    Args:
        connection: The ledger.
        rows: What the report counts.
        bucket: The first quarter of a quarter's block, as an SQL expression.
        by_project: Each project has blocks of its own.
    """
    project = "project_no" if by_project else "0"
    rollup = "usage_by_time" if rows.is_brief else "usage_by_session"
    taken = f"JOIN facets USING (facet_no) WHERE messages > 0 AND {rows.where} AND {rows.facets}"
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS block_ends (quarter INTEGER, project_no INTEGER, "
        "start INTEGER, PRIMARY KEY (quarter, project_no)) WITHOUT ROWID"
    )
    connection.execute("DELETE FROM temp.block_ends")
    connection.execute(
        "INSERT INTO temp.block_ends WITH each AS (SELECT min(quarter) AS first, "  # noqa: S608
        f"max(quarter) AS last, {project} AS of_project, {bucket} AS start "
        f"FROM {rollup} {taken} GROUP BY start, of_project) "
        "SELECT first, of_project, start FROM each UNION SELECT last, of_project, start FROM each"
    )
    # In this order and by this index: others read every message there is.
    found = connection.execute(
        "SELECT start, ends.project_no, min(at_ms), max(at_ms) FROM ("  # noqa: S608
        f"SELECT session_no, quarter, facet_no, {project} AS of_project "
        f"FROM usage_by_session CROSS {taken}) AS usage "
        "CROSS JOIN temp.block_ends AS ends USING (quarter) "
        "CROSS JOIN messages INDEXED BY messages_by_session USING (session_no, facet_no) "
        f"WHERE ends.project_no = of_project AND at_ms >= quarter * {QUARTER_MS} "
        f"AND at_ms < (quarter + 1) * {QUARTER_MS} AND NOT set_aside "
        "GROUP BY start, ends.project_no"
    )
    return {
        (start, project_no) if by_project else (start,): (first, last)
        for start, project_no, first, last in found
    }
