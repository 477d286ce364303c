"""One session in full, on top of the board or of the usage tables.

Rule: what it shows comes from the board (live), from GET (the history) and from the ledger and the
transcripts, read in a thread when the session's totals have changed; texts are read for the rows in
sight and forgotten with the screen.
"""

from functools import partial
from typing import TYPE_CHECKING, ClassVar

import anyio
from msgspec import UNSET, UnsetType
from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.timer import Timer
from textual.widgets import Static, Tab, Tabs

from agent_console.board.known_session import known_session
from agent_console.board.session_view import SessionView
from agent_console.client.link import Changes, LinkState
from agent_console.errors import AgentConsoleError
from agent_console.model.session import Session, StateTransition
from agent_console.paths import database_path
from agent_console.protocol.messages import Get
from agent_console.tui import jumping, session_edits
from agent_console.tui.screens.console_screen import ConsoleScreen
from agent_console.tui.session.details import details, relatives
from agent_console.tui.session.headline import headline
from agent_console.tui.session.message_sheet import sheet_of
from agent_console.tui.session.next_change import next_change_ms
from agent_console.tui.shared import console_of
from agent_console.tui.widgets.message_list import MessageList
from agent_console.usage.reports.session_reading import SessionRead, SessionReading, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.text import Text
    from textual.widget import Widget

    from agent_console.tui.app import ConsoleApp

_ON_BOARD_ONLY = {"note", "label", "priority", "remove", "jump"}
SHORT_ROWS = 16
"""Below it every line counts."""
SEEN_SECONDS = 2.0
WRITTEN_SECONDS = 0.5


class Headline(Static):
    """Who it is, what it does, what it used."""

    def draw(self, lines: "Iterable[Text]") -> None:
        """Show these lines."""
        from rich.console import Group  # noqa: PLC0415 - with the first drawing

        self.update(Group(*lines))


class SessionScreen(ConsoleScreen):
    """One session.

    Args:
        session_id: Which, on the board or in the ledger.
    """

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (72, "-normal"), (112, "-wide"), (160, "-vast")]  # noqa: RUF012
    CSS_PATH = "session.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,h,q", "back", "Back", tooltip="Back to where you came from"),
        Binding("enter", "jump", "Jump", tooltip="Go to the session's terminal"),
        Binding("l", "other_pane", "Details", tooltip="Go to the other pane"),
        Binding("tab", "other_pane", "Details", show=False,
                tooltip="Go to the other pane"),
        Binding("r", "resume", "Resume", tooltip="Go on with a session that has ended"),
        Binding("n", "note", "Note", tooltip="Write a note on the session"),
        Binding("L", "label", "Label", tooltip="Give the session a label"),
        Binding("plus", "priority(1)", "Higher priority", show=False, tooltip="Above others"),
        Binding("minus", "priority(-1)", "Lower priority", show=False, tooltip="Below others"),
        Binding("y", "copy_id", "Copy id", tooltip="Copy the session's id"),
        Binding("dollar_sign", "most_expensive", "Most expensive", key_display="$",
                show=False,                 tooltip="Go to the most expensive message"),
        Binding("left_square_bracket", "relative('before')", "Came from", key_display="[",
                show=False, tooltip="The session it comes from"),
        Binding("right_square_bracket", "relative('after')", "Went on in", key_display="]",
                show=False, tooltip="The session that goes on with it"),
        Binding("x", "remove", "Remove", tooltip="Take the session off the board"),
    ]  # fmt: skip

    def __init__(self, session_id: str) -> None:
        super().__init__(classes="-list")
        self.session_id = session_id
        self._reading = SessionReading(str(database_path()), session_id)
        self._read: SessionRead | None = None
        self._trouble = ""
        self._history: tuple[StateTransition, ...] | UnsetType = UNSET
        self._drawn: Session | None = None
        self._clock: Timer | None = None
        self._headline = Headline()
        self._details = Static(id="details")
        self._messages = MessageList(id="messages")
        self._list_tab = Tab("Messages", id="tab-list")
        self._tabs = Tabs(self._list_tab, Tab("Details", id="tab-side"), id="panes-tabs")
        self._tabs.can_focus = False
        self._side = VerticalScroll(self._details, id="side")
        self._stale = anyio.Event()

    def body(self) -> "Iterable[Widget]":
        """The lines on top, and two panes."""
        yield self._headline
        yield self._tabs
        yield Horizontal(self._side, self._messages, id="panes")

    def on_mount(self) -> None:
        """Begin to hear of changes, and to read."""
        super().on_mount()
        self._messages.focus()
        self._drawn = self._known
        self.draw()
        self._read_again()
        self.read_on()
        self.ask_history()
        self._look()

    # ---- what is known -----------------------------------------------------------------------

    @property
    def _shared(self) -> "ConsoleApp":
        return console_of(self)

    @property
    def _known(self) -> Session | None:
        """The session as the board has it."""
        return self._shared.link.cache.sessions.get(self.session_id)

    @property
    def session(self) -> Session:
        """The session as the board has it, else as the ledger does."""
        ledger = None if self._read is None else self._read.ledger
        return self._known or known_session(self.session_id, ledger)

    @property
    def view(self) -> SessionView:
        """Everything that is known now."""
        console = self._shared
        return SessionView(
            self.session,
            console.now_ms(),
            zone=console.config.display.zone,
            dark=console.current_theme.dark,
            is_on_board=self._known is not None,
            is_connected=console.link.state is LinkState.CONNECTED,
            history=self._history,
            read=self._read,
            board=console.link.cache.sessions,
        )

    def take(self, changes: Changes) -> None:
        """Something is different: draw it, and read what is told elsewhere."""
        if not (changes.board or changes.link or self._concerns(changes.sessions)):
            return
        before, self._drawn = self._drawn, self._known
        now = self._drawn
        if (before and before.closed) is not (now and now.closed):
            self.refresh_bindings()
        if now is not None and (before is None or before.since_ms != now.since_ms):
            self.ask_history()
            self._look()
            # What a person has written is in the transcript a moment after it is known.
            self.set_timer(WRITTEN_SECONDS, self._read_again)
        if (
            changes.board
            or before is None
            or now is None
            or before.metadata != now.metadata
            or before.transcript_path != now.transcript_path
        ):
            self._read_again()
        self.draw()

    def _read_again(self) -> None:
        self._stale.set()

    def _look(self) -> None:
        """Whoever has it before them for a moment has seen it."""
        self.set_timer(SEEN_SECONDS, self._mark_seen)

    def _mark_seen(self) -> None:
        known = self._known
        if known is not None and not known.seen and self.is_current:
            self.run_worker(session_edits.mark_seen(self._shared, known, asked=False))

    def _concerns(self, sessions: frozenset[str]) -> bool:
        """Whether it is about this one, or about a relative whose name stands here."""
        if self.session_id in sessions:
            return True
        family = relatives(self.view)
        return not sessions.isdisjoint((*family.origins, *family.successors))

    @work(group="reading")
    async def read_on(self) -> None:
        """Read the ledger and the transcripts whenever there may be more in them."""
        while True:
            await self._stale.wait()
            self._stale = anyio.Event()
            known = self._known
            path = None if known is None else known.transcript_path
            try:
                self._read = await anyio.to_thread.run_sync(self._reading.read, path)
                self._trouble = ""
            except AgentConsoleError as error:
                self._trouble = str(error)
            self._list()
            self.draw()

    @work(group="history", exclusive=True)
    async def ask_history(self) -> None:
        """Ask the daemon for the changes of status."""
        try:
            session = await self._shared.link.client.request(Get(session_id=self.session_id))
        except AgentConsoleError:
            return  # the head says that nobody answers; what was known stays
        if session is not None:
            self._history = session.history
            self.draw()

    @on(MessageList.WordsWanted)
    @work(group="words")
    async def read_words(self, event: MessageList.WordsWanted) -> None:
        """Read what the messages in sight say."""
        words = await anyio.to_thread.run_sync(partial(words_of, event.messages))
        keys = ((message.key, len(message.places)) for message in event.messages)
        self._messages.take_words(dict(zip(keys, words, strict=True)))

    # ---- drawing -----------------------------------------------------------------------------

    def on_resize(self) -> None:
        """There is more or less room now."""
        self.draw()

    def draw(self) -> None:
        """Draw what is known now, and again when that is out of date."""
        view = self.view
        short = self.size.height < SHORT_ROWS
        self._headline.draw(headline(view, max(10, self.size.width - 2), short=short))
        self._details.update(details(view))
        if self._clock is not None:
            self._clock.stop()
        wait = next_change_ms(view)
        self._clock = None if wait is None else self.set_timer(max(wait, 50) / 1000, self.draw)

    def _list(self) -> None:
        read = self._read
        messages = self._messages
        if read is not None:
            messages.show(read.messages, sheet_of(self.view, read))
        messages.show_empty(self._why_empty())
        count = len(messages.messages)
        self._list_tab.label = f"Messages {count:,}" if count else "Messages"

    def _why_empty(self) -> str:
        if self._trouble:
            return self._trouble
        return "No message has been counted yet."

    # ---- keys --------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Little can be done to a session that only the ledger knows; what runs is not resumed."""
        del parameters
        known = self._known
        if action == "resume":
            return True if known is None or known.closed else None
        return None if known is None and action in _ON_BOARD_ONLY else True

    def action_back(self) -> None:
        """Go back to where the person came from."""
        self._shared.pop_screen()

    def action_jump(self) -> None:
        """Go to the session's terminal."""
        jumping.jump(self._shared, self.session)

    def action_resume(self) -> None:
        """Go on with it."""
        jumping.resume(self._shared, self.session)

    def action_other_pane(self) -> None:
        """Messages or details: show the other, or go there."""
        beside = self.has_class("-wide") or self.has_class("-vast")
        side = self._side.has_focus if beside else self.has_class("-side")
        self._tabs.active = "tab-list" if side else "tab-side"
        (self._messages if side else self._side).focus()

    @on(Tabs.TabActivated)
    def show_pane(self, event: Tabs.TabActivated) -> None:
        """Show the pane of the tab that was chosen."""
        side = event.tab.id == "tab-side"
        self.set_class(side, "-side")
        self.set_class(not side, "-list")
        (self._side if side else self._messages).focus()

    def action_copy_id(self) -> None:
        """Copy the session's id."""
        session_edits.copy_id(self._shared, self.session)

    @work(group="edit")
    async def action_note(self) -> None:
        """Ask for a note."""
        await session_edits.edit_note(self._shared, self.session)

    @work(group="edit")
    async def action_label(self) -> None:
        """Ask for a label."""
        await session_edits.edit_label(self._shared, self.session)

    @work(group="edit")
    async def action_priority(self, by: int) -> None:
        """Raise or lower the priority."""
        await session_edits.change_priority(self._shared, self.session, by)

    @work(group="edit")
    async def action_remove(self) -> None:
        """Ask, and take it off the board."""
        if await session_edits.remove(self._shared, self.session) and self.is_current:
            self.action_back()

    def action_most_expensive(self) -> None:
        """Go to the most expensive message."""
        messages = self._messages
        for row, message in enumerate(messages.messages):
            if message.counted is not None and message.counted.rank == 1:
                self._tabs.active = "tab-list"
                messages.focus()
                messages.select(row)
                return

    def action_relative(self, which: str) -> None:
        """Show the session it comes from, or the one that goes on with it."""
        family = relatives(self.view)
        ids = family.origins if which == "before" else family.successors
        if ids:
            self._shared.switch_screen(SessionScreen(ids[0]))  # pyright: ignore[reportUnknownMemberType]
        else:
            words = "comes from" if which == "before" else "goes on with"
            self.notify(f"No session is known that this one {words}." if which == "before"
                        else f"No session is known that {words} this one.")  # fmt: skip
