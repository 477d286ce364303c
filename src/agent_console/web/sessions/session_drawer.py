"""One session, from the side: what it does, what it used, its messages and its family.

Rule: what it shows comes from the board (live), from GET (the history) and from the ledger and the
transcripts, read in a thread; texts are read for the messages in sight and kept nowhere.
"""

from functools import partial
from urllib.parse import urlencode

import anyio
from msgspec import UNSET, UnsetType
from nicegui import ui

from agent_console.board.known_session import known_session
from agent_console.board.model_hues import model_hues
from agent_console.board.session_view import SessionView
from agent_console.client.link import Changes, LinkState
from agent_console.errors import AgentConsoleError
from agent_console.model.palette import ThemeName
from agent_console.model.session import Session, StateTransition
from agent_console.model.session_words import one_line
from agent_console.protocol.messages import Get
from agent_console.usage.reports.session_messages import Message
from agent_console.usage.reports.session_reading import SessionRead, SessionReading
from agent_console.web.asking.console import Console
from agent_console.web.drawing.message_timeline import message_timeline, timeline_words
from agent_console.web.elements.boxes import box, text
from agent_console.web.elements.chart_element import put
from agent_console.web.elements.nice import attribute, soon, when_gone
from agent_console.web.elements.themes import Ink, page_theme
from agent_console.web.elements.troubles import toast, within
from agent_console.web.sessions import session_sections as sections
from agent_console.web.sessions.message_list import MessageList


def open_session(console: Console, session_id: str) -> None:
    """Show a session over the page."""
    with ui.context.client.layout:
        _Drawer(console, session_id)


def messages_of(read: SessionRead | None) -> list[Message]:
    """What has been read so far."""
    return [] if read is None else read.messages


class _Drawer:
    def __init__(self, console: Console, session_id: str) -> None:
        self._console = console
        self._id = session_id
        self._theme: ThemeName = page_theme(console.config)
        self._reading = SessionReading(console.database, session_id)
        self._read: SessionRead | None = None
        self._history: tuple[StateTransition, ...] | UnsetType = UNSET
        self._busy = False
        self._again = False
        self._shown: object = None
        self._drawn: list[Message] = []
        with (
            ui.dialog(value=True).props('position="right" full-height') as self._dialog,
            box("drawer").props('role="dialog" aria-label="Session"'),
        ):
            self._tools()
            self._head = box("stack")
            with box("") as self._timeline:
                text("Timeline", tag="h3")
                self._chart = ui.echart({}).classes("chart lanes").props('role="img"')
            self._more = box("stack")
            self._messages = MessageList(self._theme)
        self._timeline.set_visibility(False)
        end = console.listen(self._take)
        self._dialog.on("hide", end)
        self._dialog.on("hide", self._dialog.delete)
        when_gone(end)
        self._draw()
        self._load()

    def _tools(self) -> None:
        with box("tools"):
            copy = text("Copy id", "button", "button")
            copy.on("click", self._copy)
            most = text("Most expensive message", "button", "button")
            most.on("click", self._show_most_expensive)
            ui.link("Export JSON", f"/download/session?{urlencode({'id': self._id})}").classes(
                "button"
            ).props('download="session.json"')
            close = text("Close", "button", "button").style("margin-left: auto")
            close.on("click", self._dialog_close)

    def _dialog_close(self) -> None:
        self._dialog.close()

    def _show_most_expensive(self) -> None:
        self._messages.show_most_expensive()

    def _copy(self) -> None:
        ui.clipboard.write(self._id)
        toast("Copied the id.", "positive")

    @property
    def _known(self) -> Session | None:
        return self._console.link.cache.sessions.get(self._id)

    def _view(self) -> SessionView:
        console = self._console
        ledger = None if self._read is None else self._read.ledger
        return SessionView(
            self._known or known_session(self._id, ledger),
            console.now_ms(),
            zone=console.config.display.zone,
            dark=self._theme == "dark",
            is_on_board=self._known is not None,
            is_connected=console.link.state is LinkState.CONNECTED,
            history=self._history,
            read=self._read,
            board=console.link.cache.sessions,
        )

    def _take(self, changes: Changes) -> None:
        if self._dialog.is_deleted or not (changes.board or self._id in changes.sessions):
            return
        with self._dialog:
            self._draw()
            self._load()

    def _draw(self) -> None:
        """Draw what is different since the last time: who reads or tabs through it stays there."""
        view = self._view()
        shown = (view.session, view.history, view.is_connected, messages_of(self._read))
        if shown == self._shown:
            return
        self._shown = shown
        self._head.clear()
        with self._head:
            sections.headline(view)
            sections.statuses(view)
        self._more.clear()
        with self._more:
            sections.usage(view)
            sections.facts(view)
            sections.lineage_links(view, self._open)
        self._draw_timeline(view, messages_of(self._read))

    def _draw_timeline(self, view: SessionView, messages: list[Message]) -> None:
        if messages == self._drawn or self._read is None:
            return
        self._drawn = messages
        ledger = self._read.ledger
        hues = {} if ledger is None else model_hues(ledger.row.models, dark=view.dark)
        drawn = message_timeline(messages, hues, Ink(self._theme), time=view.moment, zone=view.zone)
        self._timeline.set_visibility(bool(drawn))
        if drawn:
            attribute(self._chart, "aria-label", f"Timeline: {timeline_words(messages)}")
            put(self._chart, drawn)

    def _open(self, session_id: str) -> None:
        self._dialog.close()
        open_session(self._console, session_id)

    def _load(self) -> None:
        if self._busy:
            self._again = True
            return
        self._busy = True
        soon(self._load_now)

    async def _load_now(self) -> None:
        try:
            known = self._known
            path = None if known is None else known.transcript_path
            read = await within(anyio.to_thread.run_sync(partial(self._reading.read, path)))
            self._history = await self._ask_history()
        finally:
            self._busy = False
        if read is None or self._dialog.is_deleted:
            return
        if self._known is None and self._read is None and read.ledger is None:
            self._dialog.close()
            toast(f"No session is called {one_line(self._id)}: choose one of the list.", "warning")
            return
        self._read = read
        self._draw()
        await self._messages.show(self._view(), read)
        if self._again:
            self._again = False
            self._load()

    async def _ask_history(self) -> tuple[StateTransition, ...] | UnsetType:
        try:
            session = await self._console.link.client.request(Get(session_id=self._id))
        except AgentConsoleError:
            return self._history  # the page's head says that nobody answers; what was known stays
        return UNSET if session is None else session.history
