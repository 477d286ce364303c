"""Overview: what this month and today cost, who is active, limits and budgets."""

from datetime import datetime

from fastapi import Request as HttpRequest
from nicegui import ui

from agent_console.client.link import Changes
from agent_console.web.asking.console import Console
from agent_console.web.asking.filters import Filters
from agent_console.web.budgets.alert_notice import AlertNotice
from agent_console.web.elements.boxes import box, text
from agent_console.web.elements.nice import when_gone
from agent_console.web.elements.troubles import toast
from agent_console.web.overview.overview_cards import Cards
from agent_console.web.overview.overview_panels import (
    ActivePanel,
    BudgetPanel,
    LimitPanel,
    TopPanel,
)
from agent_console.web.sessions.session_drawer import open_session
from agent_console.web.shell.frame import frame, link_to


def first_of_month(console: Console) -> str:
    """The first day of this month in the person's zone, as `2026-11-01`."""
    return f"{datetime.now(console.config.display.zone):%Y-%m-01}"


def add(console: Console) -> None:
    """Have the page at its address."""

    @ui.page("/")
    def overview_page(request: HttpRequest) -> None:
        query = request.query_params
        filters = Filters(project=query.get("project", ""), model=query.get("model", ""))
        with frame(console, "Overview") as theme:
            with box("tools").props('role="group" aria-label="Quick actions"'):
                latest = text("Latest session", "button", "button").props('type="button"')
                ui.link("Set a budget", "/budgets?new=1").classes("button")
                month = filters.address("/download/usage", since=first_of_month(console))
                ui.link("Export this month", f"{month}&level=day&format=csv").classes(
                    "button"
                ).props("download")
                again = text("Refresh", "button", "button").props('type="button"')
            AlertNotice(console)
            cards = Cards(console, theme, filters)
            with box("columns"):
                with box("stack"):
                    active = ActivePanel(console, filters)
                    top = TopPanel()
                with box("stack"):
                    limits = LimitPanel(console)
                    budgets = BudgetPanel(console)
        cards.then = top.show
        all_sessions = link_to("/sessions")
        client = ui.context.client

        def open_latest() -> None:
            shown = [each for each in console.link.cache.board if filters.takes(each)]
            if shown:
                newest = max(shown, key=lambda each: each.last_seen_ms)
                open_session(console, newest.session_id)
            else:
                ui.navigate.to(all_sessions)

        def read() -> None:
            cards.read()
            budgets.read()

        def read_all() -> None:
            active.draw()
            limits.draw()
            read()
            toast(f"Read again at {datetime.now(console.config.display.zone):%H:%M:%S}.", "info")

        def take(changes: Changes) -> None:
            with client:
                if changes.board or changes.sessions:
                    active.draw()
                if changes.board or changes.limits:
                    limits.draw()
                if changes.usage:
                    read()

        latest.on("click", open_latest)
        again.on("click", read_all)
        when_gone(console.listen(take))
        read()
