"""Bring the person to a session's terminal."""

from typing import TYPE_CHECKING

from agent_console.model.session import Session

if TYPE_CHECKING:
    from agent_console.tui.app import ConsoleApp


def jump(app: "ConsoleApp", session: Session) -> None:
    """Focus the session's terminal, or say why that cannot be done."""
    app.notify(f"Nothing is known of the terminal of {session.display_name}.", markup=False)
