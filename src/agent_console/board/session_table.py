"""The board as a table of a command's output.

Rule: which columns there is room for is decided in `board/columns.py`, here as in the TUI.
"""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from agent_console.board.columns import COLUMNS, FULL_ID, GAP, SHORT_ID, filled_columns, fitted
from agent_console.model.session import Session, Status


def session_table(sessions: Sequence[Session], now_ms: int, columns: int, *, cut: bool) -> Table:
    """The sessions, in the order given.

    Args:
        sessions: What to show.
        now_ms: Unix milliseconds.
        columns: The width of the terminal.
        cut: Cells may be cut and columns left out to fit; into a pipe everything is whole.
    """
    wanted = (*COLUMNS, SHORT_ID if cut else FULL_ID)
    cells = {
        column.title: [column.cell(session, now_ms) for session in sessions] for column in wanted
    }
    fit = fitted(wanted, cells, columns) if cut else None
    shown = filled_columns(wanted, cells) if fit is None else fit.columns
    table = Table(
        box=None,
        pad_edge=False,
        padding=(0, GAP, 0, 0),
        header_style="dim",
        collapse_padding=False,
    )
    for column in shown:
        table.add_column(
            column.title,
            justify=column.justify,
            no_wrap=True,
            overflow="ellipsis",
            width=None if fit is None else fit.widths[column.title],
        )
    rows = zip(*(cells[column.title] for column in shown), strict=True)
    for session, row in zip(sessions, rows, strict=True):
        table.add_row(
            *(cell if isinstance(cell, Text) else Text(cell) for cell in row),
            style="dim" if session.status is Status.CLOSED else None,
        )
    return table
