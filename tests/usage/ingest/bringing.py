"""Transcripts on the disk brought into a ledger, as `ingest` and the daemon do."""

from pathlib import Path

from tests.usage.asking import query, sums_that_differ

from agent_console.config_prices import PricesConfig
from agent_console.paths import claude_config_folders
from agent_console.usage.ingest.catch_up import CaughtUp, bring_up_to_date
from agent_console.usage.ingest.freshness import is_up_to_date, look
from agent_console.usage.reports.reading import open_for_reading

Tokens = tuple[int, int, int, int]


def bring(database: Path, since_ms: int | None = None) -> CaughtUp:
    """Take in what is new, and check every sum."""
    caught_up = bring_up_to_date(database, PricesConfig(), since_ms=since_ms)
    assert sums_that_differ(database) == []
    assert query(database, "PRAGMA foreign_key_check") == []
    return caught_up


def is_fresh(database: Path) -> bool:
    """What a report asks before it shows the ledger as it is."""
    connection = open_for_reading(str(database))
    if connection is None:
        return False
    try:
        return is_up_to_date(connection, look(connection, claude_config_folders()))
    finally:
        connection.close()


def total(database: Path) -> Tokens:
    """Input, output, cache write and cache read of everything, from the rollup by time."""
    ((read, written, cache_write, cache_read),) = query(
        database,
        "SELECT coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0), "
        "coalesce(sum(cache_write_5m_tokens + cache_write_1h_tokens), 0), "
        "coalesce(sum(cache_read_tokens), 0) FROM usage_by_time",
    )
    return read, written, cache_write, cache_read


def output_by_session(database: Path) -> dict[str, int]:
    """Output tokens of each session, from its own sums."""
    rows = query(
        database,
        "SELECT session_id, output_tokens FROM sessions WHERE first_seen_ms IS NOT NULL",
    )
    return dict(rows)
