"""The columns of the board as the TUI draws them.

Rule: what a column is called, says and may take stands in `board/columns.py`, for `list` too; here
is only what a screen adds: symbols, colours, bars, two lines, and an order of its own, because a
session is copied, opened and jumped to with keys, so that its id need not stand there.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

from rich.text import Text

from agent_console.board.columns import COLUMNS, SHORT_ID, Column
from agent_console.config import Density
from agent_console.model.format import bar
from agent_console.model.palette import SYMBOLS, hue, status_hue
from agent_console.model.session import Session, Status
from agent_console.model.session_words import activity_words, one_line

LEAD = "#"
"""The title of the first column: the key that jumps there, and whether there is more below."""

Room = Literal["narrow", "normal", "wide"]
"""How wide the terminal is, as the screens' breakpoints have it."""

CONTEXT_FULL_PERCENT = 80.0
"""From here Claude Code may soon compact the conversation."""

ENDINGS = {
    "prompt_input_exit": "exited",
    "clear": "cleared",
    "resume": "resumed elsewhere",
    "logout": "logged out",
    "other": "ended",
}
"""Claude Code's words for the end of a session, in ours."""

_RANKS = (
    *("#", "STATUS", "SESSION", "DOING", "SINCE", "COST", "", "LABEL", "CTX", "BRANCH"),
    *("MODEL", "TOKENS", "PRIO", "TITLE", "FOLDER", "ID"),
)
"""The first go last; those up to COST may be squeezed (`ESSENTIAL_RANK`)."""

_MODEST = {"SESSION": 20, "LABEL": 12, "BRANCH": 12}
_SMALL = {"SESSION": 18, "LABEL": 12, "BRANCH": 12}
"""The most columns that some may take in terminals that are not wide, or narrow."""

ENOUGH = 12
"""What a name can do with in a narrow terminal."""

_STACKED = (
    ("STATUS", "SINCE"),
    ("SESSION", "BRANCH"),
    ("DOING", "TITLE"),
    ("LABEL", "PRIO"),
    ("MODEL", "CTX"),
    ("COST", "TOKENS"),
)
"""In two lines, the second stands under the first."""


def board_columns(
    *, density: Density, room: Room, dark: bool, hidden: frozenset[str] = frozenset()
) -> tuple[Column, ...]:
    """The columns, from left to right, without those that are hidden.

    Args:
        density: Lines for each session.
        room: How much there is; where it is narrow, a symbol has to do for the status.
        dark: The theme has a dark ground.
        hidden: Titles, in capitals.
    """
    narrow = room == "narrow"
    lead = Column(LEAD, lambda _session, _now_ms: "", 0)
    cells: dict[str, Callable[[Session, int], Text | str]] = {
        "STATUS": partial(status_cell, dark=dark, narrow=narrow),
        "DOING": partial(doing_cell, dark=dark, narrow=narrow),
        "CTX": partial(_context, dark=dark, bar_cells=5 if room == "wide" else 3),
    }
    columns = [lead] + [
        replace(column, cell=cells.get(column.title, column.cell), rank=_RANKS.index(column.title))
        for column in (*COLUMNS, SHORT_ID)
        if column.title not in hidden
    ]
    if room != "wide":
        most = _SMALL if narrow else _MODEST
        columns = [
            replace(
                column,
                max_width=most.get(column.title, column.max_width),
                enough=min(column.enough, ENOUGH) if narrow and column.enough else column.enough,
            )
            for column in columns
        ]
    return tuple(columns if density == "one-line" else _stack(columns, dark=dark))


def status_cell(session: Session, _now_ms: int, *, dark: bool, narrow: bool) -> Text:
    """`? question`; what has not been looked at stands out, what asks most of all."""
    symbol = SYMBOLS[session.status]
    text = symbol if narrow else f"{symbol} {session.status}"
    return Text(text, status_look(session, dark=dark))


def status_look(session: Session, *, dark: bool) -> str:
    """The style of a session's status."""
    color = status_hue(session.status, dark=dark)
    if session.seen or session.status in (Status.WORKING, Status.CLOSED):
        return color
    if session.status is Status.QUESTION:
        return f"bold {'#12161b' if dark else '#ffffff'} on {color}"
    return f"bold {color}"


def doing_cell(session: Session, _now_ms: int, *, dark: bool, narrow: bool) -> Text:
    """Why it waits and what it does: `permission: Bash rm -rf build`."""
    reason = one_line(session.reason)
    if session.status is Status.CLOSED:
        reason = ENDINGS.get(reason, reason)
    elif reason == "done" and not session.seen:
        reason = "done, unread"
    elif reason == session.status:
        reason = ""
    what = activity_words(session)
    if narrow and not reason and not what:
        reason = session.status
    text = Text()
    text.append(reason, status_hue(session.status, dark=dark))
    if reason and what:
        text.append(": ")
    return text.append(what)


def _context(session: Session, _now_ms: int, *, dark: bool, bar_cells: int) -> Text:
    percent = session.context_used_percent
    if percent is None:
        return Text()
    full = percent >= CONTEXT_FULL_PERCENT
    look = hue("attention", dark=dark) if full else hue("closed", dark=dark)
    return Text.assemble((bar(percent, bar_cells), look), (f" {percent:2.0f}%", look))


def _stack(columns: Sequence[Column], *, dark: bool) -> list[Column]:
    """Two lines for a session: less important columns stand under others."""
    by_title = {column.title: column for column in columns}
    below_of = {
        above: by_title[below] for above, below in _STACKED if {above, below} <= by_title.keys()
    }
    under = {column.title for column in below_of.values()}
    return [
        replace(column, cell=partial(_two_lines, column, below_of[column.title], dark=dark))
        if column.title in below_of
        else column
        for column in columns
        if column.title not in under
    ]


def _two_lines(above: Column, below: Column, session: Session, now_ms: int, *, dark: bool) -> Text:
    lower = below.cell(session, now_ms)
    text = lower if isinstance(lower, Text) else Text(lower, hue("closed", dark=dark))
    if below.title == "TITLE" and session.note:
        text = Text(one_line(session.note), "italic")
    if below.max_width is not None and not above.flexible:
        text.truncate(max(below.max_width, above.max_width or 0), overflow="ellipsis")
    upper = above.cell(session, now_ms)
    return Text("\n").join((upper if isinstance(upper, Text) else Text(upper), text))
