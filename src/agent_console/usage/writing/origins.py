"""Whose a response is that two transcripts tell, when neither says that it was copied.

Rule: the original is the session whose first response of its own (that the other does not tell) is
the earlier; one that has nothing of its own is the original, for a copy is made to go on from it.
Who tells what is kept (`shared_messages`), and a pair is judged again whenever one of the two has
told more: so it does not matter which transcript is read first, nor in how many pieces.
"""

from collections.abc import Collection
from sqlite3 import Connection

from msgspec import Struct
from msgspec.json import encode
from msgspec.structs import replace

from agent_console.usage.tables.batch import Batch
from agent_console.usage.tables.message_rows import read_numbered_messages

_PAIRS = """
    SELECT shared.session_no AS teller, messages.session_no AS owner
    FROM json_each(:changed) CROSS JOIN shared_messages AS shared ON shared.session_no = value
    CROSS JOIN messages USING (message_no)
    UNION
    SELECT shared.session_no, messages.session_no
    FROM json_each(:changed) CROSS JOIN messages ON messages.session_no = value
    CROSS JOIN shared_messages AS shared USING (message_no)
    ORDER BY 1, 2"""
"""Those in which a changed session is: found by the indices, however many others there are."""
_SHARED = """
    SELECT message_no, at_ms FROM shared_messages AS shared JOIN messages USING (message_no)
    WHERE shared.session_no = :teller AND messages.session_no = :owner"""
_FIRST_OF_ITS_OWN = """
    SELECT min(at_ms) FROM messages WHERE session_no = :session AND source_no IS NOT NULL
    AND message_no NOT IN (
        SELECT message_no FROM shared_messages WHERE session_no = :other)"""


class Moved(Struct, frozen=True):
    """What has been decided.

    Attributes:
        changed_from: By session that won or lost responses, the earliest time of those.
        forks: By session that is a copy: its original, and the last response that it copied.
    """

    changed_from: dict[int, int]
    forks: dict[int, tuple[int, int]]


def settle_origins(
    connection: Connection, batch: Batch, changed: Collection[int], at_ms: int
) -> Moved:
    """Give the responses that two sessions tell to the original; all else is written by now.

    Args:
        connection: The ledger, in a transaction.
        batch: The transaction's changes.
        changed: The sessions that have told something.
        at_ms: When this happens.
    """
    moved = Moved({}, {})
    pairs = connection.execute(_PAIRS, {"changed": encode(sorted(changed))}).fetchall()
    for teller, owner in pairs:
        shared = connection.execute(_SHARED, {"teller": teller, "owner": owner}).fetchall()
        if not shared:
            continue  # a pair before has moved them
        if _is_origin(connection, batch, teller, owner):
            numbers = [number for number, _ in shared]
            _move(connection, batch, numbers, new_owner=teller, at_ms=at_ms)
            connection.executemany(
                "UPDATE shared_messages SET session_no = ? WHERE message_no = ? AND session_no = ?",
                [(owner, number, teller) for number in numbers],
            )
            for session_no in (teller, owner):
                first_ms = min(when for _, when in shared)
                known = moved.changed_from.get(session_no, first_ms)
                moved.changed_from[session_no] = min(known, first_ms)
            _fork(moved, owner, teller, max(when for _, when in shared))
        else:
            _fork(moved, teller, owner, max(when for _, when in shared))
    return moved


def forget_tellers(connection: Connection, message_no: int) -> None:
    """Somebody has a better claim to this response: who told it with a worse one is no rival."""
    connection.execute("DELETE FROM shared_messages WHERE message_no = ?", (message_no,))


def _fork(moved: Moved, copy: int, origin: int, copied_ms: int) -> None:
    """Of several originals, a copy is one of that which it left last."""
    known = moved.forks.get(copy)
    if known is None or known[1] < copied_ms:
        moved.forks[copy] = (origin, copied_ms)


def _is_origin(connection: Connection, batch: Batch, teller: int, owner: int) -> bool:
    """Whether what `teller` and `owner` both tell was told by `teller` first."""

    def own(session: int, other: int) -> int | None:
        found: int | None = connection.execute(
            _FIRST_OF_ITS_OWN, {"session": session, "other": other}
        ).fetchone()[0]
        return found

    tellers, owners = own(teller, owner), own(owner, teller)
    if tellers is None and owners is None:
        first, second = batch.numbered_session(teller), batch.numbered_session(owner)
        return first.session_id < second.session_id
    return tellers is None or (owners is not None and tellers < owners)


def _move(
    connection: Connection, batch: Batch, numbers: list[int], *, new_owner: int, at_ms: int
) -> None:
    for row in read_numbered_messages(connection, numbers):
        batch.post(replace(row, session_no=new_owner), row, at_ms)
    batch.write(at_ms)
