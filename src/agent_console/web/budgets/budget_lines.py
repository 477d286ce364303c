"""Budgets as they stand: read from the ledger, and as lines with a bar."""

import anyio

from agent_console.board.budget_words import described, outlook, period_words, short
from agent_console.model.budget import BudgetStatus
from agent_console.usage.budgets.budgets_now import budgets_now
from agent_console.usage.budgets.periods import configured_calendar
from agent_console.web.asking.console import Console
from agent_console.web.elements.boxes import box, put, text


async def read_statuses(console: Console) -> list[BudgetStatus]:
    """All budgets in their current periods.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    calendar = configured_calendar(console.config)
    return await anyio.to_thread.run_sync(budgets_now, console.database, calendar, console.now_ms())


class BudgetLine:
    """One budget as it stands.

    Attributes:
        element: All of it; what is built into it stands below.
    """

    def __init__(self) -> None:
        with box("budget") as self.element:
            self._who = text("", "who")
            self._spent = text("", "quiet")
            with box("bar"):
                self._bar = box("")
            self._outlook = text("", "quiet")

    def draw(self, status: BudgetStatus) -> None:
        """Show what is known of it now."""
        budget = status.budget
        put(self._who, f"{described(budget)}, {period_words(budget)}")
        paused = " · paused" if budget.is_paused else ""
        hard = " · hard" if budget.is_hard else ""
        spent = f"{short(budget, status.spent)} of {short(budget, budget.limit)}"
        put(self._spent, f"{spent} · {status.percent:.0f}%{hard}{paused}")
        self._bar.classes(replace="" if budget.is_paused else status.colour)
        self._bar.style(replace=f"width: {min(100, status.percent):.2f}%")
        put(self._outlook, outlook(status))
