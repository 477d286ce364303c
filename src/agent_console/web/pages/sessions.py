"""Sessions: all of them, to be sorted, searched and opened."""

from fastapi import Request as HttpRequest
from nicegui import ui
from nicegui.events import GenericEventArguments

from agent_console.web.console import Console
from agent_console.web.filter_bar import filter_bar
from agent_console.web.filters import Filters
from agent_console.web.frame import box, frame, text
from agent_console.web.grids import column, grid
from agent_console.web.nice import attribute, call
from agent_console.web.session_drawer import open_session

PAGE_ROWS = 50
_TEXT, _NUMBER = "agTextColumnFilter", "agNumberColumnFilter"
_COLUMNS = [
    column("last", "Last activity", text="last_text", width=160, wide=460),
    column("title", "Title", text="title_text", width=120, flex=3, bold=True, filter_=_TEXT),
    column("project", "Project", text="project_text", width=100, flex=2, filter_=_TEXT),
    column("model", "Model", width=116, wide=760, filter_=_TEXT),
    column("branch", "Branch", width=120, wide=1240, filter_=_TEXT),
    column("first", "Start", text="first_text", width=160, wide=1500),
    column("duration", "Duration", text="duration_text", width=104, number=True, wide=980),
    column("messages", "Messages", width=116, number=True, wide=900, filter_=_NUMBER),
    column(
        "tokens", "Tokens", text="tokens_text", width=104, number=True, wide=620, filter_=_NUMBER
    ),
    column("hits", "Cache", text="hits_text", width=98, number=True, wide=1060, filter_=_NUMBER),
    column("cost", "Cost", text="cost_text", width=98, number=True, money=True, filter_=_NUMBER),
    column("id", "Id", text="id_text", width=110, wide=1100, filter_=_TEXT),
]
_MANY = {
    "rowModelType": "infinite",
    "pagination": True,
    "paginationPageSize": PAGE_ROWS,
    "paginationPageSizeSelector": False,
    "cacheBlockSize": PAGE_ROWS,
    "maxBlocksInCache": 8,
    ":datasource": "console_page.rows('/rows/sessions')",
    "overlayNoRowsTemplate": "<span>No session matches.</span>",
}


def add(console: Console) -> None:
    """Have the page at its address."""

    @ui.page("/sessions")
    def sessions(request: HttpRequest) -> None:
        query = dict(request.query_params)
        filters = Filters.of(query)
        with frame(console, "Sessions"):
            with box("tools"):
                _search(filters, query.get("search", ""))
                over = text("Over $1", "button", "button")
            filter_bar(console, "/sessions", filters)
            table = grid(_COLUMNS, None, by="id", more=_MANY).classes("sessions")
        over.on("click", lambda: call(table, "setFilterModel", {
            "cost": {"filterType": "number", "type": "greaterThan", "filter": 1}
        }))  # fmt: skip

        def open_row(event: GenericEventArguments) -> None:
            row = event.args.get("data")
            if row:
                open_session(console, str(row["id"]))

        table.on("cellClicked", open_row)
        if query.get("open"):
            open_session(console, query["open"])


def _search(filters: Filters, words: str) -> None:
    with (
        box("tools", "form")
        .props('role="search" method="get" action="/sessions"')
        .style("flex: 1; min-width: 220px")
    ):
        given = ui.element("input").classes("plain").style("flex: 1; min-width: 0")
        given.props(
            'type="search" name="search" placeholder="Search title, project, model, branch, id"'
        )
        given.props('aria-label="Search sessions"')
        attribute(given, "value", words)
        for name in ("last", "since", "until", "project", "model"):
            value: str = getattr(filters, name)
            if value:
                hidden = ui.element("input").props(f'type="hidden" name="{name}"')
                attribute(hidden, "value", value)
        text("Search", "button first", "button").props('type="submit"')
