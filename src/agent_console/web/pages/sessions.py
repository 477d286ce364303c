"""Sessions: all of them, to be sorted, searched and opened."""

from urllib.parse import urlencode

from fastapi import Request as HttpRequest
from nicegui import ui
from nicegui.events import GenericEventArguments

from agent_console.web.asking.console import Console
from agent_console.web.asking.filters import Filters
from agent_console.web.elements.boxes import box, empty, text
from agent_console.web.elements.column_choice import column_choice
from agent_console.web.elements.grids import column, grid
from agent_console.web.elements.nice import attribute, call, when_gone
from agent_console.web.elements.once import Once
from agent_console.web.sessions.session_drawer import open_session
from agent_console.web.shell.filter_bar import filter_bar
from agent_console.web.shell.frame import frame

PAGE_ROWS = 50
GRID = "sessions"
ONE_DOLLAR = "1"
_TEXT, _NUMBER = "agTextColumnFilter", "agNumberColumnFilter"
_COLUMNS = [
    column("title", "Title", text="title_text", width=120, flex=3, bold=True, filter_=_TEXT),
    column("project", "Project", text="project_text", width=100, flex=3, filter_=_TEXT),
    column("first", "Start", text="first_text", width=144, wide=1160),
    column("last", "End", text="last_text", width=144, wide=460),
    column("duration", "Duration", text="duration_text", width=98, number=True, wide=920),
    column("messages", "Messages", width=112, number=True, wide=820, filter_=_NUMBER),
    column(
        "tokens", "Tokens", text="tokens_text", width=100, number=True, wide=620, filter_=_NUMBER
    ),
    column("hits", "Cache", text="hits_text", width=94, number=True, wide=1020, filter_=_NUMBER),
    column("cost", "Cost", text="cost_text", width=94, number=True, money=True, filter_=_NUMBER),
    column("model", "Model", width=106, wide=720, filter_=_TEXT),
    column("branch", "Branch", width=106, flex=2, wide=1260, filter_=_TEXT),
    column("id", "Id", text="id_text", width=98, wide=1320, filter_=_TEXT),
]
_MANY = {
    "rowModelType": "infinite",
    "pagination": True,
    "paginationPageSize": PAGE_ROWS,
    "paginationPageSizeSelector": False,
    "cacheBlockSize": PAGE_ROWS,
    "maxBlocksInCache": 8,
    ":datasource": "console_page.rows('/rows/sessions')",
    "suppressNoRowsOverlay": True,
}


def add(console: Console) -> None:
    """Have the page at its address."""

    @ui.page("/sessions")
    def sessions(request: HttpRequest) -> None:
        query = dict(request.query_params)
        filters = Filters.of(query)
        kept = {name: query[name] for name in ("search", "over") if query.get(name)}
        with frame(console, "Sessions"):
            with box("tools"):
                _search(filters, kept)
                _over_a_dollar(filters, kept)
                column_choice(GRID, _COLUMNS)
            path = f"/sessions?{urlencode(kept)}" if kept else "/sessions"
            filter_bar(console, path, filters)
            table = grid(_COLUMNS, None, by="id", more=_MANY, name=GRID).classes("sessions")
            with box("no-rows"):
                empty(
                    "No sessions here",
                    "Search for less, take filters away or choose a longer range.",
                    "Is there none at all? `agent-console ingest` reads what Claude Code wrote.",
                )

        def open_row(event: GenericEventArguments) -> None:
            row = event.args.get("data")
            if row:
                open_session(console, str(row["id"]))

        async def read_again() -> None:  # noqa: ASYNC124 - `Once` awaits its work
            call(table, "refreshInfiniteCache")

        again = Once(read_again)
        when_gone(console.listen(lambda changes: again() if changes.usage else None))
        table.on("cellClicked", open_row)
        if query.get("open"):
            open_session(console, query["open"])


def _over_a_dollar(filters: Filters, kept: dict[str, str]) -> None:
    """Only those that cost more, or all again."""
    here = kept.get("over") == ONE_DOLLAR
    words = {name: value for name, value in kept.items() if name != "over"}
    if not here:
        words["over"] = ONE_DOLLAR
    path = f"/sessions?{urlencode(words)}" if words else "/sessions"
    link = ui.link("Over $1", filters.address(path)).classes("button")
    if here:
        link.props('aria-current="true"')


def _search(filters: Filters, kept: dict[str, str]) -> None:
    with box("tools search", "form").props('role="search" method="get" action="/sessions"'):
        given = ui.element("input").classes("plain")
        given.props(
            'type="search" name="search" placeholder="Search title, project, model, branch, id"'
        )
        given.props('aria-label="Search sessions"')
        attribute(given, "value", kept.get("search", ""))
        with box("field", "label"):
            text("Cost over $", tag="span")
            over = ui.element("input").classes("plain").style("width: 76px")
            over.props('name="over" inputmode="decimal" placeholder="any"')
            attribute(over, "value", kept.get("over", ""))
        for name in ("last", "since", "until", "project", "model"):
            value: str = getattr(filters, name)
            if value:
                hidden = ui.element("input").props(f'type="hidden" name="{name}"')
                attribute(hidden, "value", value)
        text("Search", "button first", "button").props('type="submit"')
