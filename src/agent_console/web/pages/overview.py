"""Overview: what this month and today cost, who is active, limits and budgets."""

from nicegui import ui

from agent_console.client.link import Changes
from agent_console.web.console import Console
from agent_console.web.frame import box, frame
from agent_console.web.nice import when_gone
from agent_console.web.overview_cards import Cards
from agent_console.web.overview_panels import ActivePanel, BudgetPanel, LimitPanel, TopPanel


def add(console: Console) -> None:
    """Have the page at its address."""

    @ui.page("/")
    def overview_page() -> None:
        with frame(console, "Overview") as theme:
            cards = Cards(console, theme)
            with box("columns"):
                with box("stack"):
                    active = ActivePanel(console)
                    top = TopPanel()
                with box("stack"):
                    limits = LimitPanel(console)
                    budgets = BudgetPanel(console)
        cards.then = top.show
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
