"""Overview: what this month and today cost, who is active, limits and budgets."""

from datetime import datetime

from nicegui import ui

from agent_console.client.link import Changes
from agent_console.web.alert_notice import AlertNotice
from agent_console.web.console import Console
from agent_console.web.frame import box, frame, text
from agent_console.web.nice import when_gone
from agent_console.web.overview_cards import Cards
from agent_console.web.overview_panels import ActivePanel, BudgetPanel, LimitPanel, TopPanel


def first_of_month(console: Console) -> str:
    """The first day of this month in the person's zone, as `2026-11-01`."""
    return f"{datetime.now(console.config.display.zone):%Y-%m-01}"


def add(console: Console) -> None:
    """Have the page at its address."""

    @ui.page("/")
    def overview_page() -> None:
        with frame(console, "Overview") as theme:
            with box("tools").props('role="group" aria-label="Quick actions"'):
                ui.link("Set a budget", "/budgets?new=1").classes("button")
                month = f"/download/usage?level=day&format=csv&since={first_of_month(console)}"
                ui.link("Export this month", month).classes("button").props("download")
                again = text("Refresh", "button", "button")
            AlertNotice(console)
            cards = Cards(console, theme)
            with box("columns"):
                with box("stack"):
                    active = ActivePanel(console)
                    top = TopPanel()
                with box("stack"):
                    limits = LimitPanel(console)
                    budgets = BudgetPanel(console)
        cards.then = top.show
        again.on("click", cards.read)
        client = ui.context.client

        def take(changes: Changes) -> None:
            with client:
                if changes.board or changes.sessions:
                    active.draw()
                if changes.board or changes.limits:
                    limits.draw()
                if changes.usage:
                    cards.read()
                    budgets.read()

        when_gone(console.listen(take))
        cards.read()
        budgets.read()
