"""Whose a response is that two transcripts tell, when neither says that it was copied.

Rule: the original is the session whose first response of its own (that it tells, whosever it is,
and the other does not) is the earlier; one that has nothing of its own is the original, for a copy
is made to go on from it.
Who tells what is kept (`shared_messages`), and a pair is judged again whenever one of the two has
told more, or has won or lost responses to a third: so it does not matter which transcript is read
first, nor in how many pieces.
"""

from collections.abc import Collection, Mapping
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
    SELECT min(at_ms) FROM (
        SELECT message_no, at_ms FROM messages
        WHERE session_no = :session AND source_no IS NOT NULL
        UNION ALL
        SELECT message_no, at_ms FROM shared_messages AS shared JOIN messages USING (message_no)
        WHERE shared.session_no = :session AND messages.session_no != :other
    ) WHERE message_no NOT IN (SELECT message_no FROM shared_messages WHERE session_no = :other)"""


_COPIED_LAST = """
    SELECT messages.session_no, at_ms FROM shared_messages AS shared
    JOIN messages USING (message_no) JOIN sessions ON sessions.session_no = messages.session_no
    WHERE shared.session_no = ? ORDER BY at_ms DESC, session_id LIMIT 1"""
_MARK_COPY = """
    UPDATE sessions SET forked_from_no = :origin, forked_at_ms = :copied_ms
    WHERE session_no = :session AND NOT inherits_cost
    AND (forked_from_no, forked_at_ms) IS NOT (:origin, :copied_ms)
    AND (
        forked_from_no IN (SELECT value FROM json_each(:rivals))
        OR coalesce(forked_at_ms, 0) <= :copied_ms
    )"""
_MOST_PASSES = 100
"""Each carries a decision on to the copies of a copy; sessions that claim in a circle end here."""


class Fork(Struct, frozen=True):
    """What a session is a copy of.

    Attributes:
        origin_no: Of several originals the one that it left last; null: it is no copy.
        copied_ms: When the last response was that it copied; null: it is no copy.
        rivals: The sessions that have told the same as this one.
    """

    origin_no: int | None
    copied_ms: int | None
    rivals: frozenset[int]


class Moved(Struct, frozen=True):
    """What has been decided.

    Attributes:
        changed_from: By session that won or lost responses, the earliest time of those.
        forks: By session that tells what another tells too.
    """

    changed_from: dict[int, int]
    forks: dict[int, Fork]


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
    changed_from: dict[int, int] = {}
    rivals: dict[int, set[int]] = {}
    todo = set(changed)
    for _ in range(_MOST_PASSES):
        pairs = connection.execute(_PAIRS, {"changed": encode(sorted(todo))}).fetchall()
        todo.clear()
        for teller, owner in pairs:
            rivals.setdefault(teller, set()).add(owner)
            rivals.setdefault(owner, set()).add(teller)
            first_ms = _settle(connection, batch, teller, owner, at_ms)
            if first_ms is not None:
                for session_no in (teller, owner):
                    known = changed_from.get(session_no, first_ms)
                    changed_from[session_no] = min(known, first_ms)
                    todo.add(session_no)
        if not todo:
            break
    forks = {
        session_no: Fork(*_copied_last(connection, session_no), frozenset(others))
        for session_no, others in rivals.items()
    }
    return Moved(changed_from, forks)


def _settle(
    connection: Connection, batch: Batch, teller: int, owner: int, at_ms: int
) -> int | None:
    """Give `teller` what it shares with `owner` if it is the original.

    Returns:
        The earliest time of what it was given; null when that is nothing.
    """
    shared = connection.execute(_SHARED, {"teller": teller, "owner": owner}).fetchall()
    if not shared or not _is_origin(connection, batch, teller, owner):
        return None
    numbers = [number for number, _ in shared]
    _move(connection, batch, numbers, new_owner=teller, at_ms=at_ms)
    connection.executemany(
        "UPDATE shared_messages SET session_no = ? WHERE message_no = ? AND session_no = ?",
        [(owner, number, teller) for number in numbers],
    )
    first_ms: int = min(when for _, when in shared)
    return first_ms


def _copied_last(connection: Connection, session_no: int) -> tuple[int | None, int | None]:
    found: tuple[int, int] | None = connection.execute(_COPIED_LAST, (session_no,)).fetchone()
    return found or (None, None)


def mark_copies(connection: Connection, forks: Mapping[int, Fork]) -> list[int]:
    """Write down which sessions are copies, and which are none any more; those that changed.

    What lines say of a fork themselves stays: it names another session, or begins with its total.
    """
    return [
        session_no
        for session_no, fork in forks.items()
        if connection.execute(
            _MARK_COPY,
            {
                "session": session_no,
                "origin": fork.origin_no,
                "copied_ms": fork.copied_ms,
                "rivals": encode(sorted(fork.rivals)),
            },
        ).rowcount
    ]


def forget_tellers(connection: Connection, message_no: int) -> None:
    """Somebody has a better claim to this response: who told it with a worse one is no rival."""
    connection.execute("DELETE FROM shared_messages WHERE message_no = ?", (message_no,))


def _is_origin(connection: Connection, batch: Batch, teller: int, owner: int) -> bool:
    """Whether what `teller` and `owner` both tell was told by `teller` first."""

    def own(session: int, other: int) -> int | None:
        found: int | None = connection.execute(
            _FIRST_OF_ITS_OWN, {"session": session, "other": other}
        ).fetchone()[0]
        return found

    tellers, owners = own(teller, owner), own(owner, teller)
    if tellers == owners:
        first, second = batch.numbered_session(teller), batch.numbered_session(owner)
        return first.session_id < second.session_id
    return tellers is None or (owners is not None and tellers < owners)


def _move(
    connection: Connection, batch: Batch, numbers: list[int], *, new_owner: int, at_ms: int
) -> None:
    for row in read_numbered_messages(connection, numbers):
        batch.post(replace(row, session_no=new_owner), row, at_ms)
    batch.write(at_ms)
