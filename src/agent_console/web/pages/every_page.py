"""Every page with its address."""

from agent_console.web.console import Console
from agent_console.web.pages import live, overview


def add_pages(console: Console) -> None:
    """Have the server answer for all pages."""
    overview.add(console)
    live.add(console)
