"""The line above every screen: who needs somebody, what today costs, how near the limits are.

Rule: it is one line, and what matters most stays when there is no room for all. Money comes from
the ledger's query, read in a thread when something was spent, and once a minute while something is
being spent (a rate falls by itself).
"""

from collections import Counter
from datetime import datetime

import anyio
from rich.cells import cell_len
from rich.text import Text
from textual import work
from textual.widgets import Static

from agent_console.client.link import Changes, LinkState
from agent_console.errors import AgentConsoleError
from agent_console.model.format import bar, cost
from agent_console.model.palette import SYMBOLS, Role, hue, status_hue
from agent_console.model.session import Status
from agent_console.model.usage import Limit, Spending
from agent_console.paths import database_path
from agent_console.tui.shared import console_of
from agent_console.usage.spent_now import spent_now

GAP = "  "
BAR_CELLS = 6
MINUTE_SECONDS = 60.0


class Head(Static):
    """The live line."""

    def __init__(self) -> None:
        super().__init__()
        self._spending: Spending | None = None
        self._trouble = ""

    def on_mount(self) -> None:
        """Begin to hear of changes."""
        console_of(self).changes.subscribe(self, self.take)
        self.watch(console_of(self), "theme", self.draw, init=False)
        self.read_spending()
        self.draw()

    def on_resize(self) -> None:
        """There is more or less room now."""
        self.draw()

    def take(self, changes: Changes) -> None:
        """Something is different."""
        if changes.usage or changes.board:
            self.read_spending()
        self.draw()

    @work(exclusive=True, group="spending")
    async def read_spending(self) -> None:
        """Read the figures now, and again after a minute while money is being spent."""
        zone = console_of(self).config.display.zone
        while True:
            try:
                self._spending = await anyio.to_thread.run_sync(
                    spent_now, str(database_path()), console_of(self).now_ms(), zone
                )
                self._trouble = ""
            except AgentConsoleError as error:
                self._trouble = str(error)
            self.draw()
            if self._spending is None or not self._spending.burn_usd_per_hour:
                return
            await anyio.sleep(MINUTE_SECONDS)

    def draw(self) -> None:
        """Draw what is known now."""
        link = console_of(self).link
        dark = console_of(self).current_theme.dark
        banner = console_of(self).banner
        parts = [] if banner is None else [Text(banner, "bold")]
        parts += [*self._link(link.state, link.why), *self._counts(dark=dark)]
        parts += self._money(dark=dark)
        limits = link.cache.limits
        parts += _limit("5h", limits.five_hour, dark=dark)
        parts += _limit("7d", limits.seven_day, dark=dark)
        self.update(_fitted(parts, self.size.width - 2), layout=False)

    def _link(self, state: LinkState, why: str) -> list[Text]:
        if state is LinkState.CONNECTED:
            return []
        words = {
            LinkState.CONNECTING: "connecting…",
            LinkState.RECONNECTING: "reconnecting…",
            LinkState.UNREACHABLE: f"no daemon: {why}",
        }
        return [Text(words[state], "bold reverse")]

    def _counts(self, *, dark: bool) -> list[Text]:
        counts = Counter(session.status for session in console_of(self).link.cache.board)
        shown = [status for status in Status if counts[status] and status is not Status.CLOSED]
        shown.sort(key=list(SYMBOLS).index)
        return [
            Text(
                f"{SYMBOLS[status]} {counts[status]} {status}",
                status_hue(status, dark=dark),
            )
            for status in shown
        ]

    def _money(self, *, dark: bool) -> list[Text]:
        if self._trouble:
            return [Text(f"ledger: {self._trouble}", "bold reverse")]
        if self._spending is None:
            return []
        parts = [Text.assemble("today ", (cost(self._spending.today_cost_usd), "bold"))]
        if self._spending.burn_usd_per_hour:
            burn = f"{cost(self._spending.burn_usd_per_hour)}/h"
            parts.append(Text(burn, hue("cost", dark=dark)))
        return parts


def _limit(name: str, limit: Limit | None, *, dark: bool) -> list[Text]:
    """`5h ███▌  62% →17:00`."""
    if limit is None:
        return []
    used = min(100.0, limit.used_percent)
    role: Role = "working" if used < 80 else "attention" if used < 100 else "question"
    text = Text.assemble(f"{name} ", (bar(used, BAR_CELLS), hue(role, dark=dark)), f" {used:.0f}%")
    if limit.resets_at_ms is not None:
        resets = datetime.fromtimestamp(limit.resets_at_ms / 1000).astimezone()
        form = "%H:%M" if name == "5h" else "%a %H:%M"
        text.append(f" →{resets.strftime(form)}", "dim")
    return [text]


def _fitted(parts: list[Text], width: int) -> Text:
    """As many parts as there is room for, the first first."""
    line = Text(no_wrap=True, overflow="ellipsis")
    for part in parts:
        gap = GAP if line.plain else ""
        if line.plain and line.cell_len + cell_len(gap) + part.cell_len > width:
            continue
        line.append(gap)
        line.append_text(part)
    return line
