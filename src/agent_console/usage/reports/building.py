"""Makes a report of any grouping from the ledger.

Rule: rows come in the order of their keys and nothing is left out; what is shown of them is decided
by arrangement.py.
"""

from agent_console.usage.periods import HOUR_QUARTERS
from agent_console.usage.reports import query, selection
from agent_console.usage.reports.buckets import cut, cut_of
from agent_console.usage.reports.report import Report, add_totals, count_all
from agent_console.usage.reports.row import MAIN, UNKNOWN, Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from sqlite3 import Connection
    from typing import Any

    from agent_console.usage.reports.arrangement import Sort
    from agent_console.usage.reports.filter import Filter
    from agent_console.usage.reports.groupings import Grouping
    from agent_console.usage.reports.selection import Selection


def build(
    connection: "Connection",
    wanted: "Filter",
    grouping: "Grouping",
    *,
    by_project: bool = False,
    count_sessions: bool = False,
    now_ms: int = 0,
    top: int | None = None,
    by: "Sort" = "date",
) -> Report:
    """Make a report; rows in the order of their keys, nothing left out.

    Args:
        connection: The ledger, in a transaction if other processes may write meanwhile.
        wanted: What counts.
        grouping: What to group by.
        by_project: Each project has rows of its own.
        count_sessions: Also count the sessions of every row.
        now_ms: Unix milliseconds; it tells which block is the current one.
        top: Only so many sessions need a row, the latest or largest; the totals are of all.
        by: Which these are.
    """
    if grouping.name == "session":
        from agent_console.usage.reports.sessions import build_sessions  # noqa: PLC0415 - one report

        return build_sessions(connection, wanted, grouping, by_project=by_project, top=top, by=by)
    facets = (*grouping.facets, *(["project_no"] if by_project else []))
    rows = selection.select_rows(connection, wanted, cut=cut_of(grouping), facets=facets)
    bucket = "0"
    fold: Callable[[int], int] = int
    label: Callable[[int], str] = str
    if grouping.is_time:
        way = cut(connection, grouping.name, wanted, rows)
        bucket, fold, label = way.bucket, way.fold, way.label
    models = {
        number: name or UNKNOWN for number, name in query.names(connection, "model_no").items()
    }
    found: dict[tuple[Any, ...], Row] = {}
    labels = _Labels(connection, grouping, label, by_project=by_project)
    for key, sums in query.grouped(connection, rows, bucket, (*facets, "model_no")):
        row_key = key[:-1] if fold is int else (fold(key[0]), *key[1:-1])
        row = found.get(row_key)
        if row is None:
            row = found[row_key] = labels.row(row_key)
        row.add(models[key[-1]], sums)
    for row in found.values():
        row.add_up()
    if count_sessions:
        _count_sessions(connection, rows, bucket, facets, fold, found)
    if not grouping.is_time:
        _say_last_quarters(connection, rows, facets, found)
    report = Report(grouping, [found[key] for key in sorted(found)])
    if grouping.name == "block":
        from agent_console.usage.reports.block_details import (  # noqa: PLC0415 - one report
            add_times,
            has_active_block,
            with_gaps,
        )

        add_times(connection, rows, bucket, found, now_ms, by_project=by_project)
        report.has_active_block = has_active_block(connection, now_ms)
        if not by_project:
            report.rows = with_gaps(report.rows)
    add_totals(report)
    projects = None
    if "project_no" in facets:
        projects = {key[1 + facets.index("project_no")] for key in found}
    count_all(connection, wanted, report, rows, projects)
    return report


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
        label = self._names[self._grouping.facets[0]][key[1]]
        project = projects[key[-1]] or UNKNOWN if self._by_project or name == "branch" else None
        if name == "subagent":
            label = (label or UNKNOWN) if key[2] else MAIN
        return Row(key, label or UNKNOWN, project)


def _say_last_quarters(
    connection: "Connection",
    rows: "Selection",
    facets: tuple[str, ...],
    found: "dict[tuple[Any, ...], Row]",
) -> None:
    """Rows that were summed up by hour know only the hour of their last usage."""
    if rows.rollup != selection.BY_HOUR:
        return
    sums = {key: row.sums for key, row in found.items() if row.sums is not None}
    hours = {each.last_quarter // HOUR_QUARTERS for each in sums.values()}
    for key, quarter in query.last_quarters(connection, rows, facets, hours).items():
        sums[0, *key].last_quarter = quarter


def _count_sessions(  # noqa: PLR0917 - what `build` has in hand
    connection: "Connection",
    rows: "Selection",
    bucket: str,
    facets: tuple[str, ...],
    fold: "Callable[[int], int]",
    found: "dict[tuple[Any, ...], Row]",
) -> None:
    each_once = query.sessions_of(connection, rows, bucket, facets)
    if fold is int:
        counts: dict[tuple[Any, ...], int] = {}
        for key, _ in each_once:
            counts[key] = counts.get(key, 0) + 1
    else:  # several buckets are one row
        seen: dict[tuple[Any, ...], set[int]] = {}
        for key, session_no in each_once:
            seen.setdefault((fold(key[0]), *key[1:]), set()).add(session_no)
        counts = {key: len(sessions) for key, sessions in seen.items()}
    for key, row in found.items():
        row.sessions = counts.get(key, 0)
