"""A report: rows by one grouping, their totals, and what must be said about them.

Rule: totals are those of the filter, whatever is then left out of the rows to show.
"""

from agent_console.usage.reports import query
from agent_console.usage.reports.buckets import cut
from agent_console.usage.reports.row import MAIN, UNKNOWN, Row
from agent_console.usage.reports.sums import Sums

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from sqlite3 import Connection
    from typing import Any

    from agent_console.usage.reports.filter import Filter
    from agent_console.usage.reports.groupings import Grouping
    from agent_console.usage.reports.query import Selection


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
        hidden: How many rows are left out of `rows`; the totals have them.
        unpriced_models: Models of the filter whose tokens have no cost, by name.
        projects: How many projects have part in the totals.
    """

    __slots__ = ("all_time", "grouping", "hidden", "projects", "rows", "totals", "unpriced_models")

    def __init__(self, grouping: "Grouping", rows: list[Row]) -> None:
        self.grouping = grouping
        self.rows = rows
        self.all_time = AllTime(Sums(), 0, 0)
        self.hidden = 0
        self.projects = 0
        self.totals = Sums()
        self.unpriced_models: list[str] = []


def build(
    connection: "Connection",
    wanted: "Filter",
    grouping: "Grouping",
    *,
    by_project: bool = False,
    count_sessions: bool = False,
    now_ms: int = 0,
    newest: int | None = None,
) -> Report:
    """Make a report; rows in the order of their keys, nothing left out.

    Args:
        connection: The ledger, in a transaction if other processes may write meanwhile.
        wanted: What counts.
        grouping: What to group by.
        by_project: Each project has rows of its own.
        count_sessions: Also count the sessions of every row.
        now_ms: Unix milliseconds; it tells which block is the current one.
        newest: Only so many sessions need a row, the latest; the totals are of all.
    """
    by_session = grouping.name == "session"
    rows = query.select_rows(connection, wanted, by_session=by_session)
    only: list[int] | None = None
    if by_session and newest is not None and wanted.names_nothing:
        only = query.newest_sessions(connection, newest)
    shown = rows if only is None else rows.of_sessions(only)
    bucket = "0"
    fold: Callable[[int], int] = int
    label: Callable[[int], str] = str
    if grouping.is_time:
        way = cut(connection, grouping.name, wanted, rows)
        bucket, fold, label = way.bucket, way.fold, way.label
    elif by_session:
        bucket = query.SESSION
    facets = (*grouping.facets, *(["project_no"] if by_project or by_session else []))
    models = query.names(connection, "model_no")
    found: dict[tuple[Any, ...], Row] = {}
    labels = _Labels(connection, grouping, label, by_project=by_project)
    where: dict[int, dict[int, int]] = {}
    for key, sums in query.grouped(connection, shown, bucket, (*facets, "model_no")):
        row_key = (fold(key[0]), *key[1:-1])
        if by_session:  # one that moved to another project is still one row
            row_key = row_key[:1]
            tokens = where.setdefault(key[0], {})
            tokens[key[1]] = tokens.get(key[1], 0) + sums.tokens
        row = found.get(row_key)
        if row is None:
            row = found[row_key] = labels.row(row_key)
        row.add(models[key[-1]] or UNKNOWN, sums)
    for row in found.values():
        row.add_up()
    if by_session:
        from agent_console.usage.reports.session_details import (  # noqa: PLC0415 - one report
            add_details,
        )

        add_details(connection, wanted, found, where, only)
    if count_sessions and not by_session:
        _count_sessions(connection, rows, bucket, facets, fold, found)
    report = Report(grouping, [found[key] for key in sorted(found)])
    if grouping.name == "block":
        from agent_console.usage.reports.block_details import (  # noqa: PLC0415 - one report
            add_times,
            with_gaps,
        )

        add_times(connection, rows, found, now_ms)
        if not by_project:
            report.rows = with_gaps(report.rows)
    _finish(report)
    if only is not None:
        _add_up_all(connection, wanted, report)
    report.projects = _projects(connection, rows)
    if wanted.takes_all:
        report.all_time = AllTime(report.totals, report.projects, _sessions(connection))
    else:
        report.all_time = all_time(connection, wanted, rows)
    return report


def all_time(connection: "Connection", wanted: "Filter", asked: "Selection") -> AllTime:
    """What the ledger holds, counted in the filter's way.

    Args:
        connection: The ledger.
        wanted: The filter.
        asked: What was asked for last.
    """
    rows = query.select_rows(connection, wanted.without_borders(), by_session=False)
    totals = Sums()
    as_before = rows.facets == asked.facets
    for _, sums in query.grouped(connection, rows, as_before=as_before):
        totals.add(sums)
    return AllTime(totals, _projects(connection, rows), _sessions(connection))


class _Labels:
    """What rows are called."""

    def __init__(
        self,
        connection: "Connection",
        grouping: "Grouping",
        time_label: "Callable[[int], str]",
        *,
        by_project: bool,
    ) -> None:
        self._grouping = grouping
        self._time_label = time_label
        self._by_project = by_project
        self._names: dict[str, dict[int, str]] = {
            column: query.names(connection, column)
            for column in {*grouping.facets, "project_no"}
            if column != "is_subagent"
        }

    def row(self, key: "tuple[Any, ...]") -> Row:
        """An empty row."""
        name = self._grouping.name
        projects = self._names["project_no"]
        if self._grouping.is_time:
            project = (projects[key[-1]] or UNKNOWN) if self._by_project else None
            return Row(key, self._time_label(key[0]), project)
        if name == "session":
            return Row(key, str(key[0]))
        label = self._names[self._grouping.facets[0]][key[1]]
        project = projects[key[-1]] or UNKNOWN if self._by_project or name == "branch" else None
        if name == "subagent":
            label = (label or UNKNOWN) if key[2] else MAIN
        return Row(key, label or UNKNOWN, project)


def _count_sessions(  # noqa: PLR0917 - what `build` has in hand
    connection: "Connection",
    rows: "Selection",
    bucket: str,
    facets: tuple[str, ...],
    fold: "Callable[[int], int]",
    found: "dict[tuple[Any, ...], Row]",
) -> None:
    seen: dict[tuple[Any, ...], set[int]] = {}
    for key, session_no in query.sessions_of(connection, rows, bucket, facets):
        seen.setdefault((fold(key[0]), *key[1:]), set()).add(session_no)
    for key, row in found.items():
        row.sessions = len(seen.get(key, ()))


def _finish(report: Report) -> None:
    """Totals, and the order of models."""
    unpriced: dict[str, int] = {}
    for row in report.rows:
        if row.sums is not None:
            report.totals.add(row.sums)
        for model, sums in row.models.items():
            if sums.unpriced:
                unpriced[model] = unpriced.get(model, 0) + sums.unpriced
        if len(row.models) > 1:
            row.models = dict(
                sorted(row.models.items(), key=lambda each: (-each[1].tokens, each[0]))
            )
    report.unpriced_models = sorted(unpriced, key=lambda model: (-unpriced[model], model))


def _add_up_all(connection: "Connection", wanted: "Filter", report: Report) -> None:
    """Totals of all sessions, of which the report has only some."""
    rows = query.select_rows(connection, wanted, by_session=False)
    models = query.names(connection, "model_no")
    everything = Row((), "")
    for key, sums in query.grouped(connection, rows, "0", ("model_no",)):
        everything.add(models[key[-1]] or UNKNOWN, sums)
    everything.add_up()
    whole = Report(report.grouping, [everything])
    _finish(whole)
    report.totals, report.unpriced_models = whole.totals, whole.unpriced_models
    report.hidden = _sessions(connection) - len(report.rows)


def _projects(connection: "Connection", rows: "Selection") -> int:
    """How many projects the rows are of, unknown ones not among them."""
    count: int = connection.execute(
        "SELECT count(DISTINCT project_no) FROM facets WHERE project_no <> 0 "  # noqa: S608
        f"AND {rows.facets} AND facet_no IN "
        f"(SELECT facet_no FROM {rows.rollup} WHERE {rows.where})"
    ).fetchone()[0]
    return count


def _sessions(connection: "Connection") -> int:
    count: int = connection.execute("SELECT count(*) FROM sessions").fetchone()[0]
    return count
