"""Everything the ledger holds, row by row, for other programs.

Rule: rows come from a cursor and leave as text; memory does not grow with their number. Filters and
costs are those of the reports.
"""

from collections.abc import Iterator, Sequence
from sqlite3 import Connection
from typing import Any, Literal, TypeAlias

from agent_console.model.format import printable
from agent_console.usage.cost_sql import priced
from agent_console.usage.periods import DAY_QUARTERS, QUARTER_MS
from agent_console.usage.reports import selection
from agent_console.usage.reports.calendar import iso
from agent_console.usage.reports.csv_text import csv_line
from agent_console.usage.reports.export_fields import Field, Level
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.instants import iso_ms
from agent_console.usage.reports.json_text import Usd, json_text
from agent_console.usage.reports.sums import usd_text

Format: TypeAlias = Literal["csv", "json", "jsonl"]

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
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        if form == "csv":
            yield "".join(csv_line(map(_csv, fields, row)) for row in rows)
            continue
        texts = [
            json_text(
                {field.name: _json(field, value) for field, value in zip(fields, row, strict=True)},
                indent=False,
            )
            for row in rows
        ]
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
        source = f"(SELECT * FROM usage_by_session WHERE {rows.where})"  # noqa: S608
        return (
            f"SELECT {columns} FROM {priced(source)} "  # noqa: S608
            "JOIN sessions AS session ON session.session_no = usage.session_no "
            f"WHERE {rows.facets} GROUP BY usage.session_no"
        )
    offset = wanted.zone.offset_sql(rows.first, rows.last)
    source = (
        f"(SELECT *, (quarter + {offset}) / {DAY_QUARTERS} AS bucket "  # noqa: S608
        f"FROM {rows.source(connection)})"
    )
    return f"SELECT {columns} FROM {priced(source)} WHERE {rows.facets} GROUP BY bucket"  # noqa: S608


def _csv(field: Field, value: Any) -> str:
    if value is None:
        return ""
    match field.kind:
        case "usd":
            return usd_text(value)
        case "time":
            return iso_ms(value) or ""
        case "day":
            return iso(value)
        case "flag":
            return "true" if value else "false"
        case "number":
            return str(value)
        case "text":
            return printable(value)


def _json(field: Field, value: Any) -> Any:
    if value is None or value == "":
        return None
    match field.kind:
        case "usd":
            return Usd(value)
        case "time":
            return iso_ms(value)
        case "day":
            return iso(value)
        case "flag":
            return bool(value)
        case "number" | "text":
            return value
