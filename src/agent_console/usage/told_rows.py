"""New rows as transcripts tell them: the short way into the ledger, for very many of them.

Rule: such a row stays a tuple in the order of its columns until it is written, and all in it are
integers and texts. A row that is changed is a struct, and is written by message_rows.py.

S608 is silenced where a text is put together from constants only.
"""

from collections.abc import Sequence
from sqlite3 import Connection
from typing import Any

from agent_console.usage.cost_sql import SUMS
from agent_console.usage.rows import Figures, MessageRow, Source

_TOLD = (
    *("session_no", "key_hash", "key", "facet_no", "source_no", "agent_no", "at_ms", "claim"),
    "web_fetches",
)
_INSERT_TOLD = (
    f"INSERT INTO messages ({', '.join((*_TOLD, *SUMS))}, source) "  # noqa: S608
    f"VALUES ({'?, ' * (len(_TOLD) + len(SUMS) - 1)}nullif(?, 0), {int(Source.TRANSCRIPT)})"
)

Values = tuple[Any, ...]
"""A new row of `messages` that a transcript told, as it is written: _TOLD and SUMS.

All of them are integers and texts, which SQLite takes as they are; anything else is first looked up
among adapters, which costs as much as the writing of a column.
"""
SESSION_NO, KEY_HASH, FACET_NO, AT_MS, SUMS_FROM = 0, 1, 3, 6, 9
"""Where some of its columns stand; behind SUMS_FROM, the sums."""


def row_of_values(values: Values) -> MessageRow:
    """The same row as a struct."""
    session_no, _, key, facet_no, source_no, agent_no, at_ms, claim, web_fetches, *sums = values
    return MessageRow(
        None,
        key,
        session_no,
        facet_no,
        at_ms,
        Source.TRANSCRIPT,
        Figures(*sums),
        claim,
        source_no,
        agent_no,
        web_fetches,
    )


def insert_told(connection: Connection, rows: Sequence[Values]) -> None:
    """Add many new rows that transcripts told."""
    connection.executemany(_INSERT_TOLD, rows)
