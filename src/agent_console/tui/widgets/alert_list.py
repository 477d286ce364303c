"""The alerts that wait, above what happened last; not there while none does."""

from datetime import datetime

from rich.text import Text

from agent_console.model.palette import hue
from agent_console.model.session_words import one_line
from agent_console.model.usage import Alert
from agent_console.tui.shared import console_of
from agent_console.tui.widgets.vim_table import VimTable

GAP = 2
TIME_COLUMNS = 11
KIND_COLUMNS = 14
NARROW = 90
"""Below, what an alert says needs the room of its kind."""
HINTS = ("A takes note, Z puts off for an hour", "A: noted, Z: in an hour")
SHOWN = 6
"""Lines at most; more can be scrolled to."""


class AlertList(VimTable):
    """The waiting alerts, latest first."""

    def __init__(self) -> None:
        super().__init__(id="alerts")
        self.display = False
        self._drawn: list[Alert] = []

    @property
    def alert(self) -> Alert | None:
        """The one under the cursor."""
        return self._drawn[self.cursor_row] if self.cursor_row < len(self._drawn) else None

    def draw_again(self, width: int) -> None:
        """Draw those that wait now.

        Args:
            width: Columns there are.
        """
        console = console_of(self)
        waiting = list(console.alerts)
        self.display = bool(waiting)
        if waiting == self._drawn and self.columns:
            return
        at = self.cursor_row
        self._drawn = waiting
        self.clear(columns=True)
        with_kind = width >= NARROW
        rest = max(10, width - TIME_COLUMNS - GAP - 4)
        self.add_column("WAITING", width=TIME_COLUMNS + GAP)
        if with_kind:
            rest -= KIND_COLUMNS + GAP
            self.add_column("ALERT", width=KIND_COLUMNS + GAP)
        hint = next((each for each in HINTS if len(each) <= rest), "")
        self.add_column(hint, width=rest)
        dark = console.current_theme.dark
        for alert in waiting:
            at_time = datetime.fromtimestamp(alert.at_ms / 1000, console.config.display.zone)
            colour = hue("cost" if alert.severity == "exceeded" else "attention", dark=dark)
            kind = Text(f"▲ {one_line(alert.kind.replace('_', ' '))}", f"bold {colour}")
            message = Text(one_line(alert.message), no_wrap=True, overflow="ellipsis")
            if not with_kind:  # every message says what it is about
                message = Text.assemble(("▲ ", f"bold {colour}"), message, no_wrap=True)
                message.overflow = "ellipsis"
            when = Text(at_time.strftime("%m-%d %H:%M"), "dim")
            self.add_row(when, *([kind] if with_kind else []), message)
        self.styles.height = 1 + min(SHOWN, max(1, len(waiting)))
        if waiting:
            self.move_cursor(row=min(at, len(waiting) - 1), animate=False)
