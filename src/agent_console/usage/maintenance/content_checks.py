"""What must hold between the ledger's rows: texts, references, identities, facets and sums.

Rule: each look is a statement that finds what is wrong, so that its answer is empty when all is
well. The sums need the temporary table of usage/maintenance/sums.py.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import islice
from typing import Any, TypeAlias

from agent_console.usage.maintenance.finding import REPAIR, DatabaseFinding
from agent_console.usage.maintenance.identities import wrong_identities
from agent_console.usage.maintenance.sums import (
    FACETS_WITH_ANOTHER_BRIEF,
    ROLLUPS,
    SESSIONS_THAT_DIFFER,
    USAGE_BY_DAY,
    USAGE_BY_HOUR,
    USAGE_BY_SESSION,
    USAGE_BY_SESSION_DAY,
    USAGE_BY_TIME,
    Rollup,
)
from agent_console.usage.maintenance.texts import damaged_texts
from agent_console.usage.reports.empty import empty_ledger

MAX_EXAMPLES = 5
MOST = 1001
"""More are not looked for."""

Look: TypeAlias = Callable[[sqlite3.Connection], DatabaseFinding]


def tables(connection: sqlite3.Connection) -> DatabaseFinding:
    """Whether all tables, indexes and triggers are there."""
    return _finding(
        "tables",
        [f"{kind} {name}" for kind, name, _ in missing_objects(connection)],
        "Every table, index and trigger is there.",
        "{count} tables, indexes or triggers are not there.",
        REPAIR,
    )


def missing_objects(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """The type, the name and the SQL of what a ledger of our schema has and this one has not."""
    objects = "SELECT type, name, sql FROM sqlite_schema WHERE sql NOTNULL"
    there = {(kind, name) for kind, name, _ in connection.execute(objects)}
    with closing(empty_ledger()) as whole:
        wanted = whole.execute(objects).fetchall()
    return [each for each in wanted if each[:2] not in there]


def texts(connection: sqlite3.Connection) -> DatabaseFinding:
    """Whether what ought to be text is."""
    return _finding(
        "texts",
        list(islice(damaged_texts(connection), MOST)),
        "Every text is one.",
        "{count} texts are no UTF-8.",
        REPAIR,
    )


def references(connection: sqlite3.Connection) -> DatabaseFinding:
    """Whether what rows refer to is there."""
    rows = connection.execute("PRAGMA foreign_key_check").fetchmany(MOST)
    return _references(rows)


def references_of_messages(connection: sqlite3.Connection) -> DatabaseFinding:
    """The same without the sums, which are made anew from what they are the sums of."""
    rows = connection.execute("PRAGMA foreign_key_check")
    sums = {rollup.table for rollup in ROLLUPS}
    return _references(list(islice((row for row in rows if row[0] not in sums), MOST)))


def _references(rows: list[tuple[Any, ...]]) -> DatabaseFinding:
    return _finding(
        "references",
        [f"{table} row {row} has no {parent}" for table, row, parent, _ in rows],
        "Every row's session, facet, name and transcript is there.",
        "{count} rows refer to rows that are not there.",
        REPAIR,
    )


def identities(connection: sqlite3.Connection) -> DatabaseFinding:
    """Whether each response is there once and can be found."""
    return _finding(
        "identities",
        [f"message {number}" for number in islice(wrong_identities(connection), MOST)],
        "Every response can be found by its key, and none is there twice.",
        "{count} responses are there twice, or cannot be found by their key.",
        REPAIR,
    )


def facets(connection: sqlite3.Connection) -> DatabaseFinding:
    """Whether facets say rightly whether a cost was reported."""
    rows = connection.execute(
        "SELECT message_no FROM messages JOIN facets USING (facet_no) "
        "WHERE cost_is_reported != (reported_nano_usd IS NOT NULL)"
    ).fetchmany(MOST)
    return _finding(
        "facets",
        [f"message {number}" for (number,) in rows],
        "Every row's facet fits it.",
        "{count} rows have a facet that says wrongly whether their cost was reported.",
        REPAIR,
    )


def _brief_facets(connection: sqlite3.Connection) -> DatabaseFinding:
    rows = connection.execute(f"{FACETS_WITH_ANOTHER_BRIEF} LIMIT {MOST}").fetchall()
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
            f"SELECT * FROM ({rollup.present} EXCEPT {rollup.expected})) LIMIT {MOST}"
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
    rows = connection.execute(f"{SESSIONS_THAT_DIFFER} LIMIT {MOST}").fetchall()
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
    ("texts", texts),
    ("references", references),
    ("identities", identities),
    ("facets", facets),
    ("brief facets", _brief_facets),
    ("names", _empty_name),
    ("sums by session", _rollup("sums by session", USAGE_BY_SESSION)),
    ("sums by time", _rollup("sums by time", USAGE_BY_TIME)),
    ("sums by hour", _rollup("sums by hour", USAGE_BY_HOUR)),
    ("sums by day", _rollup("sums by day", USAGE_BY_DAY)),
    ("session days", _rollup("session days", USAGE_BY_SESSION_DAY)),
    ("sessions", _sessions),
)
"""In the order in which they are told. Older schemas have what the first OF_ANY_SCHEMA look at."""

OF_ANY_SCHEMA = 3

BEYOND_MENDING: tuple[tuple[str, Look], ...] = (
    ("tables", tables),
    ("texts", texts),
    ("references", references_of_messages),
    ("facets", facets),
)
"""What no repair mends in place."""

OF_ROWS: tuple[tuple[str, Look], ...] = (("identities", identities), ("facets", facets))
"""What may still be wrong after rows have been mended."""

AFTER_MENDING: tuple[tuple[str, Look], ...] = (("references", references),)
"""What sums that were made anew may still have."""
