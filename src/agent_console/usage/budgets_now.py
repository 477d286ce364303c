"""How far all budgets are spent, for programs that only read the ledger."""

from agent_console.model.budget import BudgetStatus
from agent_console.usage.budget_periods import Calendar
from agent_console.usage.budget_status import budget_status
from agent_console.usage.budgets import read_budgets
from agent_console.usage.reports.reading import explained, open_for_reading


def budgets_now(path: str, calendar: Calendar, at_ms: int) -> list[BudgetStatus]:
    """Every budget in its current period; none where there is no ledger yet.

    Args:
        path: The database.
        calendar: How days, weeks and months are cut.
        at_ms: Unix milliseconds.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    connection = open_for_reading(path)
    if connection is None:
        return []
    try:
        return [
            budget_status(connection, budget, calendar, at_ms)
            for budget in read_budgets(connection)
        ]
    except Exception as error:
        raise explained(path, error) from error
    finally:
        connection.close()
