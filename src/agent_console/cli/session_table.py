"""The board as a table: what matters most stays when the terminal is narrow.

Rule: a column that is empty for every session is not drawn, and only the column that says what a
session does may be cut before all others are.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.table import Table
from rich.text import Text

from agent_console.cli.session_words import (
    doing,
    one_line,
    short_id,
    status_style,
    total_tokens,
)
from agent_console.model.format import cost, elapsed, printable, tokens
from agent_console.model.session import Session, Status
from agent_console.model.short_names import short_model, short_path


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        title: Its heading.
        cell: What it says of a session at a time (Unix ms).
        from_columns: The narrowest terminal that has it.
        max_width: Longer cells are cut.
        justify: Numbers stand right.
        flexible: It takes what the others leave.
    """

    title: str
    cell: Callable[[Session, int], Text | str]
    from_columns: int = 0
    max_width: int | None = None
    justify: Literal["left", "right"] = "left"
    flexible: bool = False


def _status(session: Session, _now_ms: int) -> Text:
    return Text(session.status, style=status_style(session))


def _name(session: Session, _now_ms: int) -> Text:
    quiet = session.seen or session.status is Status.CLOSED
    return Text(one_line(session.display_name), style="" if quiet else "bold")


def _tokens(session: Session, _now_ms: int) -> str:
    total = 0 if session.metadata is None else total_tokens(session.metadata)
    return tokens(total) if total else ""  # a cost may be known without its tokens


def _cost(session: Session, _now_ms: int) -> str:
    return "" if session.metadata is None else cost(session.metadata.total_cost_usd)


def _context(session: Session, _now_ms: int) -> str:
    percent = session.context_used_percent
    return "" if percent is None else f"{percent:.0f}%"


def _model(session: Session) -> str | None:
    return session.model or (session.metadata.model if session.metadata else None)


COLUMNS: tuple[Column, ...] = (
    Column("STATUS", _status),
    Column("SESSION", _name, max_width=22),
    Column("DOING", lambda session, _: doing(session), flexible=True),
    Column("LABEL", lambda session, _: one_line(session.label), 100, max_width=18),
    Column(
        "PRIO",
        lambda session, _: str(session.priority) if session.priority else "",
        120,
        justify="right",
    ),
    Column("TITLE", lambda session, _: one_line(session.title), 150, max_width=32),
    Column(
        "FOLDER",
        lambda session, _: short_path(session.working_dir, os.path.expanduser("~")),
        150,
        max_width=40,
    ),
    Column("BRANCH", lambda session, _: one_line(session.git_branch), 180, max_width=20),
    Column("MODEL", lambda session, _: short_model(_model(session)), 110, max_width=20),
    Column("CTX", _context, 140, justify="right"),
    Column("TOKENS", _tokens, 110, justify="right"),
    Column("COST", _cost, justify="right"),
    Column("SINCE", lambda session, now: elapsed(now - session.since_ms), justify="right"),
)

_SHORT_ID = Column("ID", lambda session, _: Text(short_id(session.session_id), style="dim"))
_FULL_ID = Column("ID", lambda session, _: printable(session.session_id))


def session_table(sessions: Sequence[Session], now_ms: int, columns: int, *, cut: bool) -> Table:
    """The sessions, in the order given.

    Args:
        sessions: What to show.
        now_ms: Unix milliseconds.
        columns: The width of the terminal.
        cut: Cells may be cut to fit; into a pipe they are whole.
    """
    wanted = (*COLUMNS, _SHORT_ID if cut else _FULL_ID)
    cells = {
        column.title: [column.cell(session, now_ms) for session in sessions] for column in wanted
    }
    shown = [
        column
        for column in wanted
        if column.from_columns <= columns and any(str(cell) for cell in cells[column.title])
    ]
    table = Table(
        box=None,
        expand=cut,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        header_style="dim",
        collapse_padding=False,
    )
    for column in shown:
        table.add_column(
            column.title,
            justify=column.justify,
            no_wrap=True,
            overflow="ellipsis",
            max_width=column.max_width if cut else None,
            ratio=1 if cut and column.flexible else None,
        )
    rows = zip(*(cells[column.title] for column in shown), strict=True)
    for session, row in zip(sessions, rows, strict=True):
        table.add_row(
            *(cell if isinstance(cell, Text) else Text(cell) for cell in row),
            style="dim" if session.status is Status.CLOSED else None,
        )
    return table
