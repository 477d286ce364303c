"""Make every sum of the ledger anew from the rows of `messages`.

Rule: the caller's transaction: nothing is begun or committed here, so a repair, a reindex or a
change of price thresholds is one with its sums. Rows of `messages` are not touched.
"""

import sqlite3

from msgspec import Struct

from agent_console.usage.maintenance.sums import (
    COUNT_BY_SESSION,
    FORGET_COUNTED,
    MEND_BRIEFS,
    MEND_SESSIONS,
    ROLLUPS,
    Rollup,
)


class RebuiltSums(Struct, frozen=True):
    """How many rows of sums were wrong, missing or too many, and are right now."""

    usage_by_time: int = 0
    usage_by_session: int = 0
    usage_by_hour: int = 0
    usage_by_day: int = 0
    usage_by_session_day: int = 0
    sessions: int = 0

    @property
    def changed(self) -> bool:
        """Whether anything was wrong."""
        return self != RebuiltSums()


def rebuild_sums(connection: sqlite3.Connection) -> RebuiltSums:
    """Give all rollups and every session the sums of their rows; what changed.

    Args:
        connection: The ledger, inside a transaction that may write.

    Raises:
        sqlite3.Error: As the database fails; the caller rolls back.
    """
    connection.execute(MEND_BRIEFS)
    connection.execute(FORGET_COUNTED)
    connection.execute(COUNT_BY_SESSION)
    changed = {rollup.table: _rebuild(connection, rollup) for rollup in ROLLUPS}
    connection.execute(FORGET_COUNTED)
    sessions = connection.execute(MEND_SESSIONS).rowcount
    return RebuiltSums(**changed, sessions=sessions)


def _rebuild(connection: sqlite3.Connection, rollup: Rollup) -> int:
    """Rows that are right stay: a large ledger is not written anew for one of them."""
    keys = ", ".join(rollup.keys)
    wrong = f"SELECT {rollup.columns} FROM {rollup.table} EXCEPT {rollup.expected}"  # noqa: S608
    gone = connection.execute(
        f"DELETE FROM {rollup.table} WHERE ({keys}) IN (SELECT {keys} FROM ({wrong}))"  # noqa: S608
    ).rowcount
    made = connection.execute(
        f"INSERT OR IGNORE INTO {rollup.table} ({rollup.columns}) {rollup.expected}"
    ).rowcount
    return max(gone, made)
