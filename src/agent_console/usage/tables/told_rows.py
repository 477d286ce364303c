"""New rows as transcripts tell them: the short way into the ledger, for very many of them.

Rule: all values are integers and texts, which SQLite takes as they are; anything else is first
looked up among adapters, which costs as much as the writing of a column. A row that is changed is a
struct, and is written by message_rows.py.

S608 is silenced where a text is put together from constants only.
"""

from collections.abc import Iterator
from itertools import groupby
from sqlite3 import Connection
from typing import NamedTuple

from msgspec import Struct

from agent_console.usage.cost_sql import SUMS
from agent_console.usage.periods import QUARTER_MS
from agent_console.usage.rows import Source
from agent_console.usage.tables.rollups import Cell
from agent_console.usage.tables.told_columns import ToldColumns

_TOLD = (
    *("session_no", "key_hash", "key", "facet_no", "source_no", "agent_no", "at_ms", "claim"),
    *SUMS[:-2],
)
_SELDOM = "web_fetches", *SUMS[-2:]
_INSERT_TOLD = (
    f"INSERT INTO messages (source, {', '.join((*_TOLD, *_SELDOM))}) "  # noqa: S608
    f"VALUES ({int(Source.TRANSCRIPT)}{', ?' * (len(_TOLD) + len(_SELDOM) - 1)}, nullif(?, 0))"
)
_INSERT_PLAIN = (
    f"INSERT INTO messages (source, {', '.join(_TOLD)}) "  # noqa: S608
    f"VALUES ({int(Source.TRANSCRIPT)}{', ?' * len(_TOLD)})"
)
"""The table's own defaults stand for what most responses have nothing of."""


class ToldRows(Struct, frozen=True, gc=False):
    """What a transcript told, and where each response belongs in the ledger.

    Attributes:
        session_nos, facet_nos, agent_nos: One of each response.
        source_no: The transcript.
    """

    told: ToldColumns
    session_nos: list[int]
    facet_nos: list[int]
    agent_nos: list[int]
    source_no: int


class ToldSession(NamedTuple):
    """What rows of one session add to it.

    Attributes:
        first_ms, last_ms: Their earliest and latest time.
        sums: Their SUMS.
    """

    session_no: int
    first_ms: int
    last_ms: int
    sums: list[int]


def insert_told(connection: Connection, rows: ToldRows) -> None:
    """Add rows that are new."""
    told = rows.told
    *sums, searches, reported = told.sums
    columns = [
        rows.session_nos,
        told.key_hashes,
        told.keys,
        rows.facet_nos,
        [rows.source_no] * len(told),
        rows.agent_nos,
        told.times_ms,
        told.claims,
        *sums,
    ]
    statement, seldom = _INSERT_PLAIN, (told.web_fetches, searches, reported)
    if any(map(any, seldom)):
        statement = _INSERT_TOLD
        columns += seldom
    # Each tuple of the zip is used again for the next row.
    connection.executemany(statement, zip(*columns, strict=True))


def told_sessions(rows: ToldRows) -> Iterator[ToldSession]:
    """What they add to each session."""
    told, session_nos = rows.told, rows.session_nos
    for session_no in dict.fromkeys(session_nos):
        of_it = told
        if session_nos.count(session_no) < len(told):
            of_it = told.only([at for at, no in enumerate(session_nos) if no == session_no])
        times = of_it.times_ms
        yield ToldSession(session_no, min(times), max(times), [sum(sums) for sums in of_it.sums])


def told_cells(rows: ToldRows) -> Iterator[tuple[Cell, list[int]]]:
    """What they add to cells of the rollups: how many rows, and their SUMS.

    A cell may come again. Neighbours are mostly of one cell, so whole stretches of columns are
    added up.
    """
    told = rows.told
    quarters = [at_ms // QUARTER_MS for at_ms in told.times_ms]
    cells = zip(rows.session_nos, quarters, rows.facet_nos, strict=True)
    columns = [(place, column) for place, column in enumerate(told.sums, 1) if any(column)]
    none = [0] * (1 + len(told.sums))
    start = 0
    for cell, same in groupby(cells):
        end = start + len(list(same))
        gain = none.copy()
        gain[0] = end - start
        for place, column in columns:
            gain[place] = sum(column[start:end])
        yield cell, gain
        start = end
