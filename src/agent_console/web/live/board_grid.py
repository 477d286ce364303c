"""The board as a grid that is told of changes and nothing else."""

from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from agent_console.client.link import Changes
from agent_console.model.session import Session
from agent_console.web.asking.console import Console
from agent_console.web.asking.filters import Filters
from agent_console.web.elements.boxes import box, card, empty
from agent_console.web.elements.grids import column, grid
from agent_console.web.elements.nice import call
from agent_console.web.live.board_rows import BoardRows
from agent_console.web.sessions.session_drawer import open_session

CLOCK_SECONDS = 1.0
MANY = 500
"""With more sessions than these, their clocks go on more slowly."""

_COLUMNS = (
    column("status", "Status", text="status_text", width=112, style="status"),
    column("name", "Session", width=98, flex=3, bold=True),
    column("reason", "Reason", width=108, wide=640),
    column("activity", "Activity", width=120, flex=4, wide=420),
    column("label", "Label", width=110, wide=1100),
    column("model", "Model", width=100, wide=960),
    column("context", "Context", text="context_text", width=92, number=True, wide=740),
    column("tokens", "Tokens", text="tokens_text", width=88, number=True, wide=840),
    column("cost", "Cost", text="cost_text", width=82, number=True, money=True),
    column("since", "Since", text="since_text", width=88, number=True, wide=560),
)
_MOST_URGENT_FIRST = (
    "(a, b) => { for (let i = 0; i < 4; i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1; "
    "return 0; }"
)
_ORDER: dict[str, Any] = {
    "field": "order",
    "hide": True,
    "sort": "asc",
    "cellDataType": False,
    ":comparator": _MOST_URGENT_FIRST,
}


class BoardGrid:
    """The sessions, most urgent first.

    Args:
        console: What pages share.
        filters: Only the sessions that these take.
    """

    def __init__(self, console: Console, filters: Filters) -> None:
        self._console = console
        self._filters = filters
        self._rows = BoardRows()
        sessions = self._sessions()
        with card("Sessions"):
            self._empty = empty(
                "No sessions yet",
                "They appear here as soon as Claude Code runs.",
                "`agent-console install` makes Claude Code report its own,",
                "`agent-console demo` shows what it looks like.",
            )
            with box("") as self._around:
                self._grid = grid(
                    [_ORDER, *_COLUMNS], self._rows.all(sessions, console.now_ms()), by="id"
                )
        self._grid.on("cellClicked", self._open)
        self._show()
        ui.timer(CLOCK_SECONDS, self._tick)
        self._ticks = 0

    def take(self, changes: Changes) -> None:
        """Something is different."""
        if changes.board or changes.sessions:
            self._send()

    def _sessions(self) -> list[Session]:
        every = self._console.link.cache.sessions.values()
        return [each for each in every if self._filters.takes(each)]

    def _send(self) -> None:
        changed = self._rows.changed(self._sessions(), self._console.now_ms())
        if changed:
            call(self._grid, "applyTransaction", changed)
        self._show()

    def _show(self) -> None:
        some = bool(self._console.link.cache.sessions)
        self._empty.set_visibility(not some)
        self._around.set_visibility(some)

    def _tick(self) -> None:
        self._ticks += 1
        if len(self._console.link.cache.sessions) < MANY or self._ticks % 10 == 0:
            self._send()

    def _open(self, event: GenericEventArguments) -> None:
        row = event.args.get("data")
        if row:
            open_session(self._console, str(row["id"]))
