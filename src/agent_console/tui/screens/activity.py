"""To be written."""

from agent_console.tui.screens.console_screen import ConsoleScreen


class ActivityScreen(ConsoleScreen):
    """To be written."""
