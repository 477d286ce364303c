"""Take out of the ledger, for ever, what transcripts told that are gone.

Rule: what is pruned is forgotten with its file: if that comes back, it is new.
"""

import time
from collections.abc import Sequence
from itertools import islice
from sqlite3 import Connection

from msgspec import json

from agent_console.usage.ingest.taking_out import SOURCES_AT_ONCE, remove
from agent_console.usage.rows import Source
from agent_console.usage.tables.source_rows import SourceStatus, forget_sources
from agent_console.usage.writing.ledger import Ledger

OF_PROJECTS = (
    "facet_no IN (SELECT facet_no FROM facets WHERE project_no IN (SELECT value FROM json_each(?)))"
)


def gone_rows(connection: Connection, chosen: Sequence[int] | None = None) -> int:
    """How many rows `prune` would take out.

    Args:
        connection: The ledger.
        chosen: The numbers of the projects; null for all.
    """
    rows, parameters = _gone(chosen)
    count: int = connection.execute(f"SELECT count(*) {rows}", parameters).fetchone()[0]
    return count


def prune_gone(ledger: Ledger, chosen: Sequence[int] | None) -> int:
    """Take out what transcripts told that are gone, and forget them; how many rows that were."""
    rows, parameters = _gone(chosen)
    found = ledger.connection.execute(f"SELECT DISTINCT source_no {rows}", parameters)
    telling = {number for (number,) in found}
    removed = gone_rows(ledger.connection, chosen)
    gone = telling if chosen is not None else telling | _gone_sources(ledger.connection)
    todo = iter(sorted(gone))
    while chunk := list(islice(todo, SOURCES_AT_ONCE)):

        def prune(chunk: Sequence[int] = chunk) -> None:
            with ledger.transaction(writes=True) as batch:
                at_ms = time.time_ns() // 1_000_000
                told = [number for number in chunk if number in telling]
                remove(ledger.connection, batch, told, at_ms, forgets=True)
                forget_sources(ledger.connection, chunk)

        ledger.writing(prune)
    return removed


def _gone(chosen: Sequence[int] | None) -> tuple[str, tuple[object, ...]]:
    """The rows of transcripts that are gone; of projects, all rows of those that told of them."""
    # From the few that are gone to their rows: all rows of a large ledger take seconds.
    rows = "FROM sources CROSS JOIN messages USING (source_no) WHERE status = ? AND source = ?"
    parameters: tuple[object, ...] = (SourceStatus.GONE, Source.TRANSCRIPT)
    if chosen is None:
        return rows, parameters
    told = f"source_no IN (SELECT source_no {rows} AND {OF_PROJECTS})"
    return f"{rows} AND {told}", (*parameters, *parameters, json.encode(list(chosen)).decode())


def _gone_sources(connection: Connection) -> set[int]:
    found = connection.execute(
        "SELECT source_no FROM sources WHERE status = ?", (SourceStatus.GONE,)
    )
    return {number for (number,) in found}
