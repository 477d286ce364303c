"""What each cell of a row says.

Rule: pure; the time is given. Texts come from models, files and other programs: they have passed
`printable`, and are never read as markup.
"""

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.text import Text

from agent_console.board.columns import Column
from agent_console.model.format import elapsed, elapsed_lasts
from agent_console.model.palette import SYMBOLS, hue, status_hue
from agent_console.model.session import Status
from agent_console.model.session_words import one_line
from agent_console.tui.board_columns import LEAD
from agent_console.tui.board_rows import Kind, Row

ALIKE_ID_LENGTH = 4
"""So much of its id tells a session from others of the same name."""


INDENT = "  "
"""Before a session that stands under its project's name."""


def row_cells(
    row: Row, columns: Sequence[Column], now_ms: int, *, narrow: bool, dark: bool
) -> list[Text]:
    """The cells of a row, in the order of the columns.

    Args:
        row: The row.
        columns: As `board_columns` gives them.
        now_ms: Unix milliseconds.
        narrow: A symbol has to do for the status.
        dark: The theme has a dark ground.
    """
    match row.kind:
        case Kind.SESSION:
            return [session_cell(row, column, now_ms) for column in columns]
        case Kind.PROJECT:
            said = _project(row, dark=dark)
        case Kind.SUBAGENT | Kind.TASK:
            said = _below(row, now_ms, dark=dark)
            if narrow:
                said.pop("STATUS", None)
    return [said.get(column.title, Text()) for column in columns]


def session_cell(row: Row, column: Column, now_ms: int) -> Text:
    """One cell of a session's row."""
    session = row.session
    if session is None or column.title == LEAD:
        return Text.assemble(str(row.number or " "), _marker(row))
    cell = column.cell(session, now_ms)
    text = cell if isinstance(cell, Text) else Text(cell)
    if column.title == "SESSION" and row.alike:
        text = _told_apart(text, session.session_id)
    if column.title == "SESSION" and row.inside:
        text = Text("\n").join(Text(INDENT) + line for line in text.split("\n", allow_blank=True))
    if session.status is Status.CLOSED:
        text.stylize("dim")
    return text


def changes_in(rows: Iterable[Row], now_ms: int) -> int | None:
    """In how many milliseconds the time since something changes its text; null for never."""
    times = (row.since_ms for row in rows)
    return min(
        (elapsed_lasts(now_ms - at_ms) for at_ms in times if at_ms is not None), default=None
    )


def widest_line(text: Text) -> int:
    """The columns it takes."""
    plain = text.plain
    if "\n" not in plain:
        return cell_len(plain)
    return max(map(cell_len, plain.split("\n")))


def fitting(text: Text, column: Column, width: int, *, alike: bool = False) -> Text:
    """The text in a width: cut with `…`, numbers at the right.

    Args:
        text: One line, or several.
        column: Where it stands.
        width: In columns.
        alike: What tells the name from others stands at its end, and stays.
    """
    if "\n" not in text.plain:
        return _fitting(text, column, width, alike=alike)
    return Text("\n").join(
        _fitting(line, column, width, alike=alike and place == 0)
        for place, line in enumerate(text.split("\n", allow_blank=True))
    )


def _fitting(line: Text, column: Column, width: int, *, alike: bool) -> Text:
    if line.cell_len > width:
        tail = line[-ALIKE_ID_LENGTH - 2 :] if alike and column.title == "SESSION" else Text()
        line = line[: len(line) - len(tail)]
        line.truncate(width - tail.cell_len, overflow="ellipsis")
        return line + tail
    if column.justify == "right":
        line = line.copy()
        line.pad_left(width - line.cell_len)
    return line


def _marker(row: Row) -> str:
    if not row.below:
        return ""
    return "▾" if row.is_open else "▸"


def _told_apart(name: Text, session_id: str) -> Text:
    first, *rest = name.split("\n", allow_blank=True)
    first.append(id_ending(session_id), "dim not bold")
    return Text("\n").join((first, *rest))


def id_ending(session_id: str) -> str:
    """What a name ends with that another session on the board has too."""
    return f" ·{one_line(session_id)[:ALIKE_ID_LENGTH]}"


def _project(row: Row, *, dark: bool) -> dict[str, Text]:
    counts = Text("  ").join(
        Text(f"{SYMBOLS[status]} {count}", status_hue(status, dark=dark))
        for status, count in row.counts
    )
    return {
        LEAD: Text.assemble(" ", _marker(row)),
        "STATUS": Text(),
        "SESSION": Text(one_line(row.name), "bold"),
        "DOING": counts,
    }


def _below(row: Row, now_ms: int, *, dark: bool) -> dict[str, Text]:
    branch = "└ " if row.is_last else "├ "
    quiet = hue("closed", dark=dark)
    if (agent := row.subagent) is not None:
        activity = agent.activity
        words = () if activity is None else (activity.tool, activity.summary)
        return {
            "STATUS": Text("  subagent", quiet),
            "SESSION": Text.assemble((branch, quiet), one_line(agent.agent_type) or "subagent"),
            "DOING": Text(one_line(" ".join(filter(None, words)))),
            "SINCE": Text(elapsed(now_ms - agent.since_ms), quiet),
        }
    if (task := row.task) is None:
        return {}
    return {
        "STATUS": Text("  background", quiet),
        "SESSION": Text.assemble((branch, quiet), one_line(task.type)),
        "DOING": Text.assemble((one_line(task.status), quiet), ": ", one_line(task.description)),
    }
