"""Work that is asked for again and again, and done one at a time.

Rule: a page draws when the browser is connected, which takes it longer than most questions take the
ledger: whatever is drawn first is asked for while the browser still makes itself ready.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import anyio
from nicegui import ui

from agent_console.errors import AgentConsoleError
from agent_console.web.elements.nice import beside, soon

PAUSE_SECONDS = 1.0
"""While money is being spent, figures are read again so often."""

AHEAD_SECONDS = 0.05
"""The page itself goes out before anything is asked for it."""


class Once:
    """Does some work now, or again after what is under way.

    Args:
        work: What to do; it belongs to the page on which this is made.
        ask: Asks what the work will ask first, so that the answer is kept by then; draws nothing.
    """

    def __init__(
        self,
        work: Callable[[], Awaitable[None]],
        ask: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        self._work = work
        if ask is not None:
            ahead(ask)
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


def ahead(ask: Callable[[], Awaitable[object]]) -> None:
    """Have something asked soon whose answer is kept; whoever draws it tells what went wrong."""
    beside(quietly(ask), "ahead")


async def quietly(ask: Callable[[], Awaitable[object]]) -> None:
    """Ask in a moment, for the sake of the answer that is kept."""
    await anyio.sleep(AHEAD_SECONDS)
    with suppress(AgentConsoleError, ValueError):
        await ask()
