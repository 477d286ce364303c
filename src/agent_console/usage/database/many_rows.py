"""Many rows in one SQLite statement.

Rule: a batch costs a few statements, not one for each row. Each step of an SQLite statement lets
go of the interpreter's lock, and beside a busy event loop it takes up to the switch interval to get
it back. So rows are read as one JSON document and written as lists of VALUES, not too long ones:
SQLite makes a program of the whole list, and one that no longer fits the processor's caches takes
twice as long for each row.

S608 is silenced where a text is put together from constants and question marks only.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from sqlite3 import Connection
from typing import Any

from msgspec.json import Decoder

from agent_console.usage.database.damage import MissingRowError

_MAX_WANTED = 256
"""The most rows that are asked for at once. Shorter lists are filled up to a power of two, so that
nine statements of each kind are prepared once and kept."""

_MAX_VALUES = 200
"""The most values written at once. Their rows are 1, 2, 3 or a multiple of four, as are the rest:
few kinds of statements are prepared once and kept, and two are enough for most batches."""

_MANY = 512
"""More rows come from imports, which have nobody beside them who waits for the interpreter."""

_document = Decoder(list[list[Any]])


def select_many(
    connection: Connection, select: str, wanted: Sequence[str] | Sequence[int]
) -> list[list[Any]]:
    """The rows of `select`, which gives one JSON document and ends in `IN`, for what is wanted."""
    found: list[list[Any]] = []
    for chunk in _chunks(wanted):
        size = _power_of_two(len(chunk))
        wanted_ones = [*chunk, *[chunk[0]] * (size - len(chunk))]
        document = connection.execute(_among(select, size), wanted_ones).fetchone()[0]
        found += rows_of(document)
    return found


def rows_of(document: str) -> list[list[Any]]:
    """The rows that SQLite put into one JSON document."""
    return _document.decode(document)


def insert_many(
    connection: Connection, insert: str, on_conflict: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows of one width."""
    if not rows:
        return
    at, count, width = 0, len(rows), len(rows[0])
    if count > _MANY:  # an import, in a process of its own
        connection.executemany(f"{insert} VALUES ({', '.join('?' * width)}) {on_conflict}", rows)
        return
    most = _MAX_VALUES // width
    while at < count:
        size = min(count - at, most)
        if size > 3:
            size &= ~3
        parameters: list[Any] = []
        for row in rows[at : at + size]:
            parameters += row
        connection.execute(_values(insert, on_conflict, width, size), parameters)
        at += size


def insert_one(connection: Connection, statement: str, value: str) -> int:
    """The number of the row that `statement` makes."""
    return connection.execute(statement, (value,)).lastrowid or 0


def the_row(connection: Connection, select: str, number: int, what: str) -> tuple[Any, ...]:
    """The row with this number, to which another one refers.

    Raises:
        MissingRowError: It is not there: the ledger is damaged.
    """
    row: tuple[Any, ...] | None = connection.execute(select, (number,)).fetchone()
    if row is None:
        raise MissingRowError(f"{what} {number} is not there")
    return row


def replacing(columns: Iterable[str]) -> str:
    """For an upsert: the new values in the place of the old."""
    return ", ".join(f"{column} = excluded.{column}" for column in columns)


def adding(columns: Iterable[str]) -> str:
    """For an upsert: the new values added to the old."""
    return ", ".join(f"{column} = {column} + excluded.{column}" for column in columns)


@cache
def _among(select: str, size: int) -> str:
    return f"{select} ({', '.join('?' * size)})"


@cache
def _values(insert: str, on_conflict: str, width: int, size: int) -> str:
    marks = ", ".join([f"({', '.join('?' * width)})"] * size)
    return f"{insert} VALUES {marks} {on_conflict}"


def _chunks(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (items[start : start + _MAX_WANTED] for start in range(0, len(items), _MAX_WANTED))


def _power_of_two(count: int) -> int:
    return 1 << (count - 1).bit_length()
