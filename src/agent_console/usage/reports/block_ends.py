"""When the first and the last message of blocks were, of those that a filter takes, in one query.

Rule: the rollups say in which quarters they lie, and only these are looked through: whole blocks
would take minutes where a filter takes little of them.
"""

from agent_console.usage.periods import BLOCK_QUARTERS, QUARTER_MS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from sqlite3 import Connection
    from typing import Any

    from agent_console.usage.reports.selection import Selection


def block_ends(
    connection: "Connection",
    rows: "Selection",
    bucket: str,
    keys: "Iterable[tuple[Any, ...]]",
    *,
    by_project: bool,
) -> "dict[tuple[Any, ...], tuple[int, int]]":
    """The first and the last message of every block, Unix milliseconds, by the report's keys.

    Args:
        connection: The ledger.
        rows: What the report counts.
        bucket: The first quarter of a quarter's block, as an SQL expression.
        keys: Those of the report: the first quarter of a block (and a project).
        by_project: Each project has blocks of its own.
    """
    if by_project or not rows.is_brief:
        return _ends_by_session(connection, rows, bucket, by_project=by_project)
    starts = {key[0] for key in keys}
    if not starts:
        return {}
    quarter, message = (
        f"(SELECT {time} FROM {table} CROSS JOIN facets USING (facet_no) "  # noqa: S608
        f"WHERE {time} >= {{begin}} * {unit} AND {time} < ({{begin}} + {length}) * {unit} "
        f"AND {condition} AND {rows.facets} ORDER BY {time} {{way}} LIMIT 1)"
        for time, unit, table, length, condition in (
            ("quarter", 1, "usage_by_time", BLOCK_QUARTERS, f"messages > 0 AND {rows.where}"),
            ("at_ms", QUARTER_MS, "messages INDEXED BY messages_by_time", 1, "NOT set_aside"),
        )
    )
    first, last = (quarter.format(begin="start", way=way) for way in ("", "DESC"))
    found = connection.execute(
        f"SELECT start, {message.format(begin='first', way='')}, "  # noqa: S608
        f"{message.format(begin='last', way='DESC')} FROM ("
        f"SELECT start, {first} AS first, {last} AS last FROM (SELECT DISTINCT start "
        f"FROM temp.blocks WHERE start >= {min(starts)} AND start <= {max(starts)}))"
    )
    return {(start,): (first_ms, last_ms) for start, first_ms, last_ms in found if start in starts}


def _ends_by_session(
    connection: "Connection", rows: "Selection", bucket: str, *, by_project: bool
) -> "dict[tuple[Any, ...], tuple[int, int]]":
    """The same where each quarter has too many others' messages: those of its sessions alone."""
    project = "project_no" if by_project else "0"
    rollup = "usage_by_time" if rows.is_brief else "usage_by_session"
    taken = f"JOIN facets USING (facet_no) WHERE messages > 0 AND {rows.where} AND {rows.facets}"
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS block_ends (quarter INTEGER, of_project INTEGER, "
        "start INTEGER, PRIMARY KEY (quarter, of_project)) WITHOUT ROWID"
    )
    connection.execute("DELETE FROM temp.block_ends")
    connection.execute(
        "INSERT INTO temp.block_ends WITH each AS (SELECT min(quarter) AS first, "  # noqa: S608
        f"max(quarter) AS last, {project} AS of_project, {bucket} AS start "
        f"FROM {rollup} {taken} GROUP BY start, of_project) "
        "SELECT first, of_project, start FROM each UNION SELECT last, of_project, start FROM each"
    )
    of_project = "project_no = ends.of_project" if by_project else "1"
    message = (
        "SELECT at_ms FROM messages INDEXED BY messages_by_session "  # noqa: S608
        "CROSS JOIN facets USING (facet_no) WHERE session_no = ends.session_no "
        f"AND at_ms >= quarter * {QUARTER_MS} AND at_ms < (quarter + 1) * {QUARTER_MS} "
        f"AND NOT set_aside AND {of_project} AND {rows.facets} ORDER BY at_ms"
    )
    # In this order and by this index, and one message at each end: other ways read every message.
    found = connection.execute(
        f"SELECT start, of_project, min(({message} LIMIT 1)), max(({message} DESC LIMIT 1)) FROM ("  # noqa: S608
        "SELECT DISTINCT session_no, quarter, of_project, start FROM usage_by_session "
        "CROSS JOIN facets USING (facet_no) CROSS JOIN temp.block_ends AS ends USING (quarter) "
        f"WHERE of_project = {project} "
        f"AND messages > 0 AND {rows.where} AND {rows.facets}) AS ends GROUP BY start, of_project"
    )
    return {
        (start, project_no) if by_project else (start,): (first, last)
        for start, project_no, first, last in found
    }
