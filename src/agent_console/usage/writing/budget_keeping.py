"""What the person does with budgets and alerts, carried out on the open ledger.

Rule: each is one transaction, and what it gives rise to is raised at once, not at the next entry.
"""

from agent_console.model.budget import Budget
from agent_console.usage.budgets.periods import period_of
from agent_console.usage.budgets.status import budget_sums
from agent_console.usage.entries import AlertsChanged, ChangeAlerts, LedgerRefusal
from agent_console.usage.periods import QUARTER_MS, quarter
from agent_console.usage.tables import budgets
from agent_console.usage.writing.ledger import Ledger


def keep_budget(ledger: Ledger, wanted: Budget, at_ms: int) -> Budget:
    """Set a budget, in the place of the one for the same scope, subject and period.

    Raises:
        LedgerError: Nothing was set: the ledger cannot be written.
    """
    return ledger.change_budgets(
        lambda: budgets.set_budget(ledger.connection, wanted, at_ms), at_ms
    )


def drop_budget(ledger: Ledger, budget: Budget, at_ms: int) -> None:
    """Take a budget away.

    Raises:
        LedgerError: It is still there: the ledger cannot be written.
    """
    ledger.change_budgets(lambda: budgets.remove_budget(ledger.connection, budget), at_ms)


def pause(ledger: Ledger, budget: Budget, at_ms: int, *, paused: bool) -> Budget:
    """Let a budget rest, or go on.

    Raises:
        LedgerError: Nothing was changed: the ledger cannot be written.
    """
    return ledger.change_budgets(
        lambda: budgets.pause_budget(ledger.connection, budget, at_ms, paused=paused), at_ms
    )


def reset(ledger: Ledger, budget: Budget, at_ms: int) -> Budget:
    """Count from now on; what the current period has so far is set aside.

    Raises:
        LedgerError: Nothing was changed: the ledger cannot be written.
    """

    def change() -> Budget:
        span = period_of(budget, ledger.calendar, quarter(at_ms))
        sums = budget_sums(ledger.connection, budget, ledger.calendar, span)
        spent = budgets.SetAside(span.start * QUARTER_MS, sums.cost_pico or 0, sums.tokens)
        return budgets.reset_budget(ledger.connection, budget, spent, at_ms)

    return ledger.change_budgets(change, at_ms)


def change_alerts(ledger: Ledger, change: ChangeAlerts) -> AlertsChanged | LedgerRefusal:
    """Acknowledge or snooze; a refusal when an alert is not there or the ledger failed."""
    (result,) = ledger.carry_out([change])
    if not isinstance(result, AlertsChanged | LedgerRefusal):
        raise TypeError(result)
    return result
