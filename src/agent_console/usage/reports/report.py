"""A report: rows by one grouping, their totals, and what must be said about them.

Rule: totals are those of the filter, whatever is then left out of the rows to show.
"""

from agent_console.usage.reports import query, selection
from agent_console.usage.reports.row import Row
from agent_console.usage.reports.sums import Sums

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from sqlite3 import Connection

    from agent_console.usage.reports.filter import Filter
    from agent_console.usage.reports.groupings import Grouping
    from agent_console.usage.reports.selection import Selection


class AllTime:
    """Everything the ledger holds, in figures."""

    __slots__ = ("projects", "sessions", "sums")

    def __init__(self, sums: Sums, projects: int, sessions: int) -> None:
        self.sums = sums
        self.projects = projects
        self.sessions = sessions


class Report:
    """Rows and what they come to.

    Attributes:
        has_active_block: A 5-hour block is the current one, whether or not the filter takes any of
            it.
        parts: The rows in the order to show them, some at a time; null when they are in `rows`.
        hidden: How many rows are left out of `rows`; the totals have them.
        unpriced_models: Models of the filter whose tokens have no cost, by name.
        projects: How many projects have part in the totals.
    """

    __slots__ = (
        "all_time",
        "grouping",
        "has_active_block",
        "hidden",
        "parts",
        "projects",
        "rows",
        "totals",
        "unpriced_models",
    )

    def __init__(self, grouping: "Grouping", rows: list[Row]) -> None:
        self.grouping = grouping
        self.has_active_block = False
        self.rows = rows
        self.parts: Iterable[list[Row]] | None = None
        self.all_time = AllTime(Sums(), 0, 0)
        self.hidden = 0
        self.projects = 0
        self.totals = Sums()
        self.unpriced_models: list[str] = []


def add_totals(report: Report) -> None:
    """Make the report's totals from its rows."""
    unpriced: dict[str, int] = {}
    for row in report.rows:
        if row.sums is not None:
            report.totals.add(row.sums)
            if row.sums.unpriced:
                for model, sums in row.models.items():
                    if sums.unpriced:
                        unpriced[model] = unpriced.get(model, 0) + sums.unpriced
        row.order_models()
    report.unpriced_models = sorted(unpriced, key=lambda model: (-unpriced[model], model))


def count_all(
    connection: "Connection",
    wanted: "Filter",
    report: Report,
    rows: "Selection",
    projects: "set[int] | None" = None,
) -> None:
    """Count the projects, and all there is.

    Args:
        connection: The ledger.
        wanted: The filter.
        report: The report with its totals.
        rows: What its rows were made from.
        projects: The numbers of its projects, where its rows tell; 0 for unknown ones.
    """
    if projects is not None:
        report.projects = len(projects - {0})
    else:
        by_time = rows if rows.is_by_time else selection.select_rows(connection, wanted)
        report.projects = _projects(connection, by_time)
    if wanted.takes_all:
        report.all_time = AllTime(report.totals, report.projects, count_of_sessions(connection))
    else:
        report.all_time = all_time(connection, wanted)


def all_time(connection: "Connection", wanted: "Filter") -> AllTime:
    """What the ledger holds, counted in the filter's way."""
    rows = selection.select_rows(connection, wanted.without_borders())
    totals = Sums()
    for _, sums in query.grouped(connection, rows):
        totals.add(sums)
    return AllTime(totals, _projects(connection, rows), count_of_sessions(connection))


def _projects(connection: "Connection", rows: "Selection") -> int:
    """How many projects the rows are of, unknown ones not among them."""
    count: int = connection.execute(
        "SELECT count(DISTINCT project_no) FROM facets WHERE project_no <> 0 "  # noqa: S608
        f"AND {rows.facets} AND facet_no IN (SELECT facet_no FROM {rows.source(connection)})"
    ).fetchone()[0]
    return count


def count_of_sessions(connection: "Connection") -> int:
    """How many sessions the ledger knows."""
    count: int = connection.execute("SELECT count(*) FROM sessions").fetchone()[0]
    return count
