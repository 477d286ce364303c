"""Projects and Models: who used what, beside each other and over time."""

from typing import Literal

from fastapi import Request as HttpRequest
from nicegui import ui
from nicegui.events import GenericEventArguments

from agent_console.board.charts import bars
from agent_console.model.palette import Role
from agent_console.usage.reports.matching import EXACTLY
from agent_console.usage.reports.report import Report
from agent_console.usage.reports.request import Request
from agent_console.web import charts, parts
from agent_console.web.console import Console
from agent_console.web.filter_bar import filter_bar
from agent_console.web.filters import Filters
from agent_console.web.frame import box, card, empty, frame
from agent_console.web.grids import column, grid
from agent_console.web.nice import call, when_gone
from agent_console.web.once import Once
from agent_console.web.themes import Ink
from agent_console.web.troubles import within

Kind = Literal["project", "model"]
TITLES: dict[Kind, str] = {"project": "Projects", "model": "Models"}
COMPARED = 8
"""So many stand beside each other in the chart by class."""


def add(console: Console, kind: Kind) -> None:
    """Have the page at its address."""
    title = TITLES[kind]
    path = f"/{title.lower()}"

    @ui.page(path)
    def breakdown(request: HttpRequest) -> None:
        filters = Filters.of(dict(request.query_params), last="30d")
        with frame(console, title) as theme:
            filter_bar(console, path, filters)
            _Breakdown(console, kind, filters, Ink(theme))


class _Breakdown:
    def __init__(self, console: Console, kind: Kind, filters: Filters, ink: Ink) -> None:
        self._console = console
        self._kind: Kind = kind
        self._filters = filters
        self._ink = ink
        self._empty = empty("Nothing was used in this range", "Choose a longer one above.")
        self._empty.set_visibility(False)
        with box("stack") as self._body:
            with box("columns"):
                with card(f"{TITLES[kind]} by cost"):
                    self._grid = grid(_columns(kind), [], by="key", fits=True)
                with card("Share of the cost"):
                    self._donut = _chart("Share of the cost", "chart")
            with card("Cost over time"):
                self._areas = _chart(f"Cost of {TITLES[kind].lower()} over time", "chart")
            with card("Tokens by class"):
                self._classes = _chart("Tokens by class, on a logarithmic scale", "chart")
        self._grid.on("cellClicked", self._open)
        read = Once(self._read)
        when_gone(console.listen(lambda changes: read() if changes.usage else None))
        read()

    def _open(self, event: GenericEventArguments) -> None:
        row = event.args.get("data")
        if row:
            ui.navigate.to(
                self._filters.address("/sessions", **{self._kind: f"{EXACTLY}{row['key']}"})
            )

    async def _ask(self) -> tuple[Request, Report, Report]:
        console, filters = self._console, self._filters
        request = filters.request(console, self._kind, sort="sessions")
        daily = filters.request(
            console,
            "daily",
            order="asc",
            **({"instances": True} if self._kind == "project" else {}),
        )
        return request, await console.report(request), await console.report(daily)

    async def _read(self) -> None:
        found = await within(self._ask())
        if found is None:
            return
        request, report, daily = found
        rows = parts.part_rows(report, request)
        self._empty.set_visibility(not rows)
        self._body.set_visibility(bool(rows))
        call(self._grid, "setGridOption", "rowData", rows)
        charts.put(self._donut, charts.donut(bars(report), self._ink))
        days, lines = parts.over_time(daily, self._kind)
        charts.put(self._areas, charts.areas(days, lines, self._ink))
        charts.put(self._classes, self._by_class(report))

    def _by_class(self, report: Report) -> dict[str, object]:
        most = sorted(
            (row for row in report.rows if row.sums is not None),
            key=lambda row: -(row.sums.tokens if row.sums else 0),
        )[:COMPARED]
        values: dict[Role, list[int]] = {
            "input": [],
            "output": [],
            "cache_write": [],
            "cache_read": [],
        }
        for row in most:
            if row.sums is not None:
                values["input"].append(row.sums.input)
                values["output"].append(row.sums.output)
                values["cache_write"].append(row.sums.cache_write)
                values["cache_read"].append(row.sums.cache_read)
        names = [parts.part_name(row.label, self._kind) for row in most]
        return charts.classes_by_name(names, values, self._ink)


def _chart(label: str, classes: str) -> ui.echart:
    return ui.echart({}).classes(classes).props(f'role="img" aria-label="{label}"')


def _columns(kind: Kind) -> list[dict[str, object]]:
    used = [] if kind == "model" else [column("model", "Most used model", width=140, wide=1040)]
    return [
        column("rank", "", text="rank_text", width=58, sortable=False),
        column("name", kind.capitalize(), width=120, flex=2, bold=True),
        column("cost", "Cost", text="cost_text", width=96, number=True, money=True),
        column("share", "Share", text="share_text", width=88, number=True, wide=560),
        column("tokens", "Tokens", text="tokens_text", width=96, number=True, wide=440),
        column("sessions", "Sessions", width=104, number=True, wide=640),
        column("average", "Per session", text="average_text", width=120, number=True, wide=900),
        column("last", "Last used", text="last_text", width=116, wide=780),
        *used,
    ]
