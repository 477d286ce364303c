"""To be written."""

from agent_console.tui.screens.console_screen import ConsoleScreen


class BoardScreen(ConsoleScreen):
    """To be written."""
