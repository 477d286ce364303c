"""The order of a report's rows, and which of them are shown.

Rule: rows are only moved and left out here; totals stay those of the filter.
"""

from agent_console.usage.reports.row import Row
from agent_console.usage.reports.zone import QUARTER_SECONDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal, TypeAlias

    from agent_console.usage.reports.groupings import Grouping
    from agent_console.usage.reports.report import Report

    Sort: TypeAlias = Literal["cost", "tokens", "sessions", "date"]


def arrange(
    report: "Report",
    *,
    sort: "Sort | None" = None,
    descending: bool | None = None,
    top: int | None = None,
    min_cost_pico: int | None = None,
) -> None:
    """Put the rows in order and leave out what is not wanted.

    Args:
        report: Its rows are changed.
        sort: By what; null for the report's own order.
        descending: Largest, or latest, first; null for the report's own way.
        top: Only so many rows: those with the most, or the latest.
        min_cost_pico: Only rows that cost at least this.
    """
    sort = sort or default_sort(report.grouping)
    rows = report.rows
    if sort != "date" or top is not None or min_cost_pico is not None:
        rows = [row for row in rows if not is_gap(row)]
    all_rows = len(rows)
    if min_cost_pico is not None:
        rows = [row for row in rows if (_cost(row) or 0) >= min_cost_pico]
    key = {"cost": _cost_key, "tokens": _tokens, "sessions": _sessions, "date": date_ms}[sort]
    # The sort is stable: equal rows stay in the order of their names.
    rows = sorted(rows, key=key, reverse=True)
    if top is not None:
        rows = rows[:top]
    if not (default_descending(report.grouping, sort) if descending is None else descending):
        rows.reverse()
    report.hidden += all_rows - len(rows)
    report.rows = rows


def default_sort(grouping: "Grouping") -> "Sort":
    """Time in its order, what has no time of its own by cost."""
    return "date" if grouping.is_time or grouping.name == "session" else "cost"


def default_descending(grouping: "Grouping", sort: "Sort") -> bool:
    """Dates run down to the latest, right above the prompt; everything else starts with most."""
    return sort != "date" or not (grouping.is_time or grouping.name == "session")


def date_ms(row: Row) -> int:
    """When a row's latest usage was, Unix milliseconds."""
    detail: Any = row.detail
    last_ms: int | None = getattr(detail, "last_ms", None)
    if last_ms is not None:
        return last_ms
    return 0 if row.sums is None else row.sums.last_quarter * QUARTER_SECONDS * 1000


def is_gap(row: Row) -> bool:
    """It is a pause between two blocks."""
    detail: Any = row.detail
    return bool(getattr(detail, "is_gap", False))


def _cost(row: Row) -> int | None:
    return None if row.sums is None else row.sums.cost_pico


def _cost_key(row: Row) -> int:
    cost = _cost(row)
    return -1 if cost is None else cost


def _tokens(row: Row) -> int:
    return -1 if row.sums is None else row.sums.tokens


def _sessions(row: Row) -> int:
    if row.sessions is not None:
        return row.sessions
    return 0 if row.sums is None else 1
