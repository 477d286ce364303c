"""Everything the ledger holds, row by row, for other programs.

Rule: rows come from a cursor and leave as text; memory does not grow with their number. Filters and
costs are those of the reports.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from sqlite3 import Connection
from typing import Any, Literal, TypeAlias, TypeVar

from agent_console.model.format import printable
from agent_console.usage.cost_sql import TOKENS, priced
from agent_console.usage.periods import DAY_QUARTERS, QUARTER_MS
from agent_console.usage.reports import selection
from agent_console.usage.reports.calendar import iso
from agent_console.usage.reports.csv_text import csv_line, csv_lines
from agent_console.usage.reports.export_fields import Field, Kind, Level
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.instants import iso_ms
from agent_console.usage.reports.json_text import quoted
from agent_console.usage.reports.selection import Selection
from agent_console.usage.reports.sums import usd_text
from agent_console.usage.reports.taken_sessions import silent_sessions

Format: TypeAlias = Literal["csv", "json", "jsonl"]
Unknown = TypeVar("Unknown", str, None)

_ROWS_AT_ONCE = 1000


def export(
    connection: Connection,
    wanted: Filter,
    level: Level,
    fields: Sequence[Field],
    form: Format,
) -> Iterator[str]:
    """The export, in pieces that end with a line.

    Args:
        connection: The ledger.
        wanted: What counts.
        level: What a row is.
        fields: The columns.
        form: csv, json (one array) or jsonl (one object a line).
    """
    cursor = connection.execute(_statement(connection, wanted, level, fields))
    if form == "csv":
        yield csv_line(field.name for field in fields)
    before = "[\n" if form == "json" else ""
    members = ",".join(f"{quoted(field.name)}:%s" for field in fields)
    in_object = f"{{{members}}}".__mod__
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        # Column by column: what is done for each value is done in few calls.
        columns = zip(fields, zip(*rows, strict=True), strict=True)
        if form == "csv":
            yield csv_lines(zip(*(_csv(field, column) for field, column in columns), strict=True))
            continue
        written = [_json(field, column) for field, column in columns]
        texts = list(map(in_object, zip(*written, strict=True)))
        if form == "jsonl":
            yield "".join(f"{text}\n" for text in texts)
        else:
            joined = ",\n".join(texts)
            yield f"{before}{joined}"
            before = ",\n"
    if form == "json":
        yield "[]\n" if before == "[\n" else "\n]\n"


def _statement(
    connection: Connection, wanted: Filter, level: Level, fields: Sequence[Field]
) -> str:
    rows = selection.select_rows(
        connection, wanted, by_session=level == "session", cut="day" if level == "day" else ""
    )
    columns = ", ".join(field.sql for field in fields)
    where = f"{rows.where} AND {rows.facets}"
    if level == "message":
        source = (
            f"(SELECT *, at_ms / {QUARTER_MS} AS quarter, 1 AS messages FROM messages "  # noqa: S608
            "WHERE NOT set_aside)"
        )
        return f"SELECT {columns} FROM {priced(source)} WHERE {where} ORDER BY usage.at_ms"  # noqa: S608
    if level == "session":
        _find_projects(connection, wanted, rows)
        of_silent = ", ".join("NULL" if field.of_usage else field.sql for field in fields)
        return (
            f"SELECT {columns} FROM {priced(rows.source(connection))} "  # noqa: S608
            "JOIN sessions AS session ON session.session_no = usage.session_no "
            f"WHERE {rows.facets} GROUP BY usage.session_no "
            f"UNION ALL SELECT {of_silent} FROM temp.session_projects AS silent "
            "JOIN sessions AS session ON session.session_no = silent.session_no "
            "LEFT JOIN facets AS facet ON false WHERE silent.is_silent "
            "GROUP BY session.session_no"
        )
    offset = wanted.zone.offset_sql(rows.first, rows.last)
    source = (
        f"(SELECT *, (quarter + {offset}) / {DAY_QUARTERS} AS bucket "  # noqa: S608
        f"FROM {rows.source(connection)})"
    )
    return f"SELECT {columns} FROM {priced(source)} WHERE {rows.facets} GROUP BY bucket"  # noqa: S608


def _find_projects(connection: Connection, wanted: Filter, rows: Selection) -> None:
    """Fill `temp.session_projects`: sessions in several projects, and those without usage."""
    silent = silent_sessions(connection, wanted, rows)
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS session_projects "
        "(session_no INTEGER PRIMARY KEY, project_no INTEGER, is_silent INTEGER)"
    )
    connection.execute("DELETE FROM temp.session_projects")
    connection.executemany("INSERT INTO temp.session_projects VALUES (?, ?, 1)", silent.items())
    taken = f"FROM {rows.source(connection)} AS usage JOIN facets USING (facet_no) WHERE"
    several = (
        f"SELECT session_no {taken} {rows.facets} GROUP BY session_no "
        "HAVING min(project_no) <> max(project_no)"
    )
    connection.execute(
        "INSERT INTO temp.session_projects SELECT session_no, project_no, 0 FROM ("  # noqa: S608
        "SELECT session_no, project_no, row_number() OVER ("
        f"PARTITION BY session_no ORDER BY sum({TOKENS}) DESC, project_no) AS place "
        f"{taken} {rows.facets} AND session_no IN ({several}) GROUP BY session_no, project_no"
        ") WHERE place = 1"
    )


def _csv(field: Field, column: Sequence[Any]) -> Iterable[str | int | None]:
    """The cells of a column."""
    return column if field.kind == "number" else map(_of_known(_CSV[field.kind], None), column)


def _json(field: Field, column: Sequence[Any]) -> Iterable[str | int]:
    """The members of a column, as JSON."""
    if field.kind == "number" and None not in column:
        return column
    return map(_of_known(_JSON[field.kind], "null"), column)


def _of_known(write: Callable[[Any], str], unknown: Unknown) -> Callable[[Any], str | Unknown]:
    """Writes what is known."""
    return lambda value: unknown if value is None or value == "" else write(value)


_CSV: dict[Kind, Callable[[Any], str]] = {
    "usd": usd_text,
    "time": lambda at_ms: iso_ms(at_ms) or "",
    "day": iso,
    "flag": lambda value: "true" if value else "false",
    "text": printable,
}
_JSON: dict[Kind, Callable[[Any], str]] = {
    **_CSV,
    "time": lambda at_ms: f'"{iso_ms(at_ms)}"',
    "day": lambda day: f'"{iso(day)}"',
    "number": str,
    "text": quoted,
}
