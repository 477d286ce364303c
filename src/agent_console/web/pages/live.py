"""Live: who does what now, what happened last, how fast money goes."""

from fastapi import Request as HttpRequest
from nicegui import ui

from agent_console.client.link import Changes
from agent_console.web.asking.console import Console
from agent_console.web.asking.filters import Filters
from agent_console.web.elements.boxes import box, card, text
from agent_console.web.elements.nice import when_gone
from agent_console.web.live.board_grid import BoardGrid
from agent_console.web.live.feed_list import FeedList
from agent_console.web.live.pace import Pace
from agent_console.web.shell.frame import frame


def add(console: Console) -> None:
    """Have the page at its address."""

    @ui.page("/live")
    def live(request: HttpRequest) -> None:
        filters = Filters.of(dict(request.query_params))
        with frame(console, "Live"):
            if filters.names_something:
                text("The sessions are narrowed; figures and activity are of all.", "quiet note")
            pace = Pace(console)
            with box("wide-first"):
                board = BoardGrid(console, filters)
                with card("Activity"):
                    feed = FeedList(console)
        client = ui.context.client

        def take(changes: Changes) -> None:
            with client:
                board.take(changes)
                feed.draw()
                if changes.money:
                    pace.draw()
                if changes.usage:
                    pace.read()

        when_gone(console.listen(take))
