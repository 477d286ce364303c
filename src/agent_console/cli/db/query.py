"""`agent-console db query`.

Rule: in every format rows are written while they are read, however many there are.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

import click

from agent_console.cli.daemon_access import json_option
from agent_console.cli.output import (
    columns,
    emit_json_array,
    emit_piece,
    is_coloured,
    is_terminal,
)
from agent_console.paths import database_path

if TYPE_CHECKING:
    from agent_console.usage.maintenance.select import Answer, Value

T = TypeVar("T")

ROWS_AT_ONCE = 1_000


@click.command("query")
@click.argument("statement", metavar="SELECT")
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV with a line of column names.")
def query(statement: str, *, as_json: bool, as_csv: bool) -> None:
    """Ask the database something in SQL, for reading only.

    `agent-console db query "SELECT sql FROM sqlite_schema"` shows the tables, with a comment for
    each column.

    All rows are written while they are read; a table is measured 500 rows at a time. In JSON a
    second column called `a` has the key `a_2`.
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other.")
    from agent_console.usage.maintenance.select import select  # noqa: PLC0415

    with select(database_path(), statement) as answer:
        if as_json:
            _emit_json(answer)
        elif as_csv:
            _emit_csv(answer)
        else:
            _emit_table(answer)


def _emit_json(answer: "Answer") -> None:
    keys = _keys(answer.columns)
    emit_json_array(
        [dict(zip(keys, map(_plain, row), strict=True)) for row in rows]
        for rows in _some_at_a_time(answer.rows)
    )


def _keys(names: Sequence[str]) -> list[str]:
    """The names, each one once."""
    keys: dict[str, None] = {}
    for name in names:
        key, number = name, 1
        while key in keys or (number > 1 and key in names):
            number += 1
            key = f"{name}_{number}"
        keys[key] = None
    return list(keys)


def _emit_csv(answer: "Answer") -> None:
    emit_piece(_csv([answer.columns]))
    for rows in _some_at_a_time(answer.rows):
        emit_piece(_csv(map(_spreadsheet_safe, row) for row in rows))


def _csv(rows: Iterable[Iterable[int | float | str | None]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _emit_table(answer: "Answer") -> None:
    from agent_console.cli.db.row_table import table_lines  # noqa: PLC0415 - one format

    lines = table_lines(
        answer.columns,
        (list(map(_plain, row)) for row in answer.rows),
        columns(wide=True),
        folds=is_terminal(),
        coloured=is_coloured(),
    )
    for some in _some_at_a_time(lines):
        emit_piece("".join(some))


def _some_at_a_time(coming: Iterator[T]) -> Iterator[list[T]]:
    while some := list(islice(coming, ROWS_AT_ONCE)):
        yield some


def _plain(value: "Value") -> int | float | str | None:
    return value.hex() if isinstance(value, bytes) else value


def _spreadsheet_safe(value: "Value") -> int | float | str | None:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    plain = _plain(value)
    if isinstance(plain, str) and plain.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{plain}"
    return plain
