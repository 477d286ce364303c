"""The session under the cursor in full, in two lines: what a column has no room for.

Rule: pure. Texts have passed `printable` and are never read as markup.
"""

import os

from rich.text import Text

from agent_console.model.format import tokens
from agent_console.model.palette import hue
from agent_console.model.session import Session
from agent_console.model.session_words import one_line, total_tokens
from agent_console.model.short_names import short_model, short_path
from agent_console.tui.board_columns import doing_cell


def peek(session: Session, *, dark: bool) -> Text:
    """Why it waits and what it does; below, where, what it is called and what it has used.

    Args:
        session: The one under the cursor.
        dark: The theme has a dark ground.
    """
    quiet = hue("closed", dark=dark)
    doing = doing_cell(session, 0, dark=dark, narrow=True)
    return Text("\n").join((doing, Text(" · ".join(_facts(session)), quiet)))


def _facts(session: Session) -> list[str]:
    percent = session.context_used_percent
    total = 0 if session.metadata is None else total_tokens(session.metadata)
    facts = (
        one_line(session.note),
        one_line(session.label),
        one_line(session.title),
        one_line(session.git_branch),
        short_model(session.model or (session.metadata.model if session.metadata else None)),
        "" if percent is None else f"context {percent:.0f}%",
        f"{tokens(total)} tokens" if total else "",
        short_path(session.working_dir, os.path.expanduser("~")),
    )
    return [fact for fact in facts if fact]
