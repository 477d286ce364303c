"""Trends: tokens and cost over time; a day opens its sessions."""

from fastapi import Request as HttpRequest
from nicegui import ui
from nicegui.events import EChartPointClickEventArguments

from agent_console.board.charts import Series, series
from agent_console.usage.reports.buckets import last_day_of
from agent_console.usage.reports.calendar import iso
from agent_console.usage.reports.report import Report
from agent_console.usage.reports.request import Request
from agent_console.web import charts
from agent_console.web.console import Console
from agent_console.web.filter_bar import filter_bar
from agent_console.web.filters import Filters
from agent_console.web.frame import box, card, empty, frame
from agent_console.web.nice import when_gone
from agent_console.web.once import Once
from agent_console.web.themes import Ink
from agent_console.web.troubles import within

POINTS = 1_000


def add(console: Console) -> None:
    """Have the page at its address."""

    @ui.page("/trends")
    def trends(request: HttpRequest) -> None:
        filters = Filters.of(dict(request.query_params), last="30d")
        with frame(console, "Trends") as theme:
            filter_bar(console, "/trends", filters, steps=True)
            _Trends(console, filters, Ink(theme))


class _Trends:
    def __init__(self, console: Console, filters: Filters, ink: Ink) -> None:
        self._console = console
        self._filters = filters
        self._ink = ink
        self._spans: list[tuple[str, str]] = []
        self._empty = empty("Nothing was used in this range", "Choose a longer one above.")
        self._empty.set_visibility(False)
        with box("stack") as self._body:
            with card("Tokens and cost"):
                self._lines = self._chart("Tokens by class and cost over time")
            with card("Composition"):
                self._stack = self._chart("Tokens by class, stacked, and cost over time")
        read = Once(self._read)
        when_gone(console.listen(lambda changes: read() if changes.usage else None))
        read()

    def _chart(self, label: str) -> ui.echart:
        chart = ui.echart({}, on_point_click=self._open).classes("chart tall")
        chart.props(f'role="img" aria-label="{label}"')
        return chart

    def _open(self, event: EChartPointClickEventArguments) -> None:
        if 0 <= event.data_index < len(self._spans):
            since, until = self._spans[event.data_index]
            ui.navigate.to(
                self._filters.address("/sessions", last="", since=since, until=until, by="daily")
            )

    async def _read(self) -> None:
        found = await within(self._ask())
        if found is None:
            return
        request, report = found
        drawn = series(report, POINTS)
        rows = [row for row in report.rows if row.sums is not None][-POINTS:]
        self._spans = [
            (iso(row.key[0]), iso(last_day_of(request.grouping, row.key[0], request.wanted)))
            for row in rows
        ]
        if request.grouping == "daily":
            drawn = self._with_idle_days(drawn)
        self._empty.set_visibility(not drawn.labels)
        self._body.set_visibility(bool(drawn.labels))
        charts.put(self._lines, charts.over_time(drawn, self._ink, stacked=False))
        charts.put(self._stack, charts.over_time(drawn, self._ink, stacked=True))

    async def _ask(self) -> tuple[Request, Report]:
        request = self._filters.request(self._console, self._filters.by, order="asc")
        return request, await self._console.report(request)

    def _with_idle_days(self, drawn: Series) -> Series:
        """Days on which nothing was used are days too."""
        if not drawn.labels:
            return drawn
        days = charts.days_between(drawn.labels[0], drawn.labels[-1])
        self._spans = [(day, day) for day in days]
        return charts.with_days(drawn, days)
