"""All budgets with what can be done to them.

Rule: a change goes into the ledger as `agent-console budget` makes it, in a thread; the daemon is
then made to look.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import anyio
from nicegui.elements.mixins.text_element import TextElement

from agent_console.board.budget_words import described
from agent_console.model.budget import Budget, BudgetStatus
from agent_console.usage.writing.budget_keeping import drop_budget, keep_budget, pause
from agent_console.usage.writing.ledger import Ledger
from agent_console.web.asking.console import Console
from agent_console.web.budgets.budget_form import budget_form
from agent_console.web.budgets.budget_lines import BudgetLine, read_statuses
from agent_console.web.elements.boxes import box, empty, put, text
from agent_console.web.elements.confirm import ask
from agent_console.web.elements.kept_rows import KeptRows
from agent_console.web.elements.once import Once
from agent_console.web.elements.troubles import toast, within

Changed = TypeVar("Changed")


class BudgetList:
    """The list."""

    def __init__(self, console: Console) -> None:
        self._console = console
        new = text("New budget", "button first", "button")
        new.on("click", self.ask_new)
        rows = box("rows").style("margin-top: 8px")
        self._rows = KeptRows[BudgetStatus](rows, lambda: _BudgetRow(self))
        self._none = empty("No budget is set", "Set one to be told before the money is gone.")
        self._none.set_visibility(False)
        self.read = Once(self._read)

    def ask_new(self) -> None:
        """Ask for a new one."""
        budget_form(self._console, None, self._keep)

    async def _read(self) -> None:
        found = await within(read_statuses(self._console))
        if found is not None:
            self._rows.show((each.budget.budget_id, each) for each in found)
            self._none.set_visibility(not found)

    def edit(self, budget: Budget) -> None:
        """Ask what is to be different."""
        budget_form(self._console, budget, self._keep)

    async def _keep(self, wanted: Budget) -> bool:
        now = self._console.now_ms()
        kept = await self._change(lambda ledger: keep_budget(ledger, wanted, now))
        if kept is not None:
            toast(f"Set: {described(wanted)}, {wanted.period}.", "positive")
        return kept is not None

    async def pause(self, budget: Budget) -> None:
        """Pause it, or let it count again."""
        now, paused = self._console.now_ms(), not budget.is_paused
        await self._change(lambda ledger: pause(ledger, budget, now, paused=paused))

    def ask_remove(self, budget: Budget) -> None:
        """Ask whether it is to go."""
        ask(
            f"Remove the budget for {described(budget)}, {budget.period}?",
            "Alerts that it has raised stay in the history; none of them waits any longer.",
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


class _BudgetRow:
    """One of them, with its buttons."""

    def __init__(self, owner: BudgetList) -> None:
        self._line = BudgetLine()
        self.element = self._line.element
        self._budget: Budget | None = None
        with self.element, box("tools").style("justify-self: end"):
            self._button("Edit", owner.edit)
            self._rest = self._button("Pause", owner.pause)
            self._button("Remove", owner.ask_remove).classes(add="danger")

    def draw(self, status: BudgetStatus) -> None:
        """Show what is known of it now."""
        self._budget = status.budget
        self._line.draw(status)
        put(self._rest, "Resume" if status.budget.is_paused else "Pause")

    def _button(self, words: str, work: Callable[[Budget], Awaitable[None] | None]) -> TextElement:
        button = text(words, "button", "button").props('type="button"')
        button.on("click", lambda: None if self._budget is None else work(self._budget))
        return button


def _dropped(ledger: Ledger, budget: Budget, now_ms: int) -> bool:
    drop_budget(ledger, budget, now_ms)
    return True
