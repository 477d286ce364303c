"""Which of two sessions that tell the same responses, unmarked, is the original.

Rule: the original is the one whose first response of its own (that the other does not tell) is the
earlier; one that has nothing of its own is the original, for a copy is made to go on from it.
"""

from collections.abc import Collection
from sqlite3 import Connection

from agent_console.usage.key_hash import key_hash
from agent_console.usage.rows import SessionAccount


def is_origin(
    connection: Connection,
    told: SessionAccount,
    standing: SessionAccount,
    shared_keys: Collection[str],
    told_own_at_ms: int | None,
) -> bool:
    """Whether `told` is the origin of the responses that `standing` has in the ledger.

    Args:
        connection: The ledger, with everything written that was heard before.
        told: The session of the transcript that is being read.
        standing: The session that the rows belong to until now.
        shared_keys: The responses that both tell.
        told_own_at_ms: The first response that only `told` tells in this reading, if any.
    """
    shared = set(map(key_hash, shared_keys))
    theirs = _first_of_its_own(connection, standing.session_no, shared)
    earlier = _first_of_its_own(connection, told.session_no, shared)
    candidates = [at_ms for at_ms in (told_own_at_ms, earlier) if at_ms is not None]
    mine = min(candidates, default=None)
    if theirs is None:
        return mine is None and told.session_id < standing.session_id
    return mine is None or mine < theirs


def _first_of_its_own(connection: Connection, session_no: int, shared: set[int]) -> int | None:
    rows = connection.execute(
        "SELECT at_ms, key_hash FROM messages WHERE session_no = ? AND source_no IS NOT NULL "
        "ORDER BY at_ms",
        (session_no,),
    )
    for at_ms, number in rows:
        if number not in shared:
            return int(at_ms)
    return None
