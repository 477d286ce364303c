"""The figures on top of the overview, and the last seven days."""

from collections.abc import Callable

from msgspec.structs import replace
from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from agent_console.model.format import cost, counted, exact_cost, tokens
from agent_console.model.palette import ThemeName
from agent_console.usage.insight.comparison import Compared, compared
from agent_console.usage.insight.overview import Overview
from agent_console.web.asking.console import Console
from agent_console.web.asking.filters import Filters
from agent_console.web.drawing import charts
from agent_console.web.elements.boxes import box, card, text
from agent_console.web.elements.chart_element import chart, put
from agent_console.web.elements.nice import attribute
from agent_console.web.elements.once import Once
from agent_console.web.elements.themes import Ink
from agent_console.web.elements.troubles import within
from agent_console.web.overview.week import Spark, sparks, week_days
from agent_console.web.shell.frame import link_to

_NAMES = ("This month", "Today", "Sessions", "Average per session", "Against last month")


async def ask_overview(console: Console, filters: Filters) -> tuple[Overview, list[Compared]]:
    """What the cards say of this month and of the last seven days.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    month = filters.request(console, "daily")
    week = replace(filters, last="7d").request(console, "daily")
    return (
        await console.overview(month),
        await console.kept("compared", week, lambda each: compared(each, week.wanted, "daily")),
    )


class Cards:
    """The cards.

    Args:
        console: What pages share.
        theme: The page's.
        filters: The project and the model that count; the range is this month.

    Attributes:
        then: Called with what was read.
    """

    def __init__(self, console: Console, theme: ThemeName, filters: Filters) -> None:
        self._console = console
        self._filters = filters
        self._ink = Ink(theme)
        self._days: list[str] = []
        self._cards: dict[str, tuple[TextElement, TextElement]] = {}
        self.then: Callable[[Overview], None] | None = None
        with box("cards"):
            for name in _NAMES:
                with box("card"):
                    text(name, "name")
                    self._cards[name] = text("…", "figure"), text("", "below")
        with box("columns even"):
            with card("Cost of the last 7 days", ("Trends", link_to("/trends"))):
                self._chart = chart(
                    "Cost of the last seven days", size="small", picked=self._open_day
                )
            with card("Last 7 days"):
                self._sparks = box("sparks")
        self.read = Once(self._read, self._ask)

    async def _read(self) -> None:
        found = await within(self._ask())
        if found is None:
            return
        self._draw(*found)
        if self.then is not None:
            self.then(found[0])

    async def _ask(self) -> tuple[Overview, list[Compared]]:
        return await ask_overview(self._console, self._filters)

    def _draw(self, found: Overview, week: list[Compared]) -> None:
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
        self._days = week_days(found.month.today)
        put(self._chart, charts.week(self._days, found.week, self._ink))
        self._sparks.clear()
        with self._sparks:
            for spark in sparks(self._days, week):
                _draw_spark(spark, self._days)

    def _open_day(self, number: int) -> None:
        if number < len(self._days):
            day = self._days[number]
            ui.navigate.to(self._filters.address("/sessions", since=day, until=day))

    def _set(self, name: str, figure: str, below: str, kind: str = "") -> None:
        figure_label, below_label = self._cards[name]
        figure_label.set_text(figure)
        figure_label.classes(replace=f"figure {kind}")
        below_label.set_text(below)


def _draw_spark(spark: Spark, days: list[str]) -> None:
    with box("spark-line"):
        text(spark.name, "quiet clip", "span")
        with box("spark").props('role="img"') as bars:
            for day, height, words in zip(days, spark.heights, spark.words, strict=True):
                with box("") as bar:
                    box("").style(f"height: {height}%")
                attribute(bar, "title", f"{day}: {words}")
        told = ", ".join(f"{day} {words}" for day, words in zip(days, spark.words, strict=True))
        attribute(bars, "aria-label", f"{spark.name}: {told}")
        text(f"{spark.words[-1]} today", "", "b")
