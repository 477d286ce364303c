"""All budgets with what can be done to them.

Rule: a change goes into the ledger as `agent-console budget` makes it, in a thread; the daemon is
then made to look.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import anyio

from agent_console.board.budget_words import described
from agent_console.model.budget import Budget, BudgetStatus
from agent_console.usage.budget_keeping import drop_budget, keep_budget, pause
from agent_console.usage.ledger import Ledger
from agent_console.web.asking import ask
from agent_console.web.budget_form import budget_form
from agent_console.web.budget_lines import budget_line, read_statuses
from agent_console.web.console import Console
from agent_console.web.frame import box, empty, text
from agent_console.web.once import Once
from agent_console.web.troubles import toast, within

Changed = TypeVar("Changed")


class BudgetList:
    """The list."""

    def __init__(self, console: Console) -> None:
        self._console = console
        new = text("New budget", "button first", "button")
        new.on("click", self.ask_new)
        self._rows = box("rows").style("margin-top: 8px")
        self.read = Once(self._read)

    def ask_new(self) -> None:
        """Ask for a new one."""
        budget_form(self._console, None, self._keep)

    async def _read(self) -> None:
        found = await within(read_statuses(self._console))
        if found is None:
            return
        self._rows.clear()
        with self._rows:
            for status in found:
                self._row(status)
            if not found:
                empty("No budget is set", "Set one to be told before the money is gone.")

    def _row(self, status: BudgetStatus) -> None:
        budget = status.budget
        with budget_line(status), box("tools").style("justify-self: end"):
            edit = text("Edit", "button", "button")
            edit.on("click", lambda: budget_form(self._console, budget, self._keep))
            rest = text("Resume" if budget.is_paused else "Pause", "button", "button")
            rest.on("click", lambda: self._pause(budget))
            remove = text("Remove", "button danger", "button")
            remove.on("click", lambda: self._ask_remove(budget))

    async def _keep(self, wanted: Budget) -> bool:
        now = self._console.now_ms()
        kept = await self._change(lambda ledger: keep_budget(ledger, wanted, now))
        if kept is not None:
            toast(f"Set: {described(wanted)}, {wanted.period}.", "positive")
        return kept is not None

    async def _pause(self, budget: Budget) -> None:
        now, paused = self._console.now_ms(), not budget.is_paused
        await self._change(lambda ledger: pause(ledger, budget, now, paused=paused))

    def _ask_remove(self, budget: Budget) -> None:
        ask(
            f"Remove the budget for {described(budget)}, {budget.period}?",
            "Alerts that it has raised stay in the history.",
            "Remove",
            lambda: self._remove(budget),
        )

    async def _remove(self, budget: Budget) -> None:
        now = self._console.now_ms()
        if await self._change(lambda ledger: _dropped(ledger, budget, now)):
            toast("Removed.", "positive")

    async def _change(self, change: Callable[[Ledger], Changed]) -> Changed | None:
        console = self._console

        def work() -> Changed:
            ledger = Ledger.configured(Path(console.database), console.config)
            try:
                return change(ledger)
            finally:
                ledger.close()

        changed = await within(anyio.to_thread.run_sync(work))
        if changed is not None:
            await console.ledger_changed()
            self.read()
        return changed


def _dropped(ledger: Ledger, budget: Budget, now_ms: int) -> bool:
    drop_budget(ledger, budget, now_ms)
    return True
