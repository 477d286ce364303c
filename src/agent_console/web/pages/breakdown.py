"""Projects and Models: who used what; a click narrows every page to it."""

from fastapi import Request as HttpRequest
from msgspec import Struct
from nicegui import ui
from nicegui.events import GenericEventArguments

from agent_console.board.charts import Bars
from agent_console.model.format import pico_cost
from agent_console.usage.insight.migration import Migration, migration
from agent_console.usage.insight.spent import sessions_in
from agent_console.usage.reports.matching import EXACTLY
from agent_console.usage.reports.report import Report
from agent_console.usage.reports.request import Request
from agent_console.usage.reports.row import UNKNOWN
from agent_console.web.asking.console import Console
from agent_console.web.asking.filters import Filters
from agent_console.web.drawing import charts, part_charts, parts
from agent_console.web.drawing.parts import TITLES, Kind
from agent_console.web.drawing.time_axis import Stretch, starts_of, time_axis
from agent_console.web.elements.boxes import box, card, text
from agent_console.web.elements.chart_element import KEYS, chart, put
from agent_console.web.elements.grids import column, grid
from agent_console.web.elements.nice import call, when_gone
from agent_console.web.elements.once import Once
from agent_console.web.elements.themes import Ink
from agent_console.web.elements.troubles import within
from agent_console.web.shell.filter_bar import filter_bar, nothing_used
from agent_console.web.shell.frame import frame

_OTHER: dict[Kind, Kind] = {"project": "model", "model": "project"}


class _Found(Struct, frozen=True):
    request: Request
    report: Report
    other: Report
    sessions: int
    timely: Request
    over_time: Report
    migration: Migration | None


def add(console: Console, kind: Kind) -> None:
    """Have the page at its address."""
    title = TITLES[kind]
    path = f"/{title.lower()}"

    @ui.page(path)
    def breakdown(request: HttpRequest) -> None:
        filters = Filters.of(dict(request.query_params), last="30d")
        with frame(console, title) as theme:
            filter_bar(console, path, filters, steps=True)
            _Breakdown(console, kind, path, filters, Ink(theme))


class _Breakdown:
    def __init__(self, console: Console, kind: Kind, path: str, filters: Filters, ink: Ink) -> None:
        self._console = console
        self._kind: Kind = kind
        self._path = path
        self._filters = filters
        self._ink = ink
        self._axis: list[Stretch] = []
        self._keys: dict[str, list[str]] = {}
        self._empty = nothing_used(filters)
        with box("stack") as self._body:
            self._build(TITLES[kind].lower())
        self._grid.on("cellClicked", self._open)
        read = Once(self._read, self._ask)
        when_gone(console.listen(lambda changes: read() if changes.usage else None))
        read()

    def _build(self, all_of_them: str) -> None:
        kind, other = self._kind, _OTHER[self._kind]
        with card(f"{TITLES[kind]} by cost"):
            self._grid = grid(_columns(kind), [], by="key", fits=True)
        with box("thirds"):
            with card(f"Cost by {kind}"):
                self._donut = chart(
                    f"Share of the cost by {kind}", pointed=lambda at: self._narrow(kind, "own", at)
                )
            with card(f"Cost by {other}"):
                self._other_donut = chart(
                    f"Share of the cost by {other}",
                    pointed=lambda at: self._narrow(other, "other", at),
                )
            with card(f"Share of sessions by {kind}"):
                self._sessions = chart(
                    f"In how many of all sessions each {kind} has part",
                    picked=lambda at: self._narrow(kind, "sessions", at),
                    axis="y",
                )
        with card("Cost over time"):
            self._lines = chart(
                f"Cost of {all_of_them} over time", picked=self._open_stretch, keys=True
            )
            text(KEYS, "quiet note")
        with box("halves" if kind == "model" else "stack"):
            if kind == "model":
                with card("Migration: shares of the cost"):
                    self._areas = chart("Between which models the cost moves over time", keys=True)
            with card("Tokens by class, on a logarithmic scale"):
                self._classes = chart(
                    f"Tokens by class of each {kind}, on a logarithmic scale",
                    picked=lambda at: self._narrow(kind, "classes", at),
                )

    def _open(self, event: GenericEventArguments) -> None:
        row = event.args.get("data")
        if not row or row["key"] == UNKNOWN:
            return
        name = {self._kind: f"{EXACTLY}{row['key']}"}
        if event.args.get("colId") == "sessions":
            ui.navigate.to(self._filters.address("/sessions", by="daily", **name))
        else:
            self._narrow_to(self._kind, row["key"])

    def _open_stretch(self, number: int) -> None:
        if number < len(self._axis):
            picked = self._axis[number]
            ui.navigate.to(
                self._filters.address(
                    "/sessions", last="", since=picked.since, until=picked.until, by="daily"
                )
            )

    def _narrow(self, kind: Kind, chart_name: str, number: int) -> None:
        keys = self._keys.get(chart_name, [])
        if number < len(keys) and keys[number] not in {"", UNKNOWN}:
            self._narrow_to(kind, keys[number])

    def _narrow_to(self, kind: Kind, key: str) -> None:
        """Only this one on every page; the same once more is everything again."""
        name = f"{EXACTLY}{key}"
        now = getattr(self._filters, kind)
        ui.navigate.to(self._filters.address(self._path, **{kind: "" if now == name else name}))

    async def _ask(self) -> _Found:
        console, filters = self._console, self._filters
        request = filters.request(console, self._kind, sort="sessions")
        other = filters.request(console, _OTHER[self._kind])
        by_project = {"instances": True} if self._kind == "project" else {}
        timely = filters.request(console, filters.by, order="asc", **by_project)
        moved = None
        if self._kind == "model":
            step = "monthly" if filters.by == "monthly" else "weekly"
            moved = await console.kept(
                f"migration {step}", request, lambda each: migration(each, request.wanted, step)
            )
        return _Found(
            request,
            await console.report(request),
            await console.report(other),
            await console.kept("sessions", request, lambda each: sessions_in(each, request.wanted)),
            timely,
            await console.report(timely),
            moved,
        )

    async def _read(self) -> None:
        found = await within(self._ask())
        if found is None:
            return
        report = found.report
        rows = parts.part_rows(report, found.request)
        self._empty.set_visibility(not rows)
        self._body.set_visibility(bool(rows))
        if not rows:
            return
        call(self._grid, "setGridOption", "rowData", rows)
        total = pico_cost(report.totals.cost_pico or 0)
        self._draw_donut(self._donut, "own", parts.shares(report), total)
        self._draw_donut(self._other_donut, "other", parts.shares(found.other), total)
        self._draw_sessions(report, found.sessions)
        self._axis = time_axis(starts_of(found.over_time), found.timely)
        lines = parts.over_time(found.over_time, self._kind, self._axis)
        labels = [each.label for each in self._axis]
        put(self._lines, charts.lines(labels, lines, self._ink))
        self._draw_classes(report)
        if found.migration is not None:
            names, percents = parts.layers(found.migration)
            labels = [each.name for each in found.migration.stretches]
            put(self._areas, charts.migration(labels, names, percents, self._ink))

    def _draw_donut(self, on: ui.echart, name: str, found: Bars, total: str) -> None:
        self._keys[name] = found.keys
        put(on, part_charts.donut(found, total, self._ink))

    def _draw_sessions(self, report: Report, total: int) -> None:
        keys, counts = parts.in_sessions(report)
        self._keys["sessions"] = keys
        names = [parts.part_name(key, self._kind) for key in keys]
        options = part_charts.session_shares(names, keys, counts, total, self._ink)
        put(self._sessions, options)

    def _draw_classes(self, report: Report) -> None:
        keys, values = parts.classes(report)
        self._keys["classes"] = keys
        names = [parts.part_name(key, self._kind) for key in keys]
        put(self._classes, part_charts.classes_by_name(names, values, self._ink))


def _columns(kind: Kind) -> list[dict[str, object]]:
    used = [] if kind == "model" else [column("model", "Most used model", width=140, wide=1040)]
    return [
        column("rank", "", text="rank_text", width=52, sortable=False, style="rank"),
        column("name", kind.capitalize(), width=120, flex=2, bold=True),
        column("cost", "Cost", text="cost_text", width=96, number=True, money=True),
        column("share", "Share", text="share_text", width=88, number=True, wide=560),
        column("tokens", "Tokens", text="tokens_text", width=96, number=True, wide=440),
        column("sessions", "Sessions", width=104, number=True, wide=640, link=True),
        column("average", "Per session", text="average_text", width=120, number=True, wide=800),
        column("hits", "Cache", text="hits_text", width=90, number=True, wide=900),
        column("last", "Last used", text="last_text", width=116, wide=720),
        *used,
    ]
