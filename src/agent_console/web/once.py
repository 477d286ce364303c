"""Work that is asked for again and again, and done one at a time."""

from collections.abc import Awaitable, Callable

import anyio
from nicegui import ui

from agent_console.web.nice import soon

PAUSE_SECONDS = 1.0
"""While money is being spent, figures are read again so often."""


class Once:
    """Does some work now, or again after what is under way.

    Args:
        work: What to do; it belongs to the page on which this is made.
    """

    def __init__(self, work: Callable[[], Awaitable[None]]) -> None:
        self._work = work
        self._client = ui.context.client
        self._busy = False
        self._again = False

    def __call__(self) -> None:
        """Ask for it."""
        if self._busy:
            self._again = True
            return
        self._busy = True
        with self._client.layout:
            soon(self._run)

    async def _run(self) -> None:
        try:
            while True:
                self._again = False
                await self._work()
                if not self._again:
                    return
                await anyio.sleep(PAUSE_SECONDS)
        finally:
            self._busy = False
