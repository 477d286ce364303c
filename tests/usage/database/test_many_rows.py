"""However many rows are written at once, each is written once, in few statements."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from agent_console.usage.database.many_rows import insert_many


@pytest.fixture
def table() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE t (number INTEGER PRIMARY KEY, a, b, c, d, e, f, g)")
        yield connection


@pytest.mark.parametrize("count", [*range(1, 60), 512, 513, 1_000])
def test_every_row_is_written(table: sqlite3.Connection, count: int) -> None:
    rows = [(number, *range(number, number + 7)) for number in range(count)]

    insert_many(table, "INSERT INTO t", "", rows)

    assert table.execute("SELECT * FROM t ORDER BY number").fetchall() == rows


def test_for_no_rows_there_is_no_statement(table: sqlite3.Connection) -> None:
    statements: list[str] = []
    table.set_trace_callback(statements.append)

    insert_many(table, "INSERT INTO t", "", [])

    assert statements == []


def test_rows_of_all_numbers_share_a_few_statements(table: sqlite3.Connection) -> None:
    statements: set[str] = set()
    execute = table.execute

    class Counted:
        def execute(self, statement: str, parameters: list[int]) -> sqlite3.Cursor:
            statements.add(statement)
            return execute(statement, parameters)

    for count in range(1, 60):
        rows = [(count * 100 + number, *range(7)) for number in range(count)]
        insert_many(Counted(), "INSERT INTO t", "", rows)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]

    assert len(statements) < 12
