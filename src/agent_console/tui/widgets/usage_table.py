"""A report as a table that can be walked through; its totals stay in sight below it."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from agent_console.board.usage_question import Shown, Target
from agent_console.tui.widgets.vim_table import VimTable
from agent_console.usage.reports.table import GAP, Cells, clipped_to, columns_of, fitting

NOTHING = "No usage matches. Transcripts are read by the daemon, or by `agent-console ingest`."

SCROLLBAR = 2
"""Columns of Textual's, beside rows that there is no room for."""


class ReportRows(VimTable):
    """The rows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", "Open", tooltip="A day's sessions, a session's messages")
    ]


class UsageTable(Vertical):
    """A report."""

    def __init__(self) -> None:
        super().__init__(id="usage-table")
        self._shown: Shown | None = None

    def compose(self) -> ComposeResult:
        """The rows, the totals, and what stands there when there are none."""
        yield Static(NOTHING, id="usage-empty", classes="empty")
        yield ReportRows(id="usage-rows")
        yield Static(id="usage-total")

    @property
    def target(self) -> Target:
        """What lies behind the row under the cursor."""
        rows = self.query_one(ReportRows)
        if self._shown is None or not 0 <= rows.cursor_row < len(self._shown.targets):
            return None
        return self._shown.targets[rows.cursor_row]

    def focus(self, scroll_visible: bool = True) -> "UsageTable":
        """The rows take the keys."""
        self.query_one(ReportRows).focus(scroll_visible)
        return self

    def show(self, shown: Shown) -> None:
        """Show another report, or newer numbers of the same."""
        self._shown = shown
        self.draw_again()

    def draw_again(self) -> None:
        """Draw for the room there is now."""
        shown = self._shown
        rows = self.query_one(ReportRows)
        count = 0 if shown is None else len(shown.kinds) - 1
        self.query_one("#usage-empty").display = shown is not None and not count
        rows.display = bool(count)
        total = self.query_one("#usage-total", Static)
        total.display = bool(count)
        if shown is None or not count:
            return
        columns, widths = fitting(shown.columns, max(20, self.size.width - SCROLLBAR - 1))
        # Behind the last one too, where that would not have the table scroll to the side.
        gaps = [GAP] * len(widths)
        gaps[-1] = max(0, min(GAP, self.size.width - SCROLLBAR - sum(widths) - sum(gaps[1:])))
        at, top = rows.cursor_row, rows.scroll_y
        same = [str(column.label).strip() for column in rows.ordered_columns] == [
            column.title for column in columns
        ]
        rows.clear(columns=True)
        for column, width, gap in zip(columns, widths, gaps, strict=True):
            rows.add_column(_cell(column, column.title, width), width=width + gap)
        for number in range(count):
            style = "dim" if shown.kinds[number] == "dim" else ""
            rows.add_row(
                *(
                    _cell(column, column.cells[number], width, style)
                    for column, width in zip(columns, widths, strict=True)
                )
            )
        if same:
            rows.move_cursor(row=min(at, count - 1), animate=False, scroll=False)
            rows.scroll_to(y=top, animate=False)
        text = Text(no_wrap=True)
        for column, width in zip(columns, widths, strict=True):
            text.append_text(_cell(column, column.cells[-1], width))
            text.append(" " * GAP)
        text.stylize("bold")
        total.update(text)


def _cell(column: Cells, text: str, width: int, style: str = "") -> Text:
    shown = clipped_to(text, width, keeps_end=column.keeps_end)
    blank = " " * (width - columns_of(shown))
    return Text(blank + shown if column.is_number else shown + blank, style, no_wrap=True)
