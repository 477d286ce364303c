"""The board: who needs the person, why, and one key to get there.

Rule: it draws when it is told of changes and when a time it shows moves on, never otherwise.
"""

from collections.abc import Coroutine, Iterable
from typing import Any, ClassVar

from msgspec.structs import replace
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import DataTable, Input, Static

from agent_console.client.link import Changes
from agent_console.config import TuiConfig
from agent_console.model.session import AgentType, Session
from agent_console.paths import manifest_path
from agent_console.tui import session_edits
from agent_console.tui.board_cells import changes_in
from agent_console.tui.board_columns import Room, board_columns
from agent_console.tui.board_notice import Notice, empty_notice, stale_line
from agent_console.tui.board_peek import peek
from agent_console.tui.board_rows import Kind, View, board_rows, filter_words
from agent_console.tui.jumping import jump, resume
from agent_console.tui.looking import Look
from agent_console.tui.screens.console_screen import ConsoleScreen
from agent_console.tui.shared import console_of
from agent_console.tui.widgets.board_table import BoardTable

_TALL = next(rows for rows, name in ConsoleScreen.VERTICAL_BREAKPOINTS or () if name == "-tall")
_VIEW = Binding.Group("View")
_EDIT = Binding.Group("Edit")


class BoardScreen(ConsoleScreen):
    """All sessions, most urgent first."""

    CSS_PATH = "board.tcss"
    AUTO_FOCUS = "BoardTable"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o,space", "open", "Open", key_display="o", tooltip="The session in full"),
        Binding("slash", "filter", "Filter", key_display="/", tooltip="Show what matches"),
        Binding("escape", "clear_filter", "Show all again", show=False),
        Binding("down", "to_rows", "To the rows", show=False),
        Binding("n", "note", "Note", show=False, group=_EDIT),
        Binding("L", "label", "Label", show=False, group=_EDIT),
        Binding("plus", "priority(1)", "Raise priority", show=False, key_display="+", group=_EDIT),
        Binding(
            "minus", "priority(-1)", "Lower priority", show=False, key_display="-", group=_EDIT
        ),
        Binding("s", "seen", "Mark as seen", show=False, group=_EDIT),
        Binding("y", "copy", "Copy id", show=False, group=_EDIT),
        Binding("r", "resume", "Resume", show=False, group=_EDIT),
        Binding("x,delete", "remove", "Remove", show=False, key_display="x", group=_EDIT),
        Binding("t", "all", "Unfold all", show=False, group=_VIEW),
        Binding("p", "by_project", "Group by project", show=False, group=_VIEW),
        Binding("c", "closed", "Hide closed", show=False, group=_VIEW),
        Binding("v", "density", "One or two lines", show=False, group=_VIEW),
        *(
            Binding(str(number), f"jump_to({number})", "Jump to this row", show=False)
            for number in range(1, 10)
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._view = View()
        self._two_lines = False
        self._settings = TuiConfig()
        self._installed = False
        self._told: str | Notice | None = None
        self._laid_out: object = None
        self._peeked: Session | None = None
        self._clock: Timer | None = None
        self._clock_due_ms = 0
        self._look = Look(self, lambda: self._session, self._looked_at)

    def body(self) -> Iterable[Widget]:
        """The rows, what stands in their place, and the filter."""
        yield Static(id="stale")
        yield BoardTable()
        yield Static(id="empty")
        yield Static(id="peek", classes="-nobody")
        yield Input(placeholder="name, project, label, branch, model, status…", id="filter")

    def on_mount(self) -> None:
        """Take the person's settings, and draw."""
        app = console_of(self)
        self._installed = manifest_path().exists()
        self.query_one("#filter").display = False
        self._settle()
        self.watch(app, "theme", self._begin_anew, init=False)
        self.watch(app, "app_focus", self._focused, init=False)
        self._begin_anew()

    # ---- drawing -------------------------------------------------------------------------------

    def take(self, changes: Changes) -> None:
        """Something is different: draw it, if it can be seen."""
        if changes.board and console_of(self).config.tui != self._settings:
            self._settle()
            self._begin_anew()
        elif (changes.board or changes.sessions or changes.link) and self._is_shown():
            self.draw()

    def _settle(self) -> None:
        """Look as the person's settings say."""
        tui = self._settings = console_of(self).config.tui
        self._view = replace(
            self._view, by_project=tui.group_by_project, hide_closed=tui.hide_closed
        )
        self._two_lines = tui.density == "two-line"

    def on_screen_resume(self) -> None:
        """It is on the screen again; what happened meanwhile was not drawn."""
        self.draw()
        self._look.begin()

    def on_resize(self) -> None:
        """There is more or less room."""
        self._begin_anew()

    def draw(self) -> None:
        """Bring the screen up to date."""
        app = console_of(self)
        now_ms = app.now_ms()
        cache = app.link.cache
        rows = board_rows(cache.board, self._view)
        table = self._table
        had_rows = bool(table.rows_shown)
        table.show_rows(rows, now_ms)
        self._tell(len(cache.sessions), shown=bool(rows))
        if rows and not had_rows:
            if self.focused is None:
                table.focus()
            self._look.begin()
        self._peek()
        self._wind(now_ms)

    def _begin_anew(self, *_: object) -> None:
        app = console_of(self)
        width = self.size.width
        if not width:
            return
        room = _room(width)
        short = self.size.height < _TALL
        dark = app.current_theme.dark
        wanted = (width, short, dark, self._two_lines, app.config.tui.hidden_columns)
        if wanted == self._laid_out:
            self.draw()
            return
        self._laid_out = wanted
        columns = board_columns(
            density="two-line" if self._two_lines else "one-line",
            room=room,
            dark=dark,
            hidden=frozenset(app.config.tui.hidden_columns.upper().split()),
        )
        self._table.show_header = not (short or room == "narrow")
        self._table.lay_out(
            columns,
            width,
            narrow=room == "narrow",
            row_lines=2 if self._two_lines else 1,
            dark=dark,
        )
        self._peeked = None
        self.draw()

    def _tell(self, sessions: int, *, shown: bool) -> None:
        link = console_of(self).link
        told = (
            stale_line(link.state, link.why)
            if shown
            else empty_notice(link.state, link.why, sessions, self._view, installed=self._installed)
        )
        if told == self._told:
            return
        self._told = told
        banner, empty = self.query_one("#stale", Static), self.query_one("#empty", Static)
        self._table.display = shown
        empty.display = not shown
        banner.display = shown and bool(told)
        if isinstance(told, Notice):
            empty.update(_drawn(told))
        else:
            banner.update(Text(told))

    def _peek(self) -> None:
        """Below the rows, say in full what there may be no room for in the one under the cursor."""
        session = self._session
        if session is not self._peeked:
            self._peeked = session
            line = self.query_one("#peek", Static)
            line.set_class(session is None, "-nobody")
            if session is not None:
                dark = console_of(self).current_theme.dark
                line.update(peek(session, dark=dark), layout=False)

    def _wind(self, now_ms: int) -> None:
        """Have the clock strike when a time that is shown moves on, and not before."""
        wait_ms = changes_in(self._table.rows_in_view, now_ms)
        if wait_ms is None:
            return
        due_ms = now_ms + wait_ms
        if self._clock is not None:
            if now_ms < self._clock_due_ms <= due_ms:
                return
            self._clock.stop()
        self._clock_due_ms = due_ms
        self._clock = self.set_timer(wait_ms / 1000, self._strike, name="clock")

    def on_board_table_scrolled(self) -> None:
        """The times that can be seen now are brought up to date."""
        self._strike()

    def _strike(self) -> None:
        if self._clock is not None:
            self._clock.stop()
            self._clock = None
        if self._is_shown():
            now_ms = console_of(self).now_ms()
            self._table.move_clock(now_ms)
            self._wind(now_ms)

    def _is_shown(self) -> bool:
        return self in console_of(self).screen_stack

    # ---- looking and jumping -------------------------------------------------------------------

    def on_board_table_touched(self) -> None:
        """The person is there; what is under the cursor after this is looked at."""
        self.call_after_refresh(self._look.begin)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """The person moved the cursor."""
        event.stop()
        self._peek()
        self._look.begin()

    def _focused(self, focus: bool) -> None:
        if focus:
            self._look.begin()

    def _looked_at(self, session: Session) -> None:
        self._do(session_edits.mark_seen(console_of(self), session, asked=False))

    def on_board_table_chosen(self, event: BoardTable.Chosen) -> None:
        """Go to the session's terminal."""
        self.action_jump(event.session)

    def action_jump(self, session: Session | None = None) -> None:
        """Go to a session's terminal: this one, or the one under the cursor."""
        session = session or self._session
        if session is not None:
            jump(console_of(self), session)

    def action_jump_to(self, number: int) -> None:
        """Go to the terminal of the session with this number."""
        row = self._table.go_to(number)
        if row is not None:
            self.action_jump(row.session)

    def action_open(self) -> None:
        """Show the session in full."""
        session = self._session
        if session is not None:
            console_of(self).open_session(session.session_id)

    # ---- the view ------------------------------------------------------------------------------

    def on_board_table_turned(self, event: BoardTable.Turned) -> None:
        """Show or hide what is below a row."""
        self._show(replace(self._view, turned=self._view.turned ^ {event.row.key}))

    def action_all(self) -> None:
        """Show what is below all sessions, or below none."""
        projects = {key for key in self._view.turned if key.startswith("project ")}
        self._show(
            replace(self._view, all_open=not self._view.all_open, turned=frozenset(projects))
        )

    def action_by_project(self) -> None:
        """Have sessions of one project stand together, or not."""
        self._show(replace(self._view, by_project=not self._view.by_project))

    def action_closed(self) -> None:
        """Leave out closed sessions, or not."""
        self._show(replace(self._view, hide_closed=not self._view.hide_closed))

    def action_density(self) -> None:
        """One line for each session, or two."""
        self._two_lines = not self._two_lines
        self._begin_anew()

    def action_filter(self) -> None:
        """Type what is to be shown."""
        line = self.query_one("#filter", Input)
        line.display = True
        line.focus()

    def action_clear_filter(self) -> None:
        """Show everything again."""
        line = self.query_one("#filter", Input)
        line.value = ""
        line.display = False
        self._table.focus()

    def action_to_rows(self) -> None:
        """Go from the filter to what it shows."""
        self._table.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what matches so far."""
        event.stop()
        self._show(replace(self._view, words=filter_words(event.value)))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on with what matches."""
        event.stop()
        event.input.display = bool(event.value)
        self._table.focus()

    def _show(self, view: View) -> None:
        if view != self._view:
            self._view = view
            self.draw()

    # ---- changes to a session ------------------------------------------------------------------

    def action_note(self) -> None:
        """Write a note on the session."""
        if (session := self._session) is not None:
            self._do(session_edits.edit_note(console_of(self), session))

    def action_label(self) -> None:
        """Give the session a label."""
        if (session := self._session) is not None:
            self._do(session_edits.edit_label(console_of(self), session))

    def action_priority(self, by: int) -> None:
        """Move the session up or down among those of its status."""
        if (session := self._session) is not None:
            self._do(session_edits.change_priority(console_of(self), session, by))

    def action_seen(self) -> None:
        """Mark the session as seen."""
        if (session := self._session) is not None:
            self._do(session_edits.mark_seen(console_of(self), session))

    def action_copy(self) -> None:
        """Copy the session's id."""
        if (session := self._session) is not None:
            session_edits.copy_id(console_of(self), session)

    def action_resume(self) -> None:
        """Go on with a session that has ended, in a new terminal."""
        if (session := self._session) is None:
            return
        if session.agent_type == AgentType.CLAUDE_CODE or not session.closed:
            resume(console_of(self), session)
        else:
            self._do(session_edits.reopen(console_of(self), session))

    def action_remove(self) -> None:
        """Take the session off the board, once the person has said yes."""
        if (session := self._session) is not None:
            self._do(session_edits.remove(console_of(self), session))

    def _do(self, edit: "Coroutine[Any, Any, object]") -> None:
        self.run_worker(edit, group="edit")

    @property
    def _table(self) -> BoardTable:
        return self.query_one(BoardTable)

    @property
    def _session(self) -> Session | None:
        """The session under the cursor, or the one that what is under it belongs to."""
        row = self._table.current
        return None if row is None or row.kind is Kind.PROJECT else row.session


def _room(width: int) -> Room:
    """How much room a width is, by the breakpoints that the styles go by."""
    at = {name: columns for columns, name in ConsoleScreen.HORIZONTAL_BREAKPOINTS or ()}
    if width < at["-normal"]:
        return "narrow"
    return "wide" if width >= at["-wide"] else "normal"


def _drawn(notice: Notice) -> Text:
    text = Text(notice.heading, "bold")
    for what, meaning in notice.lines:
        text.append("\n\n" if text.plain == notice.heading else "\n")
        text.append(what and f"{what} ", "bold")
        text.append(meaning, "not bold")
    return text
