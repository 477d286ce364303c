"""Read transcripts again from their beginnings, and say what changed.

Rule: rows whose transcripts are gone stay, and so do figures that an UPSERT told. What is taken out
of the ledger and the offsets of its files change together: whenever this is interrupted, the next
ingest reads what is missing.
"""

import os
import time
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from sqlite3 import Connection

from msgspec import Struct, json

from agent_console import paths
from agent_console.config import Config
from agent_console.config_prices import PricesConfig
from agent_console.usage.cost_sql import PICO_PER_USD, cost_sum, priced
from agent_console.usage.database.progress import Tell as Say
from agent_console.usage.ingest.catch_up import CaughtUp, Tell, take_in
from agent_console.usage.ingest.discovery import found
from agent_console.usage.ingest.disk_changes import compare, files_there
from agent_console.usage.ingest.known_files import KnownFiles
from agent_console.usage.ingest.transcript_file import TranscriptFile
from agent_console.usage.ingest.transcript_walk import TranscriptWalk
from agent_console.usage.rows import Kind, Source
from agent_console.usage.tables.batch import Batch
from agent_console.usage.tables.message_rows import read_rows_of_sources, read_unlisted
from agent_console.usage.tables.source_rows import SourceStatus
from agent_console.usage.writing.keeping_prices import keep_prices
from agent_console.usage.writing.ledger import Ledger

_SOURCES_AT_ONCE = 400
"""Transcripts whose rows are taken out in one transaction."""

_SUMS = (
    f"SELECT coalesce(sum(messages), 0), coalesce(sum(usage.input_tokens), 0), "  # noqa: S608
    "coalesce(sum(usage.output_tokens), 0), "
    "coalesce(sum(usage.cache_write_5m_tokens + usage.cache_write_1h_tokens), 0), "
    f"coalesce(sum(usage.cache_read_tokens), 0), coalesce({cost_sum()}, 0) "
    f"FROM {priced('usage_by_time')}"
)


class Totals(Struct, frozen=True):
    """What the whole ledger adds up to."""

    responses: int
    input_tokens: int
    output_tokens: int
    cache_creation_tokens: int
    cache_read_tokens: int
    cost_usd: float


class Reindexed(Struct, frozen=True):
    """What has been done.

    Attributes:
        rows_pruned: Rows of transcripts that are gone, taken out because that was asked for.
    """

    before: Totals
    after: Totals
    rows_pruned: int
    read: CaughtUp


def reindex(
    database: Path,
    prices: PricesConfig,
    *,
    config_dirs: Sequence[Path] | None = None,
    project: str | None = None,
    prune: bool = False,
    config: Config | None = None,
    tell: Tell | None = None,
    say: Say | None = None,
) -> Reindexed:
    """Read all transcripts again, or those of one project.

    Args:
        database: The ledger.
        prices: What the user says of prices.
        config_dirs: Claude Code's folders; null: the usual ones.
        project: Only transcripts that tell of this working directory.
        prune: Take out the rows of transcripts that are gone.
        config: How budgets cut time, and which alerts are wanted; null: by default.
        tell: Hears of the progress.
        say: Hears of a migration.

    Raises:
        LedgerError: The ledger cannot be opened or written.
    """
    ledger = Ledger.configured(database, config or Config(), say)
    try:
        before = totals(ledger.connection)
        files = _found(ledger, config_dirs)
        # First, for another transcript may tell a part of it too, and is read afterwards.
        pruned = _prune(ledger, project) if prune else 0
        if project is not None:
            wanted = _paths_of(ledger.connection, project)
            files = [file for file in files if file.path in wanted]
        _take_out(ledger, _source_nos(ledger.connection, files))
        read = take_in(ledger, files, from_start=True, tell=tell)
        keep_prices(ledger, prices)
        return Reindexed(before, totals(ledger.connection), pruned, read)
    finally:
        ledger.close()


def totals(connection: Connection) -> Totals:
    """The sums of everything, with its cost by the mode `auto`."""
    sums = list(connection.execute(_SUMS).fetchone())
    return Totals(*[*sums[:-1], sums[-1] / PICO_PER_USD])


def count_gone(
    database: Path,
    project: str | None = None,
    *,
    config_dirs: Sequence[Path] | None = None,
    say: Say | None = None,
) -> int:
    """How many rows `prune` would take out of the ledger at `database`.

    Args:
        database: The ledger.
        project: Only of this working directory.
        config_dirs: Claude Code's folders; null: the usual ones.
        say: Hears what a migration did.

    Raises:
        LedgerError: The ledger cannot be opened or written.
    """
    ledger = Ledger(database, tell=say)
    try:
        _found(ledger, config_dirs)
        return gone_rows(ledger.connection, project)
    finally:
        ledger.close()


def gone_rows(connection: Connection, project: str | None = None) -> int:
    """How many rows `prune` would take out."""
    where, parameters = _gone(project)
    count: int = connection.execute(f"SELECT count(*) {where}", parameters).fetchone()[0]
    return count


def _found(ledger: Ledger, config_dirs: Sequence[Path] | None) -> list[TranscriptFile]:
    """The transcripts that can be read again; those that are there no longer are marked so.

    Of one that nobody may read, what was read before stays.
    """
    dirs = paths.claude_config_dirs() if config_dirs is None else list(config_dirs)
    walk = TranscriptWalk(map(str, dirs))
    files = [found(each) for each in walk.files.values()]
    known = KnownFiles(ledger)

    def look() -> None:
        known.wanted(files)  # so that those that have moved are not taken for gone
        known.mark_gone(compare(ledger.connection, files_there(ledger.connection), walk).vanished)

    ledger.writing(look)
    return [file for file in files if os.access(file.path, os.R_OK)]


def _gone(project: str | None) -> tuple[str, tuple[object, ...]]:
    # From the few that are gone to their rows: all rows of a large ledger take seconds.
    where = "FROM sources CROSS JOIN messages USING (source_no)"
    condition = "WHERE status = ? AND source = ?"
    parameters: tuple[object, ...] = (SourceStatus.GONE, Source.TRANSCRIPT)
    if project is None:
        return f"{where} {condition}", parameters
    named = "JOIN facets USING (facet_no) JOIN names ON name_no = project_no"
    return f"{where} {named} {condition} AND name = ?", (*parameters, project)


def _paths_of(connection: Connection, project: str) -> set[str]:
    found = connection.execute(
        "SELECT DISTINCT path FROM sources JOIN messages USING (source_no) "
        "JOIN facets USING (facet_no) JOIN names ON name_no = project_no WHERE name = ?",
        (project,),
    )
    return {path for (path,) in found}


def _source_nos(connection: Connection, files: Iterable[TranscriptFile]) -> list[int]:
    numbers: dict[str, int] = dict(connection.execute("SELECT path, source_no FROM sources"))
    return [numbers[file.path] for file in files if file.path in numbers]


def _take_out(ledger: Ledger, source_nos: Sequence[int]) -> None:
    todo = iter(source_nos)
    while chunk := list(islice(todo, _SOURCES_AT_ONCE)):

        def take_out(chunk: Sequence[int] = chunk) -> None:
            with ledger.transaction(writes=True) as batch:
                at_ms = time.time_ns() // 1_000_000
                _remove(ledger.connection, batch, chunk, at_ms, forgets=False)
                ledger.connection.executemany(
                    "UPDATE sources SET offset_bytes = 0, size_bytes = 0, mtime_ns = 0, "
                    "head_hash = 0, tail_hash = 0 WHERE source_no = ?",
                    [(number,) for number in chunk],
                )

        ledger.writing(take_out)


def _remove(
    connection: Connection,
    batch: Batch,
    source_nos: Sequence[int],
    at_ms: int,
    *,
    forgets: bool,
) -> None:
    """Take out what these transcripts told: rows, and totals with the rows that follow from them.

    A session's totals stand in its own transcript, not in those of its subagents. Those that a
    client of the Agent SDK has told are in none, so they stay unless all is to be forgotten.
    """
    numbers = json.encode(list(source_nos)).decode()
    found = connection.execute(
        "SELECT DISTINCT session_no FROM sources WHERE cost_states > 0 AND session_no NOTNULL "
        "AND source_no IN (SELECT value FROM json_each(?))",
        (numbers,),
    ).fetchall()
    sessions = [number for (number,) in found]
    for row in read_rows_of_sources(connection, source_nos):
        if row.source == Source.TRANSCRIPT:
            batch.remove(row, at_ms)
    for row in read_unlisted(connection, sessions, Kind.UNLISTED):
        if forgets or row.source == Source.TRANSCRIPT:
            batch.remove(row, at_ms)
    batch.write(at_ms)
    connection.executemany(
        "DELETE FROM cost_states WHERE session_no = ? AND (number > 0 OR ?)",
        [(number, forgets) for number in sessions],
    )


def _prune(ledger: Ledger, project: str | None) -> int:
    where, parameters = _gone(project)
    rows = ledger.connection.execute(f"SELECT DISTINCT source_no {where}", parameters).fetchall()
    removed = gone_rows(ledger.connection, project)
    todo = iter([number for (number,) in rows])
    while chunk := list(islice(todo, _SOURCES_AT_ONCE)):

        def prune(chunk: Sequence[int] = chunk) -> None:
            with ledger.transaction(writes=True) as batch:
                at_ms = time.time_ns() // 1_000_000
                _remove(ledger.connection, batch, chunk, at_ms, forgets=True)

        ledger.writing(prune)
    return removed
