"""Read transcripts again from their beginnings, and say what changed.

Rule: rows whose transcripts are gone stay, unless they are pruned, and so do figures that an UPSERT
told.
"""

import os
import time
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from sqlite3 import Connection

from msgspec import Struct, json

from agent_console import paths
from agent_console.claude_code.transcript_walk import TranscriptWalk
from agent_console.config import Config
from agent_console.config_prices import PricesConfig
from agent_console.errors import RequestRefusedError
from agent_console.usage.cost_sql import PICO_PER_USD, cost_sum, priced
from agent_console.usage.database.progress import Tell as Say
from agent_console.usage.ingest.catch_up import CaughtUp, Tell, take_in
from agent_console.usage.ingest.discovery import found
from agent_console.usage.ingest.disk_changes import compare, files_there
from agent_console.usage.ingest.known_files import KnownFiles
from agent_console.usage.ingest.pruning import OF_PROJECTS, gone_rows, prune_gone
from agent_console.usage.ingest.taking_out import SOURCES_AT_ONCE, take_out
from agent_console.usage.ingest.transcript_file import TranscriptFile
from agent_console.usage.reports.matching import project_numbers
from agent_console.usage.tables.source_rows import SourceStatus
from agent_console.usage.writing.keeping_prices import keep_prices
from agent_console.usage.writing.ledger import Ledger
from agent_console.usage.writing.origins import mark_copies, settle_origins
from agent_console.usage.writing.unlisted import remake_unlisted

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
        take_out(ledger, _source_nos(ledger.connection, files))
        # In between, for what is read again may tell a part of what is pruned too.
        pruned = prune_gone(ledger, chosen) if prune else 0
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


def _paths_of(connection: Connection, chosen: Sequence[int]) -> set[str]:
    """The transcripts that tell of these projects, and the others of the same sessions.

    Of two copies of a transcript, all rows are the first one's; and of what two sessions tell, one
    alone does not say whose it is.
    """
    found = connection.execute(
        "WITH telling AS MATERIALIZED (SELECT DISTINCT session_no, source_no FROM messages "  # noqa: S608
        f"WHERE {OF_PROJECTS}), rivals AS (SELECT shared.session_no FROM shared_messages AS shared "
        "CROSS JOIN messages USING (message_no) "
        "WHERE messages.session_no IN (SELECT session_no FROM telling) "
        "UNION SELECT messages.session_no FROM shared_messages AS shared "
        "CROSS JOIN messages USING (message_no) "
        "WHERE shared.session_no IN (SELECT session_no FROM telling)) "
        "SELECT path FROM sources WHERE source_no IN (SELECT source_no FROM telling) "
        "OR session_no IN (SELECT session_no FROM telling UNION SELECT session_no FROM rivals)",
        (json.encode(list(chosen)).decode(),),
    )
    return {path for (path,) in found}


def _source_nos(connection: Connection, files: Iterable[TranscriptFile]) -> list[int]:
    numbers: dict[str, int] = dict(connection.execute("SELECT path, source_no FROM sources"))
    return [numbers[file.path] for file in files if file.path in numbers]


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
    while chunk := list(islice(todo, SOURCES_AT_ONCE)):

        def judge(chunk: Sequence[int] = chunk) -> None:
            with ledger.transaction(writes=True) as batch:
                at_ms = time.time_ns() // 1_000_000
                moved = settle_origins(connection, batch, chunk, at_ms)
                changed = {*chunk, *moved.changed_from, *mark_copies(connection, moved.forks)}
                remake_unlisted(connection, batch, dict.fromkeys(changed, 0), at_ms)

        ledger.writing(judge)
