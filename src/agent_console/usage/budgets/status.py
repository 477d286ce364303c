"""How much of a budget is spent: asked of the ledger by the one query of all reports.

Rule: no number here is made otherwise than by usage/reports/query.py, so a budget has spent what a
report with the same filter over the same time says.
"""

from sqlite3 import Connection

from agent_console.model.budget import Budget, BudgetStatus
from agent_console.usage.budgets.periods import Calendar, period_of
from agent_console.usage.periods import DAY_QUARTERS, QUARTER_MS, quarter
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.query import grouped, names
from agent_console.usage.reports.selection import select_rows
from agent_console.usage.reports.sums import Sums
from agent_console.usage.tables.budgets import read_budgets


def budget_statuses(connection: Connection, calendar: Calendar, at_ms: int) -> list[BudgetStatus]:
    """All budgets in their periods of `at_ms`, Unix milliseconds."""
    return [
        budget_status(connection, budget, calendar, at_ms) for budget in read_budgets(connection)
    ]


def budget_status(
    connection: Connection, budget: Budget, calendar: Calendar, at_ms: int
) -> BudgetStatus:
    """The budget in the period of `at_ms`, Unix milliseconds."""
    now = quarter(at_ms)
    span = period_of(budget, calendar, now)
    in_period = budget_sums(connection, budget, calendar, span)
    day = budget_sums(connection, budget, calendar, range(now - DAY_QUARTERS + 1, now + 1))
    return BudgetStatus(
        budget=budget,
        at_ms=at_ms,
        from_ms=span.start * QUARTER_MS,
        until_ms=span.stop * QUARTER_MS,
        in_period=budget.amount(in_period.cost_pico or 0, in_period.tokens),
        last_day=budget.amount(day.cost_pico or 0, day.tokens),
        unpriced_tokens=in_period.unpriced,
    )


def budget_sums(connection: Connection, budget: Budget, calendar: Calendar, span: range) -> Sums:
    """What the budget is about, summed over some quarters."""
    wanted = Filter(
        since=span.start,
        until=span.stop,
        projects=[budget.subject] if budget.scope == "project" else (),
        models=[budget.subject] if budget.scope == "model" else (),
        zone=calendar.zone,
    )
    sums = Sums()
    for _, part in grouped(connection, select_rows(connection, wanted)):
        sums.add(part)
    return sums


def sums_by_subject(
    connection: Connection, calendar: Calendar, span: range
) -> list[tuple[str, str, Sums]]:
    """All that some quarters have, by project and model: for many budgets with one question."""
    subjects = ("project_no", "model_no")
    wanted = Filter(since=span.start, until=span.stop, zone=calendar.zone)
    rows = select_rows(connection, wanted, facets=subjects)
    found = list(grouped(connection, rows, facets=subjects))
    projects, models = (names(connection, subject) for subject in subjects)
    return [
        (projects.get(project_no, ""), models.get(model_no, ""), sums)
        for (_, project_no, model_no), sums in found
    ]
