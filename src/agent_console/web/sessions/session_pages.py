"""Pages of the list of sessions, from an index that is read once and used for a while.

Rule: no NiceGUI here. The first page, the latest sessions, does not wait for the index: the ledger
can tell the newest alone.
"""

import contextlib
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel
import anyio.to_process
import msgspec
from msgspec import Struct

from agent_console.board.session_index import (
    Ask,
    SessionRow,
    matching,
    packed_sessions,
    read_newest,
    read_sessions,
    unpacked_sessions,
)
from agent_console.errors import AgentConsoleError
from agent_console.model.format import cost, elapsed, share, tokens
from agent_console.usage.money import dollars
from agent_console.usage.reports.columns import LocalTime
from agent_console.usage.reports.report import count_of_sessions
from agent_console.web.asking.answers import Stamp, stamp_of
from agent_console.web.asking.console import Console
from agent_console.web.asking.filters import Filters

if TYPE_CHECKING:
    from agent_console.usage.reports.request import Request

FRESH_SECONDS = 3.0
"""An index is used for so long, or five times as long as it took, even when more was spent."""

STALE_SECONDS = 60.0
"""For so long it is used while the next one is being read; an older one is waited for."""

FIRST_ROWS = 500
"""So many of the latest sessions do not wait for an index."""

MANY = 5_000
"""More sessions than these are read by a process of its own."""

KEPT = 4
"""So many filters have an index, and so many orders of it are remembered."""


class _Index(Struct):
    rows: list[SessionRow]
    stamp: Stamp
    read_at: float
    took: float
    views: dict[bytes, list[SessionRow]] = {}

    def is_fresh(self, stamp: Stamp) -> bool:
        """Nothing was written since, or it is too early to look again."""
        return self.stamp == stamp or self.age < max(FRESH_SECONDS, 5 * self.took)

    @property
    def age(self) -> float:
        """Seconds."""
        return time.monotonic() - self.read_at

    async def view(self, ask: Ask) -> list[SessionRow]:
        """What matches, in the order that is asked for; remembered for the pages to come."""
        key = msgspec.json.encode(msgspec.structs.replace(ask, start=0, end=0))
        found = self.views.pop(key, None)
        if found is None:
            found = await anyio.to_thread.run_sync(matching, self.rows, ask)
        self.views[key] = found
        while len(self.views) > KEPT:
            del self.views[next(iter(self.views))]
        return found


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
        known = self._known.get(filters)
        ready = known is not None and known.is_fresh(stamp_of(self._console.database))
        first = ask.takes_all and ask.end <= FIRST_ROWS
        if first and request.wanted.names_nothing and not ready:
            rows, count = await self._console.read(
                lambda each: read_newest(each, request.wanted, ask.end)
            )
            rows = rows[ask.start :]
            # By the time somebody has read the first page, any other one comes at once.
            self._read_soon(filters, request)
        else:
            index = await self._index(filters, request)
            view = await index.view(ask)
            rows, count = view[ask.start : ask.end], len(view)
        local = LocalTime(request)
        return [_shown(row, local) for row in rows], count

    async def _index(self, filters: Filters, request: "Request") -> _Index:
        known = self._known.get(filters)
        if known is not None:
            if known.is_fresh(stamp_of(self._console.database)):
                return known
            if known.age < STALE_SECONDS:
                self._read_soon(filters, request)
                return known
        while (under_way := self._reading.get(filters)) is not None:
            await under_way.wait()
            if (read := self._known.get(filters)) is not None and read is not known:
                return read
        return await self._read(filters, request)

    def _read_soon(self, filters: Filters, request: "Request") -> None:
        if filters not in self._reading:
            self._console.do(partial(self._read_quietly, filters, request))

    async def _read_quietly(self, filters: Filters, request: "Request") -> None:
        # Whoever asks for a page of it next is told what is wrong.
        with contextlib.suppress(AgentConsoleError):
            if filters not in self._reading:
                await self._read(filters, request)

    async def _read(self, filters: Filters, request: "Request") -> _Index:
        done = self._reading[filters] = anyio.Event()
        stamp = stamp_of(self._console.database)
        began = time.monotonic()
        try:
            rows = await self._rows(request)
        finally:
            del self._reading[filters]
            done.set()
        self._known.pop(filters, None)
        while len(self._known) >= KEPT:
            del self._known[next(iter(self._known))]
        now = time.monotonic()
        index = self._known[filters] = _Index(rows, stamp, now, now - began)
        return index

    async def _rows(self, request: "Request") -> list[SessionRow]:
        wanted = request.wanted
        if await self._console.read(count_of_sessions) < MANY:
            return await self._console.read(lambda each: read_sessions(each, wanted))
        database = self._console.database
        # Seconds of work in a thread would make everybody else's answers wait for the interpreter.
        try:
            parts = await anyio.to_process.run_sync(
                packed_sessions, database, wanted, cancellable=True
            )
        except anyio.BrokenWorkerProcess:
            return await self._console.read(lambda each: read_sessions(each, wanted))
        rows: list[SessionRow] = []
        for part in parts:
            rows += unpacked_sessions(part)
            await anyio.lowlevel.checkpoint()
        return rows


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
        "cost_text": "N/A" if row.cost < 0 else cost(dollars(row.cost)),
        "model": row.model,
        "branch": row.branch,
    }
