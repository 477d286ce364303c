"""The report by session, whole or some sessions at a time.

Rule: however many sessions there are, those that are only written out are not all kept: their order
and the totals are known before, so `streamed` makes the rows of some, forgets them and goes on.

By project, a session has a row for each that it used something in. Sums are the row's; what else is
told of it (title, times, what the person wrote) is the whole session's.
"""

from agent_console.usage.reports import query, selection
from agent_console.usage.reports.report import Report, add_totals, count_all
from agent_console.usage.reports.row import UNKNOWN, Row
from agent_console.usage.reports.session_details import Details
from agent_console.usage.reports.taken_sessions import taken_sessions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from sqlite3 import Connection
    from typing import Any, TypeAlias

    from agent_console.usage.reports.arrangement import Sort
    from agent_console.usage.reports.filter import Filter
    from agent_console.usage.reports.groupings import Grouping
    from agent_console.usage.reports.selection import Selection
    from agent_console.usage.reports.sums import Sums

    SumsOfKeys: TypeAlias = Iterator[tuple[tuple[Any, ...], Sums]]

AT_ONCE = 2_000
"""Sessions: about 10 MB."""

ALL_AT_ONCE = 20_000
"""Where all rows are wanted at once anyway: about 100 MB, and a quarter faster."""

_FACETS = ("project_no", "model_no")


def build_sessions(
    connection: "Connection",
    wanted: "Filter",
    grouping: "Grouping",
    *,
    by_project: bool = False,
    top: int | None = None,
    by: "Sort" = "date",
) -> Report:
    """The report with all its rows, in the order of their numbers.

    Args:
        connection: The ledger.
        wanted: What counts.
        grouping: That of sessions.
        by_project: Each of a session's projects has a row of its own.
        top: Only so many sessions need a row, the latest or largest; the totals are of all.
        by: Which these are.
    """
    if by_project and by != "date":
        top = None  # the largest rows need not be those of the largest sessions
    rows = selection.select_rows(connection, wanted, by_session=True)
    only, taken = None, []
    if top is not None or not wanted.names_nothing:
        only = taken = taken_sessions(connection, wanted, rows)
        if top is not None and top < len(taken):
            match by:
                case "cost" | "tokens":
                    from agent_console.usage.reports.largest_sessions import (  # noqa: PLC0415
                        largest_sessions,
                    )

                    only = largest_sessions(connection, rows, taken, by, top)
                case _:
                    only = taken[:top]
    report = Report(grouping, _Sessions(connection, rows, by_project=by_project).rows(only))
    add_totals(report)
    if only is not None and len(only) < len(taken):
        _total_of_all(connection, wanted, report)
        in_all = len(taken) + (_further_projects(connection, rows) if by_project else 0)
        report.hidden = in_all - len(report.rows)
    count_all(connection, wanted, report, rows)
    return report


def session_rows(
    connection: "Connection", wanted: "Filter", newest: int | None = None
) -> "Iterator[Row]":
    """The rows of that report alone, the latest first; nothing is added up.

    Args:
        connection: The ledger.
        wanted: What counts.
        newest: Only so many sessions, the latest.
    """
    rows = selection.select_rows(connection, wanted, by_session=True)
    numbers = taken_sessions(connection, wanted, rows)[:newest]
    for some in _parts(_Sessions(connection, rows), numbers, ALL_AT_ONCE):
        yield from some


def streamed(
    connection: "Connection",
    wanted: "Filter",
    grouping: "Grouping",
    *,
    by_project: bool = False,
    newest: int | None = None,
    latest_first: bool = False,
) -> Report:
    """The same with its rows in the order of time, made only when they are asked for.

    Args:
        connection: The ledger; the rows are read from it later.
        wanted: What counts.
        grouping: That of sessions.
        by_project: Each of a session's projects has a row of its own.
        newest: Only so many sessions, the latest; not by project.
        latest_first: Begin with the latest.
    """
    report = Report(grouping, [])
    rows = selection.select_rows(connection, wanted, by_session=True)
    taken = taken_sessions(connection, wanted, rows)
    numbers = taken[:newest]
    report.hidden = len(taken) - len(numbers)
    _total_of_all(connection, wanted, report)
    count_all(connection, wanted, report, rows)
    if not latest_first:
        numbers.reverse()
    report.parts = _parts(
        _Sessions(connection, rows, by_project=by_project), numbers, latest_first=latest_first
    )
    return report


def _parts(
    sessions: "_Sessions",
    numbers: list[int],
    at_once: int | None = None,
    *,
    latest_first: bool = True,
) -> "Iterator[list[Row]]":
    at_once = at_once or AT_ONCE
    for start in range(0, len(numbers), at_once):
        some = numbers[start : start + at_once]
        found: dict[int, list[Row]] = {}
        for row in sessions.rows(some)[:: 1 if latest_first else -1]:
            found.setdefault(row.key[0], []).append(row)
        rows = [row for number in some for row in found[number]]
        for row in rows:
            row.order_models()
        yield rows


class _Sessions:
    """Makes rows."""

    def __init__(
        self, connection: "Connection", rows: "Selection", *, by_project: bool = False
    ) -> None:
        self._connection = connection
        self._rows = rows
        self._models = query.names(connection, "model_no")
        self._projects = query.names(connection, "project_no") if by_project else None
        self._details = Details(connection)
        self._found_alike = False

    def rows(self, only: list[int] | None) -> list[Row]:
        """The rows of these sessions, or of all, in the order of their numbers."""
        shown = self._rows
        if only is not None:
            selection.show(self._connection, only)
            shown = shown.of_shown()
        sums_of_keys = query.grouped(
            self._connection, shown, query.SESSION, _FACETS, as_before=self._found_alike
        )
        self._found_alike = True
        if self._projects is not None:
            return self._by_project(sums_of_keys, self._projects, of_shown=only is not None)
        return self._whole(sums_of_keys, of_shown=only is not None)

    def _whole(self, sums_of_keys: "SumsOfKeys", *, of_shown: bool) -> list[Row]:
        found: dict[int, Row] = {}
        projects: dict[int, int] = {}
        several: dict[int, dict[int, int]] = {}
        for (session_no, project_no, model_no), sums in sums_of_keys:
            row = found.get(session_no)
            if row is None:
                row = found[session_no] = Row((session_no,), "")
                projects[session_no] = project_no
            elif session_no in several or projects[session_no] != project_no:
                # One that moved to another project is still one row.
                tokens = several.get(session_no)
                if tokens is None:
                    before = sum(each.tokens for each in row.models.values())
                    tokens = several[session_no] = {projects[session_no]: before}
                tokens[project_no] = tokens.get(project_no, 0) + sums.tokens
            row.add(self._models[model_no] or UNKNOWN, sums)
        for row in found.values():
            row.add_up()
        of_session = {
            number: [project_no]
            if number not in several
            else sorted(several[number], key=lambda each: (-several[number][each], each))
            for number, project_no in projects.items()
        }
        self._details.add(found, of_session, of_shown=of_shown)
        return [found[number] for number in sorted(found)]

    def _by_project(
        self, sums_of_keys: "SumsOfKeys", projects: dict[int, str], *, of_shown: bool
    ) -> list[Row]:
        found: dict[tuple[int, int], Row] = {}
        for (session_no, project_no, model_no), sums in sums_of_keys:
            key = session_no, project_no
            row = found.get(key)
            if row is None:
                row = found[key] = Row(key, "", projects[project_no] or UNKNOWN)
            row.add(self._models[model_no] or UNKNOWN, sums)
        of_session: dict[int, list[Row]] = {}
        for key in sorted(found):
            found[key].add_up()
            of_session.setdefault(key[0], []).append(found[key])
        told = {number: rows[0] for number, rows in of_session.items()}
        where = {number: [row.key[1] for row in rows] for number, rows in of_session.items()}
        self._details.add(told, where, of_shown=of_shown)
        for number, first in told.items():
            for row in of_session.setdefault(number, [first]):
                row.label, row.detail = first.label, first.detail
                if row.project is None:  # it used nothing
                    row.project = row.detail.projects[0] if row.detail.projects else UNKNOWN
        return [row for number in sorted(of_session) for row in of_session[number]]


def _further_projects(connection: "Connection", rows: "Selection") -> int:
    """How many more rows there are by project than by session."""
    count: int = connection.execute(
        "SELECT count(*) - count(DISTINCT session_no) FROM ("  # noqa: S608
        f"SELECT DISTINCT session_no, project_no FROM {rows.source(connection)} "
        f"JOIN facets USING (facet_no) WHERE {rows.facets})"
    ).fetchone()[0]
    return count


def _total_of_all(connection: "Connection", wanted: "Filter", report: Report) -> None:
    """Totals of all sessions, of which the report has only some."""
    rows = selection.select_rows(connection, wanted)
    models = query.names(connection, "model_no")
    everything = Row((), "")
    for key, sums in query.grouped(connection, rows, "0", ("model_no",)):
        everything.add(models[key[-1]] or UNKNOWN, sums)
    everything.add_up()
    whole = Report(report.grouping, [everything])
    add_totals(whole)
    report.totals, report.unpriced_models = whole.totals, whole.unpriced_models
