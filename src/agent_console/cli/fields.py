"""Names and values, one below the other, as details are shown everywhere.

Rule: a value that is empty is left out; what is not known is not shown as if it were.
"""

from collections.abc import Iterable
from typing import TypeAlias

from rich.table import Table
from rich.text import Text

Rows: TypeAlias = Iterable[tuple[str, str | Text]]


def fields(rows: Rows) -> Table:
    """The rows that have a value, as an aligned grid."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        if str(value):
            grid.add_row(name, value if isinstance(value, Text) else Text(value))
    return grid
