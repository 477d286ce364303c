"""`agent-console db query`."""

import csv
import io
from typing import TYPE_CHECKING, Any

import click

from agent_console.cli.daemon_access import json_option
from agent_console.cli.output import emit, emit_json
from agent_console.paths import database_path

if TYPE_CHECKING:
    from agent_console.usage.maintenance.select import Answer, Value

ROWS_AT_ONCE = 1_000
"""Of a CSV: it streams, however many rows there are."""


@click.command("query")
@click.argument("statement", metavar="SELECT")
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV with a line of column names.")
def query(statement: str, *, as_json: bool, as_csv: bool) -> None:
    """Ask the database something in SQL, for reading only.

    `agent-console db query "SELECT sql FROM sqlite_schema"` shows the tables, with a comment for
    each column.
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other.")
    from agent_console.usage.maintenance.select import select  # noqa: PLC0415

    with select(database_path(), statement) as answer:
        if as_json:
            emit_json(
                [dict(zip(answer.columns, map(_plain, row), strict=True)) for row in answer.rows]
            )
        elif as_csv:
            _emit_csv(answer)
        else:
            _emit_table(answer)


def _emit_csv(answer: "Answer") -> None:
    rows: list[tuple[Any, ...]] = [answer.columns]
    for row in answer.rows:
        rows.append(tuple(map(_spreadsheet_safe, row)))
        if len(rows) >= ROWS_AT_ONCE:
            _write_csv(rows)
            rows.clear()
    if rows:
        _write_csv(rows)


def _write_csv(rows: list[tuple[Any, ...]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    emit(text.getvalue())


def _emit_table(answer: "Answer") -> None:
    from rich.table import Table  # noqa: PLC0415 - only to draw

    table = Table(box=None, pad_edge=False, header_style="bold")
    rows = [[_plain(value) for value in row] for row in answer.rows]
    for number, name in enumerate(answer.columns):
        numeric = all(isinstance(row[number], int | float | None) for row in rows)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    emit(table, wide=True)


def _plain(value: "Value") -> int | float | str | None:
    return value.hex() if isinstance(value, bytes) else value


def _spreadsheet_safe(value: "Value") -> int | float | str | None:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    plain = _plain(value)
    if isinstance(plain, str) and plain.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{plain}"
    return plain
