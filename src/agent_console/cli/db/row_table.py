"""Rows of a query as a table that is written while they are read.

Rule: memory does not grow with the rows. Some rows at a time are measured and drawn, and where they
are wider than those before them the columns are from there on. Nothing is cut.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, zip_longest
from typing import TypeAlias

from msgspec import Struct

from agent_console.model.format import printable
from agent_console.usage.reports.table import GAP, columns_of

Shown: TypeAlias = int | float | str | None

MEASURED_ROWS = 500
NARROWEST = 8
"""No text is folded further to fit; a terminal then breaks the lines."""

_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


class _Column(Struct):
    """How a column is drawn.

    Attributes:
        needs: How wide its widest cell so far is, its heading too, in columns of a terminal.
        is_number: Its first cells are numbers: it stands right.
        narrowest: How wide its widest number so far is; none is folded.
        width: How wide it is drawn.
    """

    needs: int
    is_number: bool = True
    narrowest: int = 0
    width: int = 0


def table_lines(
    names: Sequence[str],
    rows: Iterable[Sequence[Shown]],
    width: int,
    *,
    folds: bool,
    coloured: bool,
) -> Iterator[str]:
    """The table's lines, each with its newline.

    Args:
        names: Of the columns.
        rows: Taken MEASURED_ROWS at a time.
        width: Columns of the terminal.
        folds: What does not fit goes on in the next line; otherwise it moves the rest of its own.
        coloured: Escape sequences may be used.
    """
    coming = iter(rows)
    columns = [_Column(max(map(columns_of, _cell(name)))) for name in names]
    some = list(islice(coming, MEASURED_ROWS))
    for at, column in enumerate(columns):
        column.is_number = all(isinstance(row[at], int | float | None) for row in some)
    _measure(columns, some, width)
    for line in _lines(names, columns, folds=folds):
        yield f"{_BOLD}{line}{_PLAIN}\n" if coloured else f"{line}\n"
    while some:
        for row in some:
            for line in _lines(row, columns, folds=folds):
                yield f"{line}\n"
        some = list(islice(coming, MEASURED_ROWS))
        _measure(columns, some, width)


def _measure(columns: list[_Column], rows: Sequence[Sequence[Shown]], width: int) -> None:
    """Make the columns as wide as these rows need, too; the widest texts give way to fit."""
    for row in rows:
        for column, value in zip(columns, row, strict=True):
            column.needs = max(column.needs, *map(columns_of, _cell(value)))
            if isinstance(value, int | float):
                column.narrowest = max(column.narrowest, len(str(value)))
    room = width - GAP * (len(columns) - 1)
    low, high = NARROWEST, max(NARROWEST, *(each.needs for each in columns))
    while low < high:
        middle = (low + high + 1) // 2
        if sum(_at_most(each, middle) for each in columns) <= room:
            low = middle
        else:
            high = middle - 1
    for each in columns:
        each.width = _at_most(each, low)


def _at_most(column: _Column, width: int) -> int:
    return max(column.narrowest, min(column.needs, width))


def _lines(row: Sequence[Shown], columns: list[_Column], *, folds: bool) -> Iterator[str]:
    cells = [_cell(value) for value in row]
    if folds:
        cells = [
            [part for text in cell for part in _folded(text, column.width)]
            for cell, column in zip(cells, columns, strict=True)
        ]
    for parts in zip_longest(*cells, fillvalue=""):
        yield (" " * GAP).join(map(_padded, parts, columns)).rstrip()


def _cell(value: Shown) -> list[str]:
    """The lines of a cell."""
    if value is None:
        return [""]
    return [printable(line) for line in str(value).split("\n")]


def _padded(text: str, column: _Column) -> str:
    blanks = " " * (column.width - columns_of(text))
    return blanks + text if column.is_number else text + blanks


def _folded(text: str, width: int) -> Iterator[str]:
    """Its parts that are no wider, cut at blanks where there are any."""
    start, end = 0, _end(text, 0, width)
    while end < len(text):
        blank = text.rfind(" ", start, end + 1)
        if blank >= 0 and text[start:blank].strip():
            yield text[start:blank]
            start = blank + 1
        else:
            yield text[start:end]
            start = end
        end = _end(text, start, width)
    yield text[start:]


def _end(text: str, start: int, width: int) -> int:
    """Up to where the text takes no more than so many columns; one character at least."""
    if text.isascii():
        return start + width
    taken = 0
    for at in range(start, len(text)):
        taken += columns_of(text[at])
        if taken > width and at > start:
            return at
    return len(text)
