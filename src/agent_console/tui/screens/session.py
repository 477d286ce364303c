"""One session."""

from agent_console.tui.screens.console_screen import ConsoleScreen


class SessionScreen(ConsoleScreen):
    """One session, on the board or in the ledger."""

    def __init__(self, session_id: str) -> None:
        super().__init__()
        self.session_id = session_id
