"""Ask what is to be exported: range, scope, rows, fields, format."""

from urllib.parse import urlencode

from nicegui import ui

from agent_console.usage.reports import query
from agent_console.usage.reports.export_fields import fields
from agent_console.usage.reports.matching import EXACTLY
from agent_console.web.asking.console import Console
from agent_console.web.asking.filters import RANGES
from agent_console.web.elements.boxes import box, card, text
from agent_console.web.elements.form_row import form_row
from agent_console.web.elements.nice import set_choices, soon
from agent_console.web.elements.troubles import within
from agent_console.web.exports.downloads import LEVELS

_OWN = "own"
_SCOPES = {
    "": "Everything", "project": "One project", "model": "One model", "session": "One session",
}  # fmt: skip
_FORMATS = {"csv": "CSV", "json": "JSON", "jsonl": "JSON, a line for each"}


class ExportPanel:
    """The card with the button."""

    def __init__(self, console: Console) -> None:
        with card("Export"):
            text("Messages, sessions or days as CSV or JSON, for a spreadsheet or a script.",
                 "quiet")  # fmt: skip
            with box("tools").style("margin-top: 8px"):
                button = text("Export…", "button", "button")
        button.on("click", lambda: ExportDialog(console))


class ExportDialog:
    """The dialog; its link is always what the form says."""

    def __init__(self, console: Console) -> None:
        self._console = console
        client = ui.context.client
        with client.layout, ui.dialog(value=True) as dialog, box("sheet").props('role="dialog"'):
            text("Export", tag="h2")
            with box("form"):
                self._fill()
            text("No field chosen: all of them. Texts of conversations are never exported.",
                 "quiet")  # fmt: skip
            with box("tools"):
                self._link = ui.link("Download", "#").classes("button first").props("download")
                text("Close", "button", "button").on("click", dialog.close)
        dialog.on("hide", dialog.delete)
        for each in (self._range, self._since, self._until, self._scope, self._which,
                     self._session, self._level, self._form, self._fields):  # fmt: skip
            each.on_value_change(self._aim)
        self._scope.on_value_change(lambda: soon(self._read_names))
        self._level.on_value_change(self._offer)
        self._offer()
        self._aim()

    def _fill(self) -> None:
        ranges = {**dict(RANGES), _OWN: "From … to …"}
        self._range = form_row("Range", ui.select(ranges, value="30d"))
        own = self._range, _OWN.__eq__
        self._since = form_row("From", ui.input().props("type=date"), own)
        self._until = form_row("To", ui.input().props("type=date"), own)
        self._scope = form_row("Scope", ui.select(_SCOPES, value=""))
        self._which = form_row(
            "Which",
            ui.select({}, with_input=True),
            (self._scope, {"project", "model"}.__contains__),
        )
        self._session = form_row(
            "Session",
            ui.input(placeholder="its id, or how that begins"),
            (self._scope, "session".__eq__),
        )
        levels = {each: f"{each}s" for each in LEVELS}
        self._level = form_row("Rows are", ui.select(levels, value="day"))
        self._fields = form_row(
            "Fields", ui.select([], value=[], multiple=True, clearable=True).props("use-chips")
        )
        self._form = form_row("Format", ui.select(_FORMATS, value="csv"))

    def _offer(self) -> None:
        names = list(fields(LEVELS[str(self._level.value)], "auto"))
        set_choices(self._fields, {name: name for name in names}, [])

    async def _read_names(self) -> None:
        scope = str(self._scope.value)
        if scope not in {"project", "model"}:
            return
        work = self._console.read(lambda each: query.names(each, f"{scope}_no"))
        found = await within(work)
        names = sorted(filter(None, (found or {}).values()), key=str.casefold)
        options = {f"{EXACTLY}{name}": name for name in names}
        set_choices(self._which, options, next(iter(options), None))

    def _aim(self) -> None:
        asked = {"level": self._level.value, "format": self._form.value}
        if self._range.value == _OWN:
            asked |= {"since": self._since.value, "until": self._until.value, "all": "1"}
        elif self._range.value:
            asked["last"] = self._range.value
        else:
            asked["all"] = "1"
        scope = self._scope.value
        if scope:
            asked[scope] = (self._session if scope == "session" else self._which).value
        asked["fields"] = ",".join(self._fields.value or [])
        told = {name: value for name, value in asked.items() if value}
        self._link.props(f'href="/download/usage?{urlencode(told)}"')
