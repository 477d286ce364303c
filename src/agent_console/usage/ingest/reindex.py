"""Read transcripts again from their beginnings, and say what changed.

Rule: rows whose transcripts are gone stay, and so do figures that an UPSERT told. What is taken out
of the ledger and the offsets of its files change together: whenever this is interrupted, the next
ingest reads what is missing. What is pruned is forgotten with its file: if that comes back, it is
new.
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
from agent_console.errors import RequestRefusedError
from agent_console.usage.cost_sql import PICO_PER_USD, cost_sum, priced
from agent_console.usage.database.progress import Tell as Say
from agent_console.usage.ingest.catch_up import CaughtUp, Tell, take_in
from agent_console.usage.ingest.discovery import found
from agent_console.usage.ingest.disk_changes import compare, files_there
from agent_console.usage.ingest.known_files import KnownFiles
from agent_console.usage.ingest.transcript_file import TranscriptFile
from agent_console.usage.ingest.transcript_walk import TranscriptWalk
from agent_console.usage.reports.matching import project_numbers
from agent_console.usage.rows import Kind, Source
from agent_console.usage.tables.batch import Batch
from agent_console.usage.tables.message_rows import read_rows_of_sources, read_unlisted
from agent_console.usage.tables.source_rows import SourceStatus, forget_sources, reset_sources
from agent_console.usage.writing.keeping_prices import keep_prices
from agent_console.usage.writing.ledger import Ledger
from agent_console.usage.writing.origins import mark_copies, settle_origins
from agent_console.usage.writing.unlisted import remake_unlisted

_SOURCES_AT_ONCE = 400
"""Transcripts whose rows are taken out in one transaction."""

_SUMS = (
    f"SELECT coalesce(sum(messages), 0), coalesce(sum(usage.input_tokens), 0), "  # noqa: S608
    "coalesce(sum(usage.output_tokens), 0), "
    "coalesce(sum(usage.cache_write_5m_tokens + usage.cache_write_1h_tokens), 0), "
    f"coalesce(sum(usage.cache_read_tokens), 0), coalesce({cost_sum()}, 0) "
    f"FROM {priced('usage_by_time')}"
)
_OF_PROJECTS = (
    "facet_no IN (SELECT facet_no FROM facets WHERE project_no IN (SELECT value FROM json_each(?)))"
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
    projects: Sequence[str] = (),
    prune: bool = False,
    config: Config | None = None,
    tell: Tell | None = None,
    say: Say | None = None,
) -> Reindexed:
    """Read all transcripts again, or those of some projects.

    Args:
        database: The ledger.
        prices: What the user says of prices.
        config_dirs: Claude Code's folders; null: the usual ones.
        projects: Only transcripts of sessions that have used something in these: names, paths or
            globs, as `project_numbers` takes them. Empty for all.
        prune: Take out the rows of transcripts that are gone.
        config: How budgets cut time, and which alerts are wanted; null: by default.
        tell: Hears of the progress.
        say: Hears of a migration.

    Raises:
        LedgerError: The ledger cannot be opened or written.
        RequestRefusedError: There is no such project.
    """
    ledger = Ledger.configured(database, config or Config(), say)
    try:
        chosen = _chosen(ledger.connection, projects)
        before = totals(ledger.connection)
        files = _found(ledger, config_dirs, prune=prune)
        if chosen is not None:
            wanted = _paths_of(ledger.connection, chosen)
            files = [file for file in files if file.path in wanted]
        _take_out(ledger, _source_nos(ledger.connection, files))
        # In between, for what is read again may tell a part of what is pruned too.
        pruned = _prune(ledger, chosen) if prune else 0
        read = take_in(ledger, files, from_start=True, tell=tell)
        if chosen is None:
            _judge_again(ledger)
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
    projects: Sequence[str] = (),
    *,
    config_dirs: Sequence[Path] | None = None,
    say: Say | None = None,
) -> int:
    """How many rows `prune` would take out of the ledger at `database`.

    Args:
        database: The ledger.
        projects: Only of transcripts that tell of these; empty for all.
        config_dirs: Claude Code's folders; null: the usual ones.
        say: Hears what a migration did.

    Raises:
        LedgerError: The ledger cannot be opened or written.
        RequestRefusedError: There is no such project.
    """
    ledger = Ledger(database, tell=say)
    try:
        chosen = _chosen(ledger.connection, projects)
        _found(ledger, config_dirs, prune=True)
        return gone_rows(ledger.connection, chosen)
    finally:
        ledger.close()


def gone_rows(connection: Connection, chosen: Sequence[int] | None = None) -> int:
    """How many rows `prune` would take out.

    Args:
        connection: The ledger.
        chosen: The numbers of the projects; null for all.
    """
    rows, parameters = _gone(chosen)
    count: int = connection.execute(f"SELECT count(*) {rows}", parameters).fetchone()[0]
    return count


def _chosen(connection: Connection, projects: Sequence[str]) -> list[int] | None:
    """The numbers of these projects; null when none is named."""
    for project in projects:
        if not project_numbers(connection, [project]):
            raise RequestRefusedError(
                "invalid_value",
                f"No project matches {project!r}: `agent-console usage project` lists them.",
            )
    return project_numbers(connection, projects) if projects else None


def _found(
    ledger: Ledger, config_dirs: Sequence[Path] | None, *, prune: bool
) -> list[TranscriptFile]:
    """The transcripts that can be read again; those that are there no longer are marked so.

    Of one that nobody may read, what was read before stays. To `prune`, all that are marked as gone
    are looked for.
    """
    dirs = paths.claude_config_dirs() if config_dirs is None else list(config_dirs)
    walk = TranscriptWalk(map(str, dirs))
    files = [found(each) for each in walk.files.values()]
    known = KnownFiles(ledger)

    def look() -> None:
        known.wanted(files)  # so that those that have moved are not taken for gone
        known.mark_gone(compare(ledger.connection, files_there(ledger.connection), walk).vanished)
        if prune:
            known.find_again()

    ledger.writing(look)
    return [file for file in files if os.access(file.path, os.R_OK)]


def _gone(chosen: Sequence[int] | None) -> tuple[str, tuple[object, ...]]:
    """The rows of transcripts that are gone; of projects, all rows of those that told of them."""
    # From the few that are gone to their rows: all rows of a large ledger take seconds.
    rows = "FROM sources CROSS JOIN messages USING (source_no) WHERE status = ? AND source = ?"
    parameters: tuple[object, ...] = (SourceStatus.GONE, Source.TRANSCRIPT)
    if chosen is None:
        return rows, parameters
    told = f"source_no IN (SELECT source_no {rows} AND {_OF_PROJECTS})"
    return f"{rows} AND {told}", (*parameters, *parameters, json.encode(list(chosen)).decode())


def _paths_of(connection: Connection, chosen: Sequence[int]) -> set[str]:
    """The transcripts that tell of these projects, and the others of the same sessions.

    Of two copies of a transcript, all rows are the first one's.
    """
    found = connection.execute(
        "WITH telling AS MATERIALIZED (SELECT DISTINCT session_no, source_no FROM messages "  # noqa: S608
        f"WHERE {_OF_PROJECTS}) "
        "SELECT path FROM sources WHERE source_no IN (SELECT source_no FROM telling) "
        "OR session_no IN (SELECT session_no FROM telling)",
        (json.encode(list(chosen)).decode(),),
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
                reset_sources(ledger.connection, chunk)

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
    client of the Agent SDK has told are in none, so they stay unless all is to be forgotten, and
    no copy of the transcript is left.
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


def _judge_again(ledger: Ledger) -> None:
    """Work out again what follows from rows that stay, of sessions whose transcripts are gone.

    Whose a response is that several sessions told, and what totals have beyond the rows.
    """
    connection = ledger.connection
    found = connection.execute(
        "SELECT DISTINCT session_no FROM sources WHERE status = ? AND session_no NOTNULL",
        (SourceStatus.GONE,),
    )
    todo = iter([number for (number,) in found])
    while chunk := list(islice(todo, _SOURCES_AT_ONCE)):

        def judge(chunk: Sequence[int] = chunk) -> None:
            with ledger.transaction(writes=True) as batch:
                at_ms = time.time_ns() // 1_000_000
                moved = settle_origins(connection, batch, chunk, at_ms)
                changed = {*chunk, *moved.changed_from, *mark_copies(connection, moved.forks)}
                remake_unlisted(connection, batch, dict.fromkeys(changed, 0), at_ms)

        ledger.writing(judge)


def _prune(ledger: Ledger, chosen: Sequence[int] | None) -> int:
    """Take out what transcripts told that are gone, and forget them; how many rows that were."""
    rows, parameters = _gone(chosen)
    found = ledger.connection.execute(f"SELECT DISTINCT source_no {rows}", parameters)
    telling = {number for (number,) in found}
    removed = gone_rows(ledger.connection, chosen)
    gone = telling if chosen is not None else telling | _gone_sources(ledger.connection)
    todo = iter(sorted(gone))
    while chunk := list(islice(todo, _SOURCES_AT_ONCE)):

        def prune(chunk: Sequence[int] = chunk) -> None:
            with ledger.transaction(writes=True) as batch:
                at_ms = time.time_ns() // 1_000_000
                told = [number for number in chunk if number in telling]
                _remove(ledger.connection, batch, told, at_ms, forgets=True)
                forget_sources(ledger.connection, chunk)

        ledger.writing(prune)
    return removed


def _gone_sources(connection: Connection) -> set[int]:
    found = connection.execute(
        "SELECT source_no FROM sources WHERE status = ?", (SourceStatus.GONE,)
    )
    return {number for (number,) in found}
