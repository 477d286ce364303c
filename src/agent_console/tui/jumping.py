"""Bringing the person to a session's terminal."""

from typing import TYPE_CHECKING

from agent_console.model.session_words import one_line

if TYPE_CHECKING:
    from agent_console.model.session import Session
    from agent_console.tui.app import ConsoleApp


def jump(app: "ConsoleApp", session: "Session") -> None:
    """Focus the terminal a session runs in, or say in a sentence why that cannot be.

    Args:
        app: Where the sentence is shown.
        session: Whose terminal.
    """
    name = one_line(session.display_name)
    if session.terminal is None:
        message = f"Nothing is known of the terminal of {name}."
    else:
        message = f"This terminal has no way to bring you to {name}."
    app.notify(message, title="Cannot jump", severity="warning", markup=False)
