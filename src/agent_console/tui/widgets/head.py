"""The line above every screen: who needs somebody, what today costs, how near the limits are.

Rule: it is one line, and what matters most stays when there is no room for all.
"""

from collections import Counter
from datetime import datetime, tzinfo

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Static

from agent_console.client.link import Changes, LinkState
from agent_console.model.budget import BudgetStatus, Colour
from agent_console.model.format import bar, cost, pico_cost, tokens
from agent_console.model.palette import SYMBOLS, Role, hue, status_hue
from agent_console.model.session import Status
from agent_console.model.session_words import one_line
from agent_console.model.usage import Limit
from agent_console.tui.shared import console_of

GAP = "  "
BAR_CELLS = 6


class Head(Static):
    """The live line."""

    def on_mount(self) -> None:
        """Begin to hear of changes."""
        console_of(self).changes.subscribe(self, self.take)
        self.watch(console_of(self), "theme", self.draw, init=False)
        self.draw()

    def on_resize(self) -> None:
        """There is more or less room now."""
        self.draw()

    def take(self, changes: Changes) -> None:
        """Something is different."""
        del changes
        self.draw()

    def draw(self) -> None:
        """Draw what is known now."""
        link = console_of(self).link
        dark = console_of(self).current_theme.dark
        banner = console_of(self).banner
        parts = [] if banner is None else [Text(banner, "bold")]
        parts += [*self._link(link.state, link.why), *self._counts(dark=dark)]
        parts += self._alerts(dark=dark)
        parts += self._money(dark=dark)
        limits = link.cache.limits
        zone = console_of(self).config.display.zone
        parts += _limit("5h", limits.five_hour, zone, dark=dark)
        parts += _limit("7d", limits.seven_day, zone, dark=dark)
        parts += _budget(console_of(self).money.budget, dark=dark)
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

    def _alerts(self, *, dark: bool) -> list[Text]:
        waiting = console_of(self).alerts
        if not waiting:
            return []
        role: Role = "cost" if waiting.exceeded else "attention"
        noun = "alert" if len(waiting) == 1 else "alerts"
        return [Text(f"▲ {len(waiting)} {noun}", f"bold {hue(role, dark=dark)}")]

    def _money(self, *, dark: bool) -> list[Text]:
        money = console_of(self).money
        if money.trouble:
            return [Text(f"ledger: {money.trouble}", "bold reverse")]
        if money.spending is None:
            return []
        parts = [Text.assemble("today ", (cost(money.spending.today_cost_usd), "bold"))]
        if money.spending.burn_usd_per_hour:
            burn = f"{cost(money.spending.burn_usd_per_hour)}/h"
            parts.append(Text(burn, hue("cost", dark=dark)))
        return parts


def _limit(name: str, limit: Limit | None, zone: tzinfo | None, *, dark: bool) -> list[Text]:
    """`5h ███▌  62% →17:00`."""
    if limit is None:
        return []
    used = min(100.0, limit.used_percent)
    role: Role = "working" if used < 80 else "attention" if used < 100 else "question"
    text = Text.assemble(f"{name} ", (bar(used, BAR_CELLS), hue(role, dark=dark)), f" {used:.0f}%")
    if limit.resets_at_ms is not None:
        resets = datetime.fromtimestamp(limit.resets_at_ms / 1000, zone)
        form = "%H:%M" if name == "5h" else "%a %H:%M"
        text.append(f" →{resets.strftime(form)}", "dim")
    return [text]


_BUDGET_ROLES: dict[Colour, Role] = {"green": "working", "yellow": "attention", "red": "cost"}


def _budget(status: BudgetStatus | None, *, dark: bool) -> list[Text]:
    """`monthly ███▌  62% of $100.00`."""
    if status is None:
        return []
    budget = status.budget
    limit = tokens(budget.limit) if budget.limit_tokens else pico_cost(budget.limit)
    colour = hue(_BUDGET_ROLES[status.colour], dark=dark)
    filled = (bar(min(100.0, status.percent), BAR_CELLS), colour)
    text = Text.assemble(f"{one_line(budget.name)} ", filled)
    text.append(f" {status.percent:.0f}% of {limit}")
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
