"""Whether each row of `messages` can be found by its key, and is there once.

Rule: whoever tells a response again finds its row by the hash of its key alone. A row whose hash is
another one's is never found, and the response is counted twice for good.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator

from msgspec import Struct

from agent_console import paths
from agent_console.claude_code.transcript_walk import TranscriptWalk
from agent_console.usage.maintenance.texts import is_text
from agent_console.usage.rows import Kind, Source
from agent_console.usage.tables.key_hash import key_hash, utf8_hashes
from agent_console.usage.tables.source_rows import reset_sources

_AT_ONCE = 10_000
_KEYED = (
    "SELECT message_no, key_hash, CAST(key AS BLOB) FROM messages "
    "WHERE (key NOTNULL OR key_hash NOTNULL)"
)
_TWINS = (
    "FROM messages AS a JOIN messages AS b ON b.key_hash = a.key_hash "
    "AND b.message_no > a.message_no AND b.key = a.key WHERE a.key_hash IS NOT NULL"
)


class MendedIdentities(Struct, frozen=True):
    """What has been done with rows that could not be found by their keys, or were there twice.

    Attributes:
        taken_out: Rows that their transcripts are going to tell again.
        transcripts: How many transcripts those are.
        kept: Rows that nobody tells again: they can be found by the keys that they have now.
        unlisted_in: Sessions whose rows that stand in no line are to be made again.
    """

    taken_out: int = 0
    transcripts: int = 0
    kept: int = 0
    unlisted_in: tuple[int, ...] = ()

    def sentences(self) -> list[str]:
        """All of it; nothing when nothing was done."""
        told: list[str] = []
        if self.taken_out:
            told.append(
                f"Took out {self.taken_out:,} responses with damaged keys; the next "
                f"`agent-console ingest` reads {self.transcripts:,} transcripts that tell them."
            )
        if self.unlisted_in:
            count = len(self.unlisted_in)
            told.append(f"Made rows with damaged keys again from the totals of {count:,} sessions.")
        if self.kept:
            told.append(
                f"Kept {self.kept:,} responses with damaged keys, which no transcript tells again."
            )
        return told


def wrong_identities(connection: sqlite3.Connection) -> Iterator[int]:
    """Numbers of rows that cannot be found by their keys, and of those that are there twice.

    Asked for batch by batch, so that who wants a few does not wait for all.
    """
    yield from _unlike_their_hashes(connection.execute(_KEYED))
    for pair in connection.execute(f"SELECT a.message_no, b.message_no {_TWINS}"):
        yield from pair


def mend_identities(connection: sqlite3.Connection, numbers: Iterable[int]) -> MendedIdentities:
    """Have transcripts that are there tell these rows again; make the rest findable.

    Rows that are there twice and are told by no transcript stay as they are.

    Args:
        connection: The ledger, in a transaction that may write. Sums are the caller's business.
        numbers: Of rows that were found wrong before the transaction; only those that still are
            count.
    """
    connection.execute("CREATE TEMP TABLE wrong_rows (message_no INTEGER PRIMARY KEY)")
    try:
        connection.executemany(
            "INSERT OR IGNORE INTO temp.wrong_rows VALUES (?)", [(number,) for number in numbers]
        )
        _forget_right_ones(connection)
        unlisted_in = _take_out_unlisted(connection)
        taken_out, transcripts = _take_out(connection)
        kept = _make_findable(connection)
        return MendedIdentities(taken_out, transcripts, kept, tuple(unlisted_in))
    finally:
        connection.execute("DROP TABLE temp.wrong_rows")


def _unlike_their_hashes(rows: sqlite3.Cursor) -> Iterator[int]:
    while batch := rows.fetchmany(_AT_ONCE):
        keys = [key or b"" for _, _, key in batch]
        hashes = utf8_hashes(keys)
        if hashes != [number for _, number, _ in batch] or not is_text(keys) or not all(keys):
            for (message_no, told, key), number in zip(batch, hashes, strict=True):
                if key is None or told != number or not is_text([key]):
                    yield message_no


def _forget_right_ones(connection: sqlite3.Connection) -> None:
    wrong = "message_no IN (SELECT message_no FROM temp.wrong_rows)"
    still = list(_unlike_their_hashes(connection.execute(f"{_KEYED} AND {wrong}")))
    for pair in connection.execute(f"SELECT a.message_no, b.message_no {_TWINS} AND a.{wrong}"):
        still += pair
    connection.execute("DELETE FROM temp.wrong_rows")
    connection.executemany(
        "INSERT OR IGNORE INTO temp.wrong_rows VALUES (?)", [(number,) for number in still]
    )


def _take_out_unlisted(connection: sqlite3.Connection) -> list[int]:
    """Take out rows that follow from totals, which are kept; the sessions that they were of."""
    rows = connection.execute(
        "SELECT message_no, session_no FROM temp.wrong_rows CROSS JOIN messages USING (message_no) "
        "JOIN facets USING (facet_no) WHERE kind = ?",
        (Kind.UNLISTED,),
    ).fetchall()
    connection.executemany(
        "DELETE FROM messages WHERE message_no = ?", [(number,) for number, _ in rows]
    )
    return sorted({session_no for _, session_no in rows})


def _take_out(connection: sqlite3.Connection) -> tuple[int, int]:
    """Take out what transcripts tell that are read again; how many rows and transcripts."""
    rows = connection.execute(
        "SELECT message_no, path FROM temp.wrong_rows CROSS JOIN messages USING (message_no) "
        "JOIN sources USING (source_no) WHERE source = ? "
        "UNION SELECT message_no, path FROM temp.wrong_rows "
        "CROSS JOIN shared_messages AS shared USING (message_no) "
        "JOIN sources ON sources.session_no = shared.session_no",
        (Source.TRANSCRIPT,),
    ).fetchall()
    there = _there(connection, {os.path.basename(path) for _, path in rows})
    told_again = {number for number, path in rows if os.path.basename(path) in there}
    connection.executemany(
        "DELETE FROM messages WHERE message_no = ?", [(number,) for number in sorted(told_again)]
    )
    again = [number for numbers in there.values() for number in numbers]
    reset_sources(connection, again)
    return len(told_again), len(again)


def _there(connection: sqlite3.Connection, names: set[str]) -> dict[str, list[int]]:
    """Transcripts with these names that the next ingest finds.

    The file that told a row may since lie in a folder that is not Claude Code's any more, while a
    copy of it is read under the same name.
    """
    found: dict[str, list[int]] = {}
    if names:
        walk = TranscriptWalk(paths.claude_config_folders())
        seen = {stat[0] for stat, _, _ in walk.files.values()}
        for number, path in connection.execute("SELECT source_no, path FROM sources"):
            name = os.path.basename(path)
            if name in names and path in seen and os.access(path, os.R_OK):
                found.setdefault(name, []).append(number)
    return found


def _make_findable(connection: sqlite3.Connection) -> int:
    """Give what is left the hash of its key; how many that changed."""
    rows = connection.execute(
        f"{_KEYED} AND message_no IN (SELECT message_no FROM temp.wrong_rows)"  # noqa: S608
    ).fetchall()
    changed = 0
    for message_no, told, content in rows:
        key = None if content is None else content.decode(errors="replace")
        number = None if key is None else key_hash(key)
        if number != told or key is None or key.encode() != content:
            changed += 1
            connection.execute(
                "UPDATE messages SET key = ?, key_hash = ? WHERE message_no = ?",
                (key, number, message_no),
            )
    return changed
