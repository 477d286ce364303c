"""The figures on top of the overview, and what the last seven days cost."""

from collections.abc import Callable

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from agent_console.model.format import cost, counted, exact_cost, tokens
from agent_console.model.palette import ThemeName
from agent_console.usage.insight.overview import WEEK_DAYS, Overview
from agent_console.usage.reports.calendar import iso
from agent_console.web import charts
from agent_console.web.console import Console
from agent_console.web.frame import box, card, text
from agent_console.web.once import Once
from agent_console.web.themes import Ink
from agent_console.web.troubles import within

_NAMES = ("This month", "Today", "Sessions", "Average per session", "Against last month")


class Cards:
    """The cards.

    Attributes:
        then: Called with what was read.
    """

    def __init__(self, console: Console, theme: ThemeName) -> None:
        self._console = console
        self._ink = Ink(theme)
        self._cards: dict[str, tuple[TextElement, TextElement]] = {}
        self.then: Callable[[Overview], None] | None = None
        with box("cards"):
            for name in _NAMES:
                with box("card"):
                    text(name, "name")
                    self._cards[name] = text("…", "figure"), text("", "below")
        with card("Last 7 days", ("Trends", "/trends")):
            self._chart = ui.echart({}).classes("chart small")
            self._chart.props('role="img" aria-label="Cost of the last seven days"')
        self.read = Once(self._read)

    async def _read(self) -> None:
        found = await within(self._console.overview(self._console.request("daily")))
        if found is None:
            return
        self._draw(found)
        if self.then is not None:
            self.then(found)

    def _draw(self, found: Overview) -> None:
        now, before = found.now, found.before
        self._set("This month", cost(now.cost_usd), f"{tokens(now.sums.tokens)} tokens", "cost")
        today = found.today
        self._set("Today", cost(today.cost_usd), f"{tokens(today.sums.tokens)} tokens")
        self._set("Sessions", f"{now.sessions:,}", f"in {counted(now.projects, 'project')}")
        each = now.usd_per_session
        self._set("Average per session", "-" if each is None else exact_cost(each), "this month")
        percent = found.change_percent
        last = "" if before is None else f"{cost(before.cost_usd)} by then"
        if percent is None:
            self._set("Against last month", "-", last or "nothing to compare with")
        else:
            sign = "▲ " if percent > 0 else "▼ "
            kind = "up" if percent > 0 else "down"
            self._set("Against last month", f"{sign}{abs(percent):.0f}%", last, kind)
        days = [iso(found.month.today - WEEK_DAYS + 1 + number) for number in range(WEEK_DAYS)]
        charts.put(self._chart, charts.week(days, found.week, self._ink))

    def _set(self, name: str, figure: str, below: str, kind: str = "") -> None:
        figure_label, below_label = self._cards[name]
        figure_label.set_text(figure)
        figure_label.classes(replace=f"figure {kind}")
        below_label.set_text(below)
