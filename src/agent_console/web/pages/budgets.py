"""Budgets and alerts: set, pause and remove budgets; take note of alerts."""

from nicegui import ui

from agent_console.client.link import Changes
from agent_console.web.asking.console import Console
from agent_console.web.budgets.alert_list import AlertList
from agent_console.web.budgets.budget_list import BudgetList
from agent_console.web.elements.boxes import box, card
from agent_console.web.elements.nice import when_gone
from agent_console.web.shell.frame import frame


def add(console: Console) -> None:
    """Have the page at its address."""

    @ui.page("/budgets")
    def budgets(new: bool = False) -> None:
        with frame(console, "Budgets"), box("columns"):
            with card("Budgets"):
                listed = BudgetList(console)
            with card("Alerts"):
                alerts = AlertList(console)

        def take(changes: Changes) -> None:
            if changes.usage:
                listed.read()

        when_gone(console.listen(take))
        when_gone(console.listen_to_alerts(lambda _: alerts.read()))
        listed.read()
        alerts.read()
        if new:
            listed.ask_new()
