"""Budgets as they stand: read from the ledger, and as lines with a bar."""

import anyio
from nicegui import ui

from agent_console.board.budget_words import described, outlook, period_words, short
from agent_console.model.budget import BudgetStatus
from agent_console.usage.budget_periods import calendar_of
from agent_console.usage.budgets_now import budgets_now
from agent_console.web.console import Console
from agent_console.web.frame import box, text


async def read_statuses(console: Console) -> list[BudgetStatus]:
    """All budgets in their current periods.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    display = console.config.display
    calendar = calendar_of(display.zone, display.first_weekday)
    return await anyio.to_thread.run_sync(budgets_now, console.database, calendar, console.now_ms())


def budget_line(status: BudgetStatus) -> ui.element:
    """One budget; what is built into it stands below."""
    budget = status.budget
    with box("budget") as line:
        text(f"{described(budget)}, {period_words(budget)}", "who")
        paused = " · paused" if budget.is_paused else ""
        hard = " · hard" if budget.is_hard else ""
        spent = f"{short(budget, status.spent)} of {short(budget, budget.limit)}"
        text(f"{spent} · {status.percent:.0f}%{hard}{paused}", "quiet")
        with box("bar"):
            box("" if budget.is_paused else status.colour).style(
                f"width: {min(100, status.percent):.2f}%"
            )
        text(outlook(status), "quiet")
    return line
