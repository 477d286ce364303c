"""Cache: how much of what is sent comes from it, what that saves, and what would save more."""

from typing import Any

from fastapi import Request as HttpRequest
from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement
from nicegui.events import GenericEventArguments

from agent_console.model.format import exact_cost, printable, share, tokens
from agent_console.usage.insight.cache_advice import Advice, advice
from agent_console.usage.insight.cache_keys import By
from agent_console.usage.insight.cache_use import CacheReport, CacheUse, cache_report
from agent_console.usage.money import dollars
from agent_console.usage.reports.matching import EXACTLY
from agent_console.usage.reports.request import Request
from agent_console.web.asking.console import Console
from agent_console.web.asking.filters import Filters, short_name
from agent_console.web.drawing import charts
from agent_console.web.drawing.time_axis import Stretch, time_axis
from agent_console.web.elements.boxes import box, card, text
from agent_console.web.elements.chart_element import chart, put
from agent_console.web.elements.grids import column, grid
from agent_console.web.elements.nice import call, when_gone
from agent_console.web.elements.once import Once
from agent_console.web.elements.themes import Ink
from agent_console.web.elements.troubles import within
from agent_console.web.sessions.session_drawer import open_session
from agent_console.web.shell.filter_bar import filter_bar, nothing_used
from agent_console.web.shell.frame import frame

_CARDS = ("Cache hit rate", "Saved", "Reading saved", "Writing cost more", "Written, never read")
_MARKS = {"good": "✓", "warning": "!!"}
_POOR = [
    column("title", "Session", width=120, flex=2, bold=True, sortable=False),
    column("rate", "Hit rate", width=92, number=True, sortable=False),
    column("sent", "Sent", width=92, number=True, sortable=False, wide=420),
]
_PROJECTS = [
    column("name", "Project", width=120, flex=2, bold=True),
    column("rate", "Hit rate", text="rate_text", width=92, number=True),
    column("sent", "Sent", text="sent_text", width=92, number=True, wide=420),
    column("read", "Read", text="read_text", width=92, number=True, wide=480),
    column("written", "Written", text="written_text", width=96, number=True, wide=600),
    column("lost", "Never read", text="lost_text", width=104, number=True, wide=720),
    column("saved", "Saved", text="saved_text", width=92, number=True),
]


def add(console: Console) -> None:
    """Have the page at its address."""

    @ui.page("/cache")
    def cache(request: HttpRequest) -> None:
        filters = Filters.of(dict(request.query_params), last="30d")
        with frame(console, "Cache") as theme:
            filter_bar(console, "/cache", filters)
            _Cache(console, filters, Ink(theme))


class _Cache:
    def __init__(self, console: Console, filters: Filters, ink: Ink) -> None:
        self._console = console
        self._filters = filters
        self._ink = ink
        self._cards: dict[str, tuple[TextElement, TextElement]] = {}
        self._axis: list[Stretch] = []
        self._empty = nothing_used(filters)
        with box("stack") as self._body:
            with box("cards"):
                for name in _CARDS:
                    with box("card"):
                        text(name, "name")
                        self._cards[name] = text("…", "figure"), text("", "below")
            with card("Cache hit rate by day"):
                self._chart = chart("Cache hit rate by day, with the goal", picked=self._open_day)
            with card("Projects"):
                self._projects = grid(_PROJECTS, [], by="label", fits=True)
            with box("columns"):
                with card("What to do"):
                    self._advice = box("rows")
                with card("Sessions that use it poorly"):
                    self._none = text("No session of this range does.", "quiet")
                    self._none.set_visibility(False)
                    self._poor = grid(_POOR, [], by="id", fits=True)
        self._poor.on("cellClicked", self._open)
        self._projects.on("cellClicked", self._narrow)
        read = Once(self._read, self._ask)
        read_projects = Once(self._read_projects, self._ask_projects)

        def read_all() -> None:
            read()
            read_projects()

        when_gone(console.listen(lambda changes: read_all() if changes.usage else None))
        read_all()

    def _open_day(self, number: int) -> None:
        if number < len(self._axis):
            day = self._axis[number].since
            ui.navigate.to(self._filters.address("/sessions", last="", since=day, until=day))

    def _open(self, event: GenericEventArguments) -> None:
        row = event.args.get("data")
        if row:
            open_session(self._console, str(row["id"]))

    def _narrow(self, event: GenericEventArguments) -> None:
        row = event.args.get("data")
        if row and row["label"]:
            project = f"{EXACTLY}{row['label']}"
            again = "" if self._filters.project == project else project
            ui.navigate.to(self._filters.address("/cache", project=again))

    async def _ask(self) -> tuple[Request, CacheReport]:
        request = self._filters.request(self._console, "daily")
        return request, await self._cache_by("day", request)

    async def _ask_projects(self) -> CacheReport:
        return await self._cache_by("project", self._filters.request(self._console, "daily"))

    async def _read_projects(self) -> None:
        found = await within(self._ask_projects())
        if found is not None:
            rows = list(map(_project_row, found.rows))
            call(self._projects, "setGridOption", "rowData", rows)

    async def _cache_by(self, by: By, request: Request) -> CacheReport:
        poor = self._console.config.cache.advice_percent
        return await self._console.kept(
            f"cache {by} {poor}",
            request,
            lambda each: cache_report(each, request.wanted, by, request.now_ms, poor),
        )

    async def _read(self) -> None:
        found = await within(self._ask())
        if found is None:
            return
        request, report = found
        wanted = self._console.config.cache
        self._empty.set_visibility(not report.rows)
        self._body.set_visibility(bool(report.rows))
        self._figures(report.total)
        self._axis = time_axis([row.key[0] for row in report.rows], request)
        by_day = {row.label: row.hit_rate for row in report.rows}
        labels = [each.label for each in self._axis]
        rates = [None if (rate := by_day.get(day)) is None else 100 * rate for day in labels]
        put(self._chart, charts.rates(labels, rates, self._ink, goal=wanted.goal_percent))
        self._advise(advice(report, wanted))
        self._none.set_visibility(not report.poor)
        self._poor.set_visibility(bool(report.poor))
        call(self._poor, "setGridOption", "rowData", [_poor_row(row) for row in report.poor])

    def _advise(self, advised: list[Advice]) -> None:
        self._advice.clear()
        with self._advice:
            for each in advised:
                with box(f"advice {each.level}"):
                    text(_MARKS.get(each.level, "!"), tag="b").props('aria-hidden="true"')
                    text(each.text, tag="span")
            if not advised:
                text("Too little was sent to say anything. Choose a longer range.", "quiet")

    def _figures(self, total: CacheUse) -> None:
        money, rate = total.money, total.hit_rate
        sent = f"of {tokens(total.sent_tokens)} sent"
        self._set("Cache hit rate", "-" if rate is None else share(rate, 1), sent)
        self._set("Saved", _usd(money.saved_pico), "against no cache at all")
        self._set("Reading saved", _usd(money.read_saved_pico), "against sending it as input")
        self._set("Writing cost more", _usd(money.write_premium_pico), "than sending it as input")
        lost = total.unread
        self._set("Written, never read", tokens(lost.tokens), f"{_usd(lost.pico)} for nothing")

    def _set(self, name: str, figure: str, below: str) -> None:
        figure_label, below_label = self._cards[name]
        figure_label.set_text(figure)
        below_label.set_text(below)


def _usd(pico: int) -> str:
    return exact_cost(dollars(pico))


def _project_row(row: CacheUse) -> dict[str, Any]:
    sums = row.sums
    written = sums.cache_write
    return {
        "label": row.label,
        "name": short_name(row.label, "project") if row.label else "no project",
        "rate": row.hit_rate,
        "rate_text": "" if row.hit_rate is None else share(row.hit_rate, 1),
        "sent": row.sent_tokens,
        "sent_text": tokens(row.sent_tokens),
        "read": sums.cache_read,
        "read_text": tokens(sums.cache_read),
        "written": written,
        "written_text": tokens(written),
        "lost": row.unread.tokens,
        "lost_text": tokens(row.unread.tokens),
        "saved": row.money.saved_pico,
        "saved_text": _usd(row.money.saved_pico),
    }


def _poor_row(row: CacheUse) -> dict[str, str]:
    return {
        "id": row.label,
        "title": printable(row.title or row.label[:8]),
        "rate": "" if row.hit_rate is None else share(row.hit_rate, 1),
        "sent": tokens(row.sent_tokens),
    }
