"""What must hold between the ledger's rows: references, identities, facets and sums.

Rule: each look is a statement that finds what is wrong, so that its answer is empty when all is
well. The sums need the temporary table of usage/maintenance/sums.py.
"""

import sqlite3
from collections.abc import Callable
from typing import TypeAlias

from agent_console.usage.maintenance.finding import REPAIR, DatabaseFinding
from agent_console.usage.maintenance.sums import (
    FACETS_WITH_ANOTHER_BRIEF,
    SESSIONS_THAT_DIFFER,
    USAGE_BY_DAY,
    USAGE_BY_HOUR,
    USAGE_BY_SESSION,
    USAGE_BY_SESSION_DAY,
    USAGE_BY_TIME,
    Rollup,
)

REINDEX = "agent-console reindex"
MAX_EXAMPLES = 5

Look: TypeAlias = Callable[[sqlite3.Connection], DatabaseFinding]


def _references(connection: sqlite3.Connection) -> DatabaseFinding:
    rows = connection.execute("PRAGMA foreign_key_check").fetchmany(1001)
    wrong = [f"{table} row {row} has no {parent}" for table, row, parent, _ in rows]
    return _finding(
        "references",
        wrong,
        "Every row's session, facet, name and transcript is there.",
        "{count} rows refer to rows that are not there.",
        "agent-console db restore FILE",
    )


def _identities(connection: sqlite3.Connection) -> DatabaseFinding:
    rows = connection.execute(
        "SELECT a.key FROM messages AS a JOIN messages AS b ON b.key_hash = a.key_hash "
        "AND b.message_no > a.message_no AND b.key = a.key WHERE a.key_hash IS NOT NULL "
        "UNION ALL SELECT key FROM messages WHERE (key IS NULL) != (key_hash IS NULL) LIMIT 1001"
    ).fetchall()
    return _finding(
        "identities",
        [str(key) for (key,) in rows],
        "No response is there twice.",
        "{count} responses are there twice, or cannot be found by their key.",
        REINDEX,
    )


def _facets(connection: sqlite3.Connection) -> DatabaseFinding:
    rows = connection.execute(
        "SELECT message_no FROM messages JOIN facets USING (facet_no) "
        "WHERE cost_is_reported != (reported_nano_usd IS NOT NULL) LIMIT 1001"
    ).fetchall()
    return _finding(
        "facets",
        [f"message {number}" for (number,) in rows],
        "Every row's facet fits it.",
        "{count} rows have a facet that says wrongly whether their cost was reported.",
        REINDEX,
    )


def _brief_facets(connection: sqlite3.Connection) -> DatabaseFinding:
    rows = connection.execute(f"{FACETS_WITH_ANOTHER_BRIEF} LIMIT 1001").fetchall()
    return _finding(
        "brief facets",
        [f"facet {number}" for (number,) in rows],
        "Every facet is summed up with those that are like it.",
        "{count} facets are summed up with the wrong ones.",
        REPAIR,
    )


def _empty_name(connection: sqlite3.Connection) -> DatabaseFinding:
    named = connection.execute("SELECT name FROM names WHERE name_no = 0").fetchone()
    return _finding(
        "names",
        [] if named == ("",) else ["name 0"],
        "Name 0 means that nothing was told.",
        "Name 0, which means that nothing was told, is gone or changed.",
        REPAIR,
    )


def _rollup(name: str, rollup: Rollup) -> Look:
    def look(connection: sqlite3.Connection) -> DatabaseFinding:
        keys = ", ".join(rollup.keys)
        rows = connection.execute(
            f"SELECT DISTINCT {keys} FROM ("  # noqa: S608
            f"SELECT * FROM ({rollup.expected} EXCEPT {rollup.present}) UNION ALL "
            f"SELECT * FROM ({rollup.present} EXCEPT {rollup.expected})) LIMIT 1001"
        ).fetchall()
        wrong = [
            ", ".join(f"{key} {value}" for key, value in zip(rollup.keys, row, strict=True))
            for row in rows
        ]
        return _finding(
            name,
            wrong,
            f"{rollup.table} has the sums of its messages.",
            f"{{count}} rows of {rollup.table} are not the sums of their messages.",
            REPAIR,
        )

    return look


def _sessions(connection: sqlite3.Connection) -> DatabaseFinding:
    rows = connection.execute(f"{SESSIONS_THAT_DIFFER} LIMIT 1001").fetchall()
    return _finding(
        "sessions",
        [str(session_id) for (session_id,) in rows],
        "Every session has the sums and the times of its messages.",
        "{count} sessions do not have the sums and the times of their messages.",
        REPAIR,
    )


def _finding(name: str, wrong: list[str], fine: str, not_fine: str, mend: str) -> DatabaseFinding:
    if not wrong:
        return DatabaseFinding(name, True, fine)
    count = "More than 1,000" if len(wrong) > 1000 else str(len(wrong))
    return DatabaseFinding(
        name, False, not_fine.format(count=count), mend, tuple(wrong[:MAX_EXAMPLES])
    )


CONTENT_CHECKS: tuple[tuple[str, Look], ...] = (
    ("references", _references),
    ("identities", _identities),
    ("facets", _facets),
    ("brief facets", _brief_facets),
    ("names", _empty_name),
    ("sums by session", _rollup("sums by session", USAGE_BY_SESSION)),
    ("sums by time", _rollup("sums by time", USAGE_BY_TIME)),
    ("sums by hour", _rollup("sums by hour", USAGE_BY_HOUR)),
    ("sums by day", _rollup("sums by day", USAGE_BY_DAY)),
    ("session days", _rollup("session days", USAGE_BY_SESSION_DAY)),
    ("sessions", _sessions),
)
"""In the order in which they are told."""
