"""Answers of the ledger, kept for as long as nothing is written.

Rule: no NiceGUI here. Who asks the same while an answer is being read waits for it; nobody reads
it twice.
"""

import os
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

import anyio
from msgspec import Struct

from agent_console.usage.periods import QUARTER_MS
from agent_console.usage.reports.request import Request

Found = TypeVar("Found")
Stamp = tuple[int, ...]

KEPT = 48
"""So many answers; the oldest goes first."""


class _Answer(Struct):
    stamp: Stamp
    value: Any


class Answers:
    """Keeps answers.

    Args:
        database: The ledger's path.
    """

    def __init__(self, database: str) -> None:
        self._database = database
        self._kept: dict[Hashable, _Answer] = {}
        self._reading: dict[Hashable, anyio.Event] = {}

    async def get(self, question: Hashable, read: Callable[[], Awaitable[Found]]) -> Found:
        """The answer, read if it has to be.

        Args:
            question: Everything that the answer depends on, the ledger aside.
            read: Reads it.
        """
        while (under_way := self._reading.get(question)) is not None:
            await under_way.wait()
        stamp = stamp_of(self._database)
        kept = self._kept.pop(question, None)
        if kept is None or kept.stamp != stamp:
            kept = _Answer(stamp, await self._read(question, read))
        self._kept[question] = kept
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        found: Found = kept.value
        return found

    async def _read(self, question: Hashable, read: Callable[[], Awaitable[Found]]) -> Found:
        done = self._reading[question] = anyio.Event()
        try:
            return await read()
        finally:
            del self._reading[question]
            done.set()


def question_of(request: Request) -> Hashable:
    """All that a report depends on, the ledger aside; times to the quarter of an hour."""
    wanted = request.wanted
    asked = {name: getattr(request, name) for name in Request.__slots__ if name != "wanted"}
    asked |= {name: getattr(wanted, name) for name in type(wanted).__slots__}
    asked["now_ms"] = request.now_ms // QUARTER_MS
    asked["zone"] = wanted.zone.info
    return repr(asked)


def stamp_of(database: str) -> Stamp:
    """Different when something was written."""
    found: list[int] = []
    for path in (database, f"{database}-wal"):
        try:
            status = os.stat(path)
        except OSError:
            continue
        found += [status.st_mtime_ns, status.st_size, status.st_ino]
    return tuple(found)
