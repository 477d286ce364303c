"""Every page with its address."""

from agent_console.web.asking.console import Console
from agent_console.web.pages import (
    breakdown,
    budgets,
    cache,
    data,
    live,
    overview,
    sessions,
    trends,
)


def add_pages(console: Console) -> None:
    """Have the server answer for all pages."""
    overview.add(console)
    live.add(console)
    sessions.add(console)
    trends.add(console)
    breakdown.add(console, "project")
    breakdown.add(console, "model")
    cache.add(console)
    budgets.add(console)
    data.add(console)
