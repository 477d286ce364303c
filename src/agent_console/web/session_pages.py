"""Pages of the list of sessions, from an index that is read once and used for a while.

Rule: no NiceGUI here. The first page, the latest sessions, does not wait for the index: the ledger
can tell the newest alone.
"""

import os
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
from msgspec import Struct

from agent_console.board.session_index import (
    PICO_PER_USD,
    Ask,
    SessionRow,
    page_of,
    read_newest,
    read_sessions,
)
from agent_console.model.format import cost, elapsed, share, tokens
from agent_console.usage.reports.columns import LocalTime
from agent_console.web.console import Console
from agent_console.web.filters import Filters

if TYPE_CHECKING:
    from agent_console.usage.reports.request import Request

FRESH_SECONDS = 3.0
"""An index is used for so long, or five times as long as it took, even when more was spent."""

KEPT = 4
"""So many filters have an index."""

Stamp = tuple[int, ...]


class _Index(Struct):
    rows: list[SessionRow]
    stamp: Stamp
    read_at: float
    took: float


class SessionPages:
    """Gives pages of sessions."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._known: dict[Filters, _Index] = {}
        self._reading: dict[Filters, anyio.Event] = {}

    async def page(self, filters: Filters, ask: Ask) -> tuple[list[dict[str, Any]], int]:
        """The rows that are asked for, and how many match.

        Raises:
            LedgerError: The ledger cannot be read.
            ValueError: The filters say something that is not allowed.
        """
        request = filters.request(self._console, "session")
        latest = not (ask.sort or ask.filter or ask.search) and request.wanted.names_nothing
        if latest and filters not in self._known:
            rows, count = await self._console.read(
                lambda each: read_newest(each, request.wanted, ask.end)
            )
            rows = rows[ask.start :]
        else:
            index = await self._index(filters, request)
            rows, count = await anyio.to_thread.run_sync(partial(page_of, index, ask))
        local = LocalTime(request)
        return [_shown(row, local) for row in rows], count

    async def _index(self, filters: Filters, request: "Request") -> list[SessionRow]:
        while (under_way := self._reading.get(filters)) is not None:
            await under_way.wait()
        known = self._known.get(filters)
        stamp = _stamp(self._console.database)
        if known is not None:
            age = time.monotonic() - known.read_at
            if known.stamp == stamp or age < max(FRESH_SECONDS, 5 * known.took):
                return known.rows
        done = self._reading[filters] = anyio.Event()
        began = time.monotonic()
        try:
            rows = await self._console.read(lambda each: read_sessions(each, request.wanted))
        finally:
            del self._reading[filters]
            done.set()
        self._known.pop(filters, None)
        while len(self._known) >= KEPT:
            del self._known[next(iter(self._known))]
        now = time.monotonic()
        self._known[filters] = _Index(rows, stamp, now, now - began)
        return rows


def _stamp(database: str) -> Stamp:
    """Different when something was written."""
    found: list[int] = []
    for path in (database, f"{database}-wal"):
        try:
            status = os.stat(path)
        except OSError:
            continue
        found += [status.st_mtime_ns, status.st_size, status.st_ino]
    return tuple(found)


def _shown(row: SessionRow, local: LocalTime) -> dict[str, Any]:
    return {
        "id": row.id,
        "id_text": row.id[:8],
        "title_text": row.title or "untitled",
        "project": row.project,
        "project_text": row.project.rstrip("/").rpartition("/")[2] or row.project,
        "first_text": local.minute(row.first) if row.first else "",
        "last_text": local.minute(row.last) if row.last else "",
        "duration_text": elapsed(row.duration) if row.first else "",
        "messages": row.messages,
        "tokens_text": tokens(row.tokens),
        "hits_text": "" if row.hits < 0 else share(row.hits, 1),
        "cost_text": "N/A" if row.cost < 0 else cost(row.cost / PICO_PER_USD),
        "model": row.model,
        "branch": row.branch,
    }
