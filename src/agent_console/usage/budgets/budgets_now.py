"""How far all budgets are spent, for programs that only read the ledger."""

from agent_console.model.budget import BudgetStatus
from agent_console.usage.budgets.periods import Calendar
from agent_console.usage.budgets.status import budget_statuses
from agent_console.usage.reports.reading import answered


def budgets_now(path: str, calendar: Calendar, at_ms: int) -> list[BudgetStatus]:
    """Every budget in its current period; none where there is no ledger yet.

    Args:
        path: The database.
        calendar: How days, weeks and months are cut.
        at_ms: Unix milliseconds.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    return answered(path, lambda ledger: budget_statuses(ledger, calendar, at_ms)) or []
