"""What the board says when it has no rows, or when what it shows may be old.

Rule: pure. It says what happened and what to do, in keys and commands the person can type.
"""

from msgspec import Struct

from agent_console.client.link import LinkState
from agent_console.tui.board_rows import View

START_KEY = "S"


class Notice(Struct, frozen=True):
    """A heading and what follows from it.

    Attributes:
        heading: One line.
        lines: What to do, one thing a line: a key or a command, and what it does.
    """

    heading: str
    lines: tuple[tuple[str, str], ...] = ()


def empty_notice(
    state: LinkState, why: str, sessions: int, view: View, *, installed: bool
) -> Notice:
    """What stands in the place of rows.

    Args:
        state: Of the link to the daemon.
        why: What is wrong with it.
        sessions: How many there are, shown or not.
        view: What the person wants to see.
        installed: Claude Code has been told to report here.
    """
    if sessions and view.words:
        return Notice(f"Nothing matches “{' '.join(view.words)}”.", (("Esc", "clears the filter"),))
    if sessions:
        return Notice("All sessions are closed.", (("c", "shows them"),))
    match state:
        case LinkState.CONNECTING:
            return Notice("Connecting to the daemon…")
        case LinkState.CONNECTED if installed:
            return Notice(
                "No sessions yet.",
                (
                    ("", "They appear here as soon as Claude Code runs."),
                    ("agent-console doctor", "says why when none does"),
                    ("agent-console demo", "shows what it looks like"),
                ),
            )
        case LinkState.CONNECTED:
            return Notice(
                "No sessions yet.",
                (
                    ("agent-console install", "makes Claude Code report its own"),
                    ("agent-console demo", "shows what it looks like"),
                    ("", "Sessions appear here by themselves."),
                ),
            )
        case _:
            return Notice("No daemon.", (("", why), (START_KEY, "starts one")))


def stale_line(state: LinkState, why: str) -> str:
    """What stands above rows that may be old; empty when they are live."""
    match state:
        case LinkState.CONNECTED:
            return ""
        case LinkState.CONNECTING:
            return "Connecting to the daemon…"
        case _:
            return f"This is what was last known. {why} {START_KEY} starts the daemon."
