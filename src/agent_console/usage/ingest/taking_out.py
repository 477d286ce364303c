"""Take out of the ledger what transcripts told, so that they can be read again.

Rule: rows and the offset of their file change together: whenever this is interrupted, the next
ingest reads what is missing.
"""

import time
from collections.abc import Sequence
from itertools import islice
from sqlite3 import Connection

from msgspec import json

from agent_console.usage.rows import Kind, Source
from agent_console.usage.tables.batch import Batch
from agent_console.usage.tables.message_rows import read_rows_of_sources, read_unlisted
from agent_console.usage.tables.source_rows import SourceStatus, reset_sources
from agent_console.usage.writing.ledger import Ledger

SOURCES_AT_ONCE = 400
"""Transcripts whose rows are taken out in one transaction."""


def take_out(ledger: Ledger, source_nos: Sequence[int]) -> None:
    """Take out what these transcripts told, and have them read from their beginnings."""
    todo = iter(source_nos)
    while chunk := list(islice(todo, SOURCES_AT_ONCE)):

        def take_out(chunk: Sequence[int] = chunk) -> None:
            with ledger.transaction(writes=True) as batch:
                at_ms = time.time_ns() // 1_000_000
                remove(ledger.connection, batch, chunk, at_ms, forgets=False)
                reset_sources(ledger.connection, chunk)

        ledger.writing(take_out)


def remove(
    connection: Connection,
    batch: Batch,
    source_nos: Sequence[int],
    at_ms: int,
    *,
    forgets: bool,
) -> None:
    """Take out what these transcripts told: rows, and totals with the rows that follow from them.

    A session's totals stand in its own transcript, not in those of its subagents. Those that a
    client of the Agent SDK has told are in none, so they stay unless all is to be forgotten, and
    no copy of the transcript is left. What belongs to a session whose own transcripts are gone
    stays too, for its copies cannot tell whose it is.
    """
    numbers = json.encode(list(source_nos)).decode()
    found = connection.execute(
        "SELECT DISTINCT session_no FROM sources WHERE cost_states > 0 AND session_no NOTNULL "
        "AND source_no IN (SELECT value FROM json_each(?)) AND NOT (? AND EXISTS "
        "(SELECT 1 FROM sources AS other WHERE other.session_no = sources.session_no "
        "AND other.cost_states > 0 AND other.status != ?))",
        (numbers, forgets, SourceStatus.GONE),
    ).fetchall()
    sessions = [number for (number,) in found]
    staying: set[int] = set() if forgets else _gone_sessions(connection, numbers)
    for row in read_rows_of_sources(connection, source_nos):
        if row.source == Source.TRANSCRIPT and row.session_no not in staying:
            batch.remove(row, at_ms)
    for row in read_unlisted(connection, sessions, Kind.UNLISTED):
        if forgets or row.source == Source.TRANSCRIPT:
            batch.remove(row, at_ms)
    batch.write(at_ms)
    connection.executemany(
        "DELETE FROM cost_states WHERE session_no = ? AND (number > 0 OR ?)",
        [(number, forgets) for number in sessions],
    )


def _gone_sessions(connection: Connection, numbers: str) -> set[int]:
    """The sessions with rows by these transcripts whose own transcripts are all gone."""
    found = connection.execute(
        "SELECT session_no FROM sources WHERE session_no IN "
        "(SELECT session_no FROM messages WHERE source_no IN (SELECT value FROM json_each(?))) "
        "GROUP BY session_no HAVING min(status) = ?",
        (numbers, SourceStatus.GONE),
    )
    return {session_no for (session_no,) in found}
