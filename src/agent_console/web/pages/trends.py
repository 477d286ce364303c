"""Trends: tokens and cost over time; a day opens its sessions."""

from fastapi import Request as HttpRequest
from nicegui import ui
from nicegui.events import GenericEventArguments

from agent_console.board.charts import series
from agent_console.usage.reports.report import Report
from agent_console.usage.reports.request import Request
from agent_console.web.asking.console import Console
from agent_console.web.asking.filters import STEPS, Filters
from agent_console.web.drawing import charts
from agent_console.web.drawing.time_axis import (
    POINTS,
    Stretch,
    along,
    starts_of,
    stretch_rows,
    time_axis,
)
from agent_console.web.elements.boxes import box, card, text
from agent_console.web.elements.chart_element import KEYS, chart, put
from agent_console.web.elements.grids import column, grid
from agent_console.web.elements.nice import call, when_gone
from agent_console.web.elements.once import Once
from agent_console.web.elements.themes import Ink
from agent_console.web.elements.troubles import within
from agent_console.web.shell.filter_bar import filter_bar, nothing_used
from agent_console.web.shell.frame import frame

_COLUMNS = [
    column("label", "", width=116, flex=1, bold=True),
    column("input", "Input", text="input_text", width=84, flex=1, number=True, wide=620),
    column("output", "Output", text="output_text", width=84, flex=1, number=True, wide=620),
    column("write", "Cache write", text="write_text", width=118, flex=1, number=True, wide=760),
    column("read", "Cache read", text="read_text", width=114, flex=1, number=True, wide=760),
    column("tokens", "Tokens", text="tokens_text", width=92, flex=1, number=True),
    column("cost", "Cost", text="cost_text", width=92, flex=1, number=True, money=True),
]

PAGES = {"pagination": True, "paginationPageSize": 10, "paginationPageSizeSelector": False}


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
        self._axis: list[Stretch] = []
        step = dict(STEPS)[filters.by]
        self._empty = nothing_used(filters)
        with box("stack") as self._body:
            with card("Tokens and cost"):
                self._lines = chart(
                    "Tokens by class and cost over time",
                    size="tall",
                    picked=self._open,
                    keys=True,
                )
                text(
                    f"A click opens the sessions of that {step.lower()}. Drag to move, Ctrl and "
                    "the wheel or two fingers to zoom; a name above takes its line away. " + KEYS,
                    "quiet note",
                )
            with card("Composition"):
                self._stack = chart(
                    "Tokens by class, stacked, and cost over time",
                    size="tall",
                    picked=self._open,
                    keys=True,
                )
            with card(f"By {step.lower()}"):
                self._grid = grid(
                    [{**_COLUMNS[0], "headerName": step}, *_COLUMNS[1:]], [], by="label", fits=True,
                    more=PAGES,
                )  # fmt: skip
        self._grid.on("cellClicked", self._open_row)
        read = Once(self._read, self._ask)
        when_gone(console.listen(lambda changes: read() if changes.usage else None))
        read()

    def _open(self, number: int) -> None:
        if number < len(self._axis):
            self._go(self._axis[number].since, self._axis[number].until)

    def _open_row(self, event: GenericEventArguments) -> None:
        row = event.args.get("data")
        if row:
            self._go(str(row["since"]), str(row["until"]))

    def _go(self, since: str, until: str) -> None:
        ui.navigate.to(
            self._filters.address("/sessions", last="", since=since, until=until, by="daily")
        )

    async def _read(self) -> None:
        found = await within(self._ask())
        if found is None:
            return
        request, report = found
        self._axis = time_axis(starts_of(report), request)
        self._empty.set_visibility(not self._axis)
        self._body.set_visibility(bool(self._axis))
        drawn = along(series(report, POINTS), self._axis)
        put(self._lines, charts.over_time(drawn, self._ink, stacked=False))
        put(self._stack, charts.over_time(drawn, self._ink, stacked=True))
        call(self._grid, "setGridOption", "rowData", stretch_rows(report, self._axis))

    async def _ask(self) -> tuple[Request, Report]:
        request = self._filters.request(self._console, self._filters.by, order="asc")
        return request, await self._console.report(request)
