"""One task sleeps, others wake it: an event that is used again, at each turn of the daemon.

Rule: one sleeper. On asyncio's loops a bare future does it; an event of anyio, to be made anew
for each turn, costs as much as a whole request.
"""

import asyncio
from time import perf_counter

import anyio

PATIENCE = 16
"""How often the sleeper looks before it sleeps: about 20 µs after each turn.

A client that asks again at once does so within that time, and to be woken on another core takes
longer than to look: with one connection it makes 17,000 requests a second 24,000.
"""
SOON_SECONDS = 50e-6
"""It looks only while it last waited no longer than this. Where others need the processor too,
clients take longer to ask, and who has looked in vain is then woken later than who has slept."""

_look = asyncio.sleep


class Bell:
    """Rung by anybody, heard by one task.

    Attributes:
        rung: Since it was last heard.
    """

    __slots__ = ("_event", "_sleeper", "_soon", "rung")

    def __init__(self) -> None:
        self.rung = False
        self._soon = False
        self._sleeper: asyncio.Future[None] | None = None
        self._event: anyio.Event | None = None

    def ring(self) -> bool:
        """Wake the sleeper, now or when it next wants to sleep; whether it is the first ring."""
        if self.rung:
            return False
        self.rung = True
        sleeper = self._sleeper
        if sleeper is not None and not sleeper.done():
            sleeper.set_result(None)
        elif self._event is not None:
            self._event.set()
        return True

    async def heard(self, *, patient: bool = True) -> None:
        """Sleep until it has been rung since the last time.

        Args:
            patient: It may look for a while before it sleeps. Where another thread of this process
                has work, looking takes the interpreter from it.
        """
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            if self.rung:
                await anyio.lowlevel.checkpoint()
            else:
                self._event = anyio.Event()
                await self._event.wait()
        else:
            began = perf_counter()
            for _ in range(PATIENCE if patient and self._soon else 1):
                await _look(0)
                if self.rung:
                    break
            else:
                self._sleeper = loop.create_future()
                await self._sleeper
            self._soon = perf_counter() - began < SOON_SECONDS
        self.rung = False
