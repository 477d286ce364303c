"""The last events: who spent what, who changed status, what was warned of.

Rule: the feed is kept by the app from its start, so that it is whole whenever somebody looks.
"""

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import work
from textual.binding import Binding, BindingType
from textual.widgets import Static

from agent_console.board.feed import ENTRIES, Entry, Kind
from agent_console.board.waiting_alerts import SNOOZE_MS
from agent_console.client.link import Changes
from agent_console.errors import AgentConsoleError
from agent_console.model.palette import SYMBOLS, hue, status_hue
from agent_console.model.session_words import one_line
from agent_console.tui.screens.console_screen import ConsoleScreen
from agent_console.tui.shared import console_of
from agent_console.tui.widgets.alert_list import AlertList
from agent_console.tui.widgets.vim_table import VimTable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

GAP = 2
TIME_COLUMNS = 5 + GAP
NAME_COLUMNS = 20
NARROW_NAME_COLUMNS = 12
NARROW = 72
FILTERS: tuple[Kind | None, ...] = (None, "status", "usage", "alert")
SHOWN_ENTRIES = 2 * ENTRIES
"""So many lines may stand here before those that the feed has forgotten are taken away."""
NOTHING = "Nothing has happened since this window was opened. Events appear here as they come."
FILTERED = "Nothing of this kind has happened since this window was opened; `f` shows the others."


class FeedTable(VimTable):
    """The events."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "select_cursor",
            "Jump",
            tooltip="Focus the terminal of this event's session",
        )
    ]


class ActivityScreen(ConsoleScreen):
    """The feed, newest last; it follows what comes while the cursor is on the last line."""

    AUTO_FOCUS = "#activity"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "filter", "Filter", tooltip="All, changes of status, usage, alerts"),
        Binding("A", "acknowledge", "Take note", tooltip="Of the alert under the cursor, or all"),
        Binding("Z", "snooze", "Put off", tooltip="The alert under the cursor, for an hour"),
        Binding("o", "open", "Session", tooltip="Show the session of this event"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._filter: Kind | None = None
        self._shown = 0
        self._columns = 0

    def body(self) -> "Iterable[Widget]":
        """What stands between head and foot."""
        yield AlertList()
        yield FeedTable(id="activity")
        yield Static(id="activity-empty", classes="empty")

    def on_screen_resume(self) -> None:
        """Somebody looks."""
        self._fill()
        self.query_one(AlertList).draw_again(self.size.width)

    def on_resize(self) -> None:
        """There is more or less room now."""
        if self.size.width != self._columns:
            self._fill()

    def take(self, changes: Changes) -> None:
        """Add what is new."""
        del changes
        if self.is_current and self._columns:
            self._add_new()
            self.query_one(AlertList).draw_again(self.size.width)

    def action_acknowledge(self) -> None:
        """Take note of an alert; of all that wait, when the cursor is on none."""
        self._take_note(None)

    def action_snooze(self) -> None:
        """Be told of an alert again in an hour."""
        self._take_note(console_of(self).now_ms() + SNOOZE_MS)

    @work(group="acknowledge")
    async def _take_note(self, until_ms: int | None) -> None:
        console = console_of(self)
        alert_id = self._alert_id()
        try:
            count = await console.alerts.acknowledge(console.link.client, alert_id, until_ms)
        except AgentConsoleError as error:
            self.notify(one_line(str(error)), severity="error", markup=False)
            return
        what = "Put off for an hour" if until_ms else "Taken note of"
        self.notify(f"{what}: {count} {'alert' if count == 1 else 'alerts'}.")

    def _alert_id(self) -> str | None:
        """The alert under the cursor; null when there is none, which means all."""
        alerts = self.query_one(AlertList)
        if alerts.has_focus and alerts.alert is not None:
            return alerts.alert.alert_id
        entry = self._entry()
        if entry is not None and entry.alert is not None:
            return entry.alert.alert_id
        return None

    def action_filter(self) -> None:
        """Show the next kind of events."""
        self._filter = FILTERS[(FILTERS.index(self._filter) + 1) % len(FILTERS)]
        self._fill()

    def action_open(self) -> None:
        """Show the session of the event under the cursor."""
        entry = self._entry()
        if entry is not None and entry.session_id is not None:
            console_of(self).open_session(entry.session_id)

    def action_jump(self) -> None:
        """Focus its terminal."""
        entry = self._entry()
        if entry is not None and entry.session_id is not None:
            console_of(self).jump_to(entry.session_id)

    def on_data_table_row_selected(self) -> None:
        """Enter on a row."""
        if self.query_one(AlertList).has_focus:
            self.action_acknowledge()
            return
        self.action_jump()

    def _entry(self) -> Entry | None:
        table = self.query_one("#activity", VimTable)
        if not table.row_count:
            return None
        key = table.coordinate_to_cell_key(table.cursor_coordinate).row_key.value
        return next((e for e in console_of(self).feed if str(e.number) == key), None)

    def _wanted(self, since: int) -> list[Entry]:
        entries = console_of(self).feed.since(since)
        return [entry for entry in entries if self._filter in {None, entry.kind}]

    def _fill(self) -> None:
        """Draw all of it."""
        table = self.query_one("#activity", VimTable)
        self._columns = self.size.width
        name = self._name_columns
        table.clear(columns=True)
        table.add_column("TIME", width=TIME_COLUMNS)
        table.add_column("SESSION", width=name + GAP)
        what = self._filter or "all"
        table.add_column(
            f"WHAT ({what})", width=max(10, self._columns - TIME_COLUMNS - name - GAP - 4)
        )
        self._shown = 0
        self._add_new()
        _go_to_the_last(table)

    @property
    def _name_columns(self) -> int:
        return NARROW_NAME_COLUMNS if self._columns < NARROW else NAME_COLUMNS

    def _add_new(self) -> None:
        table = self.query_one("#activity", VimTable)
        follows = table.cursor_row >= table.row_count - 1
        for entry in self._wanted(self._shown):
            table.add_row(*self._cells(entry), key=str(entry.number))
            self._shown = entry.number
        if table.row_count > SHOWN_ENTRIES:
            self._fill()
        elif follows:
            _go_to_the_last(table)
        empty = self.query_one("#activity-empty", Static)
        empty.display = not table.row_count
        table.styles.height = "1fr" if table.row_count else 1
        empty.update(NOTHING if self._filter is None else FILTERED)

    def _cells(self, entry: Entry) -> tuple[Text, Text, Text]:
        dark = console_of(self).current_theme.dark
        zone = console_of(self).config.display.zone
        clock = datetime.fromtimestamp(entry.at_ms / 1000, zone).strftime("%H:%M")
        match entry.kind:
            case "status" if entry.status is not None:
                what = Text(f"{SYMBOLS[entry.status]} ", status_hue(entry.status, dark=dark))
                what.append(entry.text, status_hue(entry.status, dark=dark))
            case "usage":
                tokens, _, money = entry.text.rpartition(" ")
                what = Text.assemble(f"{tokens} ", (money, hue("cost", dark=dark)))
            case "alert":
                what = Text(f"▲ {entry.text}", f"bold {hue('attention', dark=dark)}")
            case _:
                what = Text(entry.text, "dim")
        what.no_wrap = True
        what.overflow = "ellipsis"
        name = Text(entry.name, "bold")
        name.truncate(self._name_columns, overflow="ellipsis")
        return Text(clock, "dim"), name, what


def _go_to_the_last(table: VimTable) -> None:
    if table.row_count:  # else the cursor would stand on the headings
        table.move_cursor(row=table.row_count - 1, animate=False)
