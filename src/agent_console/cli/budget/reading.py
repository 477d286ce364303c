"""Budgets as they stand, read from a ledger that is up to date."""

import time

from agent_console import config
from agent_console.cli.open_ledger import tell_afterwards
from agent_console.cli.up_to_date import open_up_to_date
from agent_console.errors import RequestRefusedError
from agent_console.model.budget import Budget, BudgetStatus
from agent_console.paths import database_path
from agent_console.usage.budgets.periods import configured_calendar
from agent_console.usage.budgets.status import budget_statuses
from agent_console.usage.reports.reading import explained


def now_ms() -> int:
    """Unix milliseconds."""
    return time.time_ns() // 1_000_000


def statuses(at_ms: int, *, ingest: bool) -> list[BudgetStatus]:
    """All budgets in their current periods.

    Args:
        at_ms: Now, Unix milliseconds.
        ingest: Look for new transcript lines first.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    path = str(database_path())
    calendar = configured_calendar(config.load())
    connection, took_in = open_up_to_date(path, ingest=ingest)
    if took_in:
        tell_afterwards(path)
    if connection is None:
        return []
    try:
        return budget_statuses(connection, calendar, at_ms)
    except Exception as error:
        raise explained(path, error) from error
    finally:
        connection.close()


def no_such_budget(budget_id: str) -> RequestRefusedError:
    """The error for an id that no budget has."""
    return RequestRefusedError(
        "not_found", f"Budget not found: {budget_id}. See `agent-console budget list`."
    )


def with_id(found: list[BudgetStatus], budget_id: str) -> BudgetStatus:
    """The one with this id.

    Raises:
        RequestRefusedError: There is none.
    """
    for status in found:
        if status.budget.budget_id == budget_id:
            return status
    raise no_such_budget(budget_id)


def budgets_named(known: list[Budget], budget_ids: tuple[str, ...]) -> list[Budget]:
    """Those with these ids, each once.

    Raises:
        RequestRefusedError: One of them is not there.
    """
    by_id = {budget.budget_id: budget for budget in known}
    for budget_id in budget_ids:
        if budget_id not in by_id:
            raise no_such_budget(budget_id)
    return [by_id[budget_id] for budget_id in dict.fromkeys(budget_ids)]
