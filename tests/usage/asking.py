"""Entries as the daemon makes them, and what the tables hold, read as another program would."""

import sqlite3
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import tzinfo
from pathlib import Path
from typing import Any

from agent_console.model.metadata import MetadataUpsert, SessionMetadata
from agent_console.usage.entries import AddUsage, LedgerResult, ReadTotals, TotalsRead, UsageAdded
from agent_console.usage.writing.ledger import Ledger

SESSION = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"
NOON_MS = 1_795_176_000_000
"""2026-11-20 12:00 UTC."""
SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS


def add(
    message_id: str | None = None,
    *,
    session: str = SESSION,
    at_ms: int = NOON_MS,
    on_board: bool = True,
    working_dir: str | None = None,
    **deltas: Any,
) -> AddUsage:
    upsert = MetadataUpsert(session, message_id=message_id, **deltas)
    return AddUsage(upsert, at_ms, on_board, working_dir)


def added(result: LedgerResult) -> UsageAdded:
    assert isinstance(result, UsageAdded), result
    return result


def do(ledger: Ledger, entry: AddUsage) -> UsageAdded:
    """Carry out one entry that is expected to succeed."""
    (result,) = ledger.carry_out([entry])
    return added(result)


def totals(ledger: Ledger, session: str = SESSION) -> SessionMetadata | None:
    (result,) = ledger.carry_out([ReadTotals(session)])
    assert isinstance(result, TotalsRead)
    return result.totals


@contextmanager
def new_ledger(zone: tzinfo | None = None) -> Generator[Ledger]:
    """A ledger of its own file, for one example of many."""
    with tempfile.TemporaryDirectory(prefix="ac", dir="/tmp") as folder:
        ledger = Ledger(Path(folder) / "metrics.db", zone=zone)
        try:
            yield ledger
        finally:
            ledger.close()


def fill_disk(ledger: Ledger, free_pages: int = 0) -> None:
    """From now on SQLite finds no room for more than `free_pages` pages."""
    connection = ledger.connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + free_pages}")


def make_room(ledger: Ledger) -> None:
    """The disk has space again."""
    fill_disk(ledger, free_pages=1_000_000)


def query(database: Path, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
    """Ask, or change, the database as another process does."""
    with closing(sqlite3.connect(database, timeout=10)) as connection, connection:
        return connection.execute(statement, parameters).fetchall()


def sums_that_differ(database: Path) -> list[tuple[Any, ...]]:
    """Sessions and cells of rollups whose sums are not those of their rows: must be none."""
    columns = (
        "sum(input_tokens), sum(output_tokens), sum(cache_write_5m_tokens), "
        "sum(cache_write_1h_tokens), sum(cache_read_tokens), coalesce(sum(reported_nano_usd), 0)"
    )
    counted = "FROM messages JOIN facets USING (facet_no) WHERE NOT set_aside"
    brief = (
        "project_no, model_no, speed_no, service_tier_no, inference_geo_no, kind, prompt_over, "
        "cost_is_reported, output_is_lower_bound"
    )
    rolled_up = f"count(*), sum(web_searches), {columns} {counted}"
    summed = f"sum(messages), sum(web_searches), {columns}"
    both = [
        (
            f"SELECT session_no, {columns}, sum(duration_ms), sum(turns) {counted} GROUP BY 1",
            (
                f"SELECT session_no, {columns}, sum(duration_ms), sum(turns) FROM sessions "
                "WHERE updated_at_ms IS NOT NULL AND (input_tokens + output_tokens "
                "+ cache_write_5m_tokens + cache_write_1h_tokens + cache_read_tokens "
                "+ reported_nano_usd + duration_ms + turns != 0 OR EXISTS (SELECT 1 FROM messages "
                "WHERE messages.session_no = sessions.session_no AND NOT set_aside)) GROUP BY 1"
            ),
        ),
        (
            f"SELECT at_ms / 900000, brief_no, {rolled_up} GROUP BY 1, 2",
            f"SELECT quarter, facet_no, {summed} FROM usage_by_time GROUP BY 1, 2",
        ),
        (
            f"SELECT session_no, at_ms / 900000, facet_no, {rolled_up} GROUP BY 1, 2, 3",
            (
                f"SELECT session_no, quarter, facet_no, {summed} FROM usage_by_session "
                "GROUP BY 1, 2, 3"
            ),
        ),
        (
            f"SELECT at_ms / 3600000, brief_no, {rolled_up} GROUP BY 1, 2",
            f"SELECT hour, facet_no, {summed} FROM usage_by_hour GROUP BY 1, 2",
        ),
        (
            f"SELECT at_ms / 86400000, facet_no, max(at_ms / 900000), {rolled_up} GROUP BY 1, 2",
            (f"SELECT day, facet_no, max(last_quarter), {summed} FROM usage_by_day GROUP BY 1, 2"),
        ),
        (
            (
                "SELECT session_no, at_ms / 86400000, brief_no, max(at_ms / 900000), "
                f"{rolled_up} GROUP BY 1, 2, 3"
            ),
            (
                f"SELECT session_no, day, facet_no, max(last_quarter), {summed} "
                "FROM usage_by_session_day GROUP BY 1, 2, 3"
            ),
        ),
        (
            f"SELECT facet_no, min(facet_no) OVER (PARTITION BY {brief}) FROM facets",
            "SELECT facet_no, brief_no FROM facets",
        ),
    ]
    differing: list[tuple[Any, ...]] = []
    for rows, sums in both:
        differing += query(database, f"SELECT * FROM ({rows}) EXCEPT SELECT * FROM ({sums})")
        differing += query(database, f"SELECT * FROM ({sums}) EXCEPT SELECT * FROM ({rows})")
    return differing
