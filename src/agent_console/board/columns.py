"""The columns of the board, and which of them there is room for: what matters most stays.

Rule: a column that is empty for every session is not drawn. Which others there is room for is
measured on what they hold; a column that has room is cut only where it says so itself, and what a
session does takes what the others leave.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len
from rich.text import Text

from agent_console.model.format import cost, elapsed, printable, tokens
from agent_console.model.session import Session, Status
from agent_console.model.session_words import (
    doing,
    one_line,
    short_id,
    status_style,
    total_tokens,
)
from agent_console.model.short_names import short_model, short_path

GAP = 2
"""Blanks between two columns."""


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        title: Its heading.
        cell: What it says of a session at a time (Unix ms).
        rank: Which of the columns goes first when there is no room for all: the highest.
        max_width: Longer cells are cut.
        enough: What it can do with while more important columns need room; null when that is all.
        justify: Numbers stand right.
        flexible: It takes what the others leave.
    """

    title: str
    cell: Callable[[Session, int], Text | str]
    rank: int
    max_width: int | None = None
    enough: int | None = None
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


ESSENTIAL_RANK = 6
"""Up to here, columns may be squeezed to what is enough for them; others need room for all."""

COMFORTABLE_COLUMNS = 32
"""What a session does is given so much before columns that are less important are added."""

COLUMNS: tuple[Column, ...] = (
    Column("STATUS", _status, 1),
    Column("SESSION", _name, 2, max_width=22, enough=14),
    Column("DOING", lambda session, _: doing(session), 3, enough=12, flexible=True),
    Column("LABEL", lambda session, _: one_line(session.label), 7, max_width=18),
    Column(
        "PRIO",
        lambda session, _: str(session.priority) if session.priority else "",
        11,
        justify="right",
    ),
    Column("TITLE", lambda session, _: one_line(session.title), 12, max_width=32),
    Column(
        "FOLDER",
        lambda session, _: short_path(session.working_dir, os.path.expanduser("~")),
        10,
        max_width=40,
    ),
    Column("BRANCH", lambda session, _: one_line(session.git_branch), 13, max_width=20),
    Column("MODEL", lambda session, _: short_model(_model(session)), 8, max_width=20),
    Column("CTX", _context, 14, justify="right"),
    Column("TOKENS", _tokens, 9, justify="right"),
    Column("COST", _cost, 5, justify="right"),
    Column("SINCE", lambda session, now: elapsed(now - session.since_ms), 4, justify="right"),
)

SHORT_ID = Column("ID", lambda session, _: Text(short_id(session.session_id), style="dim"), 6)
FULL_ID = Column("ID", lambda session, _: printable(session.session_id), 6)


@dataclass(frozen=True)
class Fit:
    """What is drawn in a terminal of some width.

    Attributes:
        columns: In the order of the table.
        widths: Of each, by title.
    """

    columns: tuple[Column, ...]
    widths: dict[str, int]


def fitted(columns: Sequence[Column], cells: Mapping[str, Sequence[Text | str]], width: int) -> Fit:
    """The columns that there is room for.

    Args:
        columns: Those that could be drawn; one that holds nothing is left out.
        cells: What each holds, by title.
        width: Of the terminal, in columns.
    """
    filled = filled_columns(columns, cells)
    natural = {column.title: _natural(column, cells[column.title]) for column in filled}
    return fitted_to(filled, natural, width)


def fitted_to(
    columns: Sequence[Column], natural: Mapping[str, int], width: int, gap: int = GAP
) -> Fit:
    """The same, for who knows already how wide the columns would like to be.

    Args:
        columns: Those that could be drawn.
        natural: What each takes when nothing is in its way, by title.
        width: Of the terminal, in columns.
        gap: Blanks between two columns.
    """
    chosen = _with_room(columns, natural, width, gap)
    return Fit(tuple(chosen), _widths(chosen, natural, width, gap))


def filled_columns(
    columns: Sequence[Column], cells: Mapping[str, Sequence[Text | str]]
) -> list[Column]:
    """Those that hold something for some session."""
    return [column for column in columns if any(str(cell) for cell in cells[column.title])]


def _natural(column: Column, cells: Iterable[Text | str]) -> int:
    """The columns it takes when nothing is in its way."""
    widest = max(cell_len(str(cell)) for cell in (column.title, *cells))
    return widest if column.max_width is None else min(widest, column.max_width)


def _with_room(
    columns: Sequence[Column], natural: Mapping[str, int], width: int, gap: int
) -> list[Column]:
    """Those that fit beside the more important ones, in the order of the table."""
    chosen: list[Column] = []
    for column in sorted(columns, key=lambda column: column.rank):
        squeezed = column.rank <= ESSENTIAL_RANK
        needed = [_needed(other, natural, squeezed=squeezed) for other in (*chosen, column)]
        if chosen and sum(needed) + gap * len(chosen) > width:
            if squeezed:
                break
            continue
        chosen.append(column)
    return [column for column in columns if column in chosen]


def _needed(column: Column, natural: Mapping[str, int], *, squeezed: bool) -> int:
    if squeezed and column.enough is not None:
        return min(natural[column.title], column.enough)
    if column.flexible:
        return min(natural[column.title], COMFORTABLE_COLUMNS)
    return natural[column.title]


def _widths(
    columns: list[Column], natural: Mapping[str, int], width: int, gap: int
) -> dict[str, int]:
    """What each gets: at least enough, then all it needs, and the flexible one the rest."""
    given = {column.title: _needed(column, natural, squeezed=True) for column in columns}
    left = max(0, width - sum(given.values()) - gap * (len(columns) - 1))
    for column in columns:
        if not column.flexible:
            more = min(left, natural[column.title] - given[column.title])
            given[column.title] += more
            left -= more
    for column in columns:
        if column.flexible:
            given[column.title] += left
    return given
