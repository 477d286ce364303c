"""What is being spent now, read from the ledger for all screens at once.

Rule: it is read in a thread when something was spent, at most once a second, and once a minute
while money is being spent (a rate falls by itself, and a day ends); else never.
"""

from collections.abc import Callable

import anyio

from agent_console.config import Config
from agent_console.errors import AgentConsoleError
from agent_console.model.budget import BudgetStatus
from agent_console.model.usage import Spending
from agent_console.paths import database_path
from agent_console.usage.budgets.budgets_now import budgets_now
from agent_console.usage.budgets.periods import configured_calendar
from agent_console.usage.budgets.spent_now import spent_now

LEAST_SECONDS = 1.0
MINUTE_SECONDS = 60.0


class Money:
    """Today's figures.

    Args:
        config: Gives the person's settings as they are now.
        now_ms: The clock, Unix milliseconds.
        changed: Called when figures are different.

    Attributes:
        spending: Today and the current block; null until it was read.
        budget: The one that is spent furthest; null without one.
        trouble: Why the ledger cannot be read; empty when it can.
    """

    def __init__(
        self, config: Callable[[], Config], now_ms: Callable[[], int], changed: Callable[[], None]
    ) -> None:
        self.spending: Spending | None = None
        self.budget: BudgetStatus | None = None
        self.trouble = ""
        self._config = config
        self._now_ms = now_ms
        self._changed = changed
        self._again: anyio.Event | None = None

    def read_again(self) -> None:
        """Something was spent, or set."""
        if self._again is not None:
            self._again.set()

    async def run(self) -> None:
        """Read when there is a reason, until cancelled."""
        while True:
            self._again = anyio.Event()
            before = (self.spending, self.budget, self.trouble)
            await self._read()
            if (self.spending, self.budget, self.trouble) != before:
                self._changed()
            await anyio.sleep(LEAST_SECONDS)
            if self.spending is not None and self.spending.burn_usd_per_hour:
                with anyio.move_on_after(MINUTE_SECONDS):
                    await self._again.wait()
            else:
                await self._again.wait()

    async def _read(self) -> None:
        config = self._config()
        path, at_ms = str(database_path()), self._now_ms()
        calendar = configured_calendar(config)
        try:
            self.spending = await anyio.to_thread.run_sync(
                spent_now, path, at_ms, config.display.zone
            )
            found = await anyio.to_thread.run_sync(budgets_now, path, calendar, at_ms)
            self.trouble = ""
        except AgentConsoleError as error:
            self.trouble = str(error)
            return
        running = [status for status in found if not status.budget.is_paused]
        self.budget = max(running, key=lambda status: status.percent, default=None)
