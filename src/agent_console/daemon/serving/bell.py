"""One task sleeps, others wake it: an event that is used again, at each turn of the daemon.

Rule: one sleeper. On asyncio's loops a bare future does it; an event of anyio, to be made anew
for each turn, costs as much as a whole request.
"""

import asyncio

import anyio


class Bell:
    """Rung by anybody, heard by one task.

    Attributes:
        rung: Since it was last heard.
    """

    __slots__ = ("_event", "_sleeper", "rung")

    def __init__(self) -> None:
        self.rung = False
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

    async def heard(self) -> None:
        """Sleep until it has been rung since the last time."""
        if self.rung:
            await anyio.lowlevel.checkpoint()
        else:
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                self._event = anyio.Event()
                await self._event.wait()
            else:
                self._sleeper = loop.create_future()
                await self._sleeper
        self.rung = False
