"""The messages of a session, of which only those on the screen are ever drawn or read.

Rule: the list asks for words with `WordsWanted` when rows come into sight, and keeps those it was
last given; a new list moves neither the cursor nor what is on the screen.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message as Event
from textual.scroll_view import ScrollView
from textual.strip import Strip

from agent_console.tui.session.message_columns import Column, Sheet, columns, fitted, heading, line
from agent_console.tui.session.message_order import Standing, moved
from agent_console.tui.shared import console_of
from agent_console.usage.reports.session_messages import Message

NEAR_ROWS = 20
"""So many rows above and below the screen are read too."""
KEPT_WORDS = 1000
"""Words of so many messages are kept while the list is open."""


class MessageList(ScrollView, can_focus=True):
    """A list with a cursor."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "message-list--heading",
        "message-list--cursor",
        "message-list--blurred",
        "message-list--empty",
    }
    DEFAULT_CSS = """
    MessageList {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-color: $panel;
        scrollbar-background: $background;
        & > .message-list--heading { color: $text-muted; text-style: none; }
        & > .message-list--cursor { background: $primary 30%; }
        & > .message-list--blurred { background: $foreground 8%; }
        & > .message-list--empty { color: $text-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "cursor_by(-1)", "Up", show=False),
        Binding("down,j", "cursor_by(1)", "Down", show=False),
        Binding("pageup,ctrl+b", "page_by(-1.0)", "Page up", show=False),
        Binding("pagedown,ctrl+f", "page_by(1.0)", "Page down", show=False),
        Binding("ctrl+u", "page_by(-0.5)", "Half a page up", show=False),
        Binding("ctrl+d", "page_by(0.5)", "Half a page down", show=False),
        Binding("home,g", "cursor_first", "First", show=False),
        Binding("end,G", "cursor_last", "Last", show=False),
    ]

    class WordsWanted(Event):
        """Messages are in sight whose words have not been read."""

        def __init__(self, messages: Sequence[Message]) -> None:
            super().__init__()
            self.messages = messages

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self.cursor = 0
        self.messages: Sequence[Message] = ()
        self.empty = ""
        self._sheet: Sheet | None = None
        self._words: OrderedDict[tuple[str, int], str] = OrderedDict()
        self._asked: set[tuple[str, int]] = set()
        self._has_heading = True
        self._drawn_for: tuple[int, Sheet] | None = None
        self._fit: Sequence[tuple[Column, int]] = ()
        self._strips: dict[str, tuple[tuple[Message, str | None], Strip]] = {}

    # ---- what it shows -----------------------------------------------------------------------

    def show(self, messages: Sequence[Message], sheet: Sheet) -> None:
        """Show a list, new or grown.

        Args:
            messages: In the order of time.
            sheet: What their lines have in common.
        """
        standing = Standing(self.cursor, round(self.scroll_offset.y))
        after = moved(self.messages, messages, standing, self.rows_on_screen)
        grown = len(messages) != len(self.messages)
        self.messages = messages
        self._sheet = sheet
        self.cursor = after.cursor
        if grown:
            self._measure()
        self._scroll(after.top)
        self.refresh()
        self._want_words()

    def show_empty(self, sentence: str) -> None:
        """Say why there is nothing, where there is nothing."""
        self.empty = sentence
        if not self.messages:
            self.refresh()

    def take_words(self, words: Mapping[tuple[str, int], str]) -> None:
        """Take words that were asked for."""
        self._asked -= words.keys()
        self._words.update(words)
        while len(self._words) > KEPT_WORDS:
            self._words.popitem(last=False)
        self.refresh()

    @property
    def message(self) -> Message | None:
        """The one under the cursor."""
        return self.messages[self.cursor] if self.cursor < len(self.messages) else None

    @property
    def rows_on_screen(self) -> int:
        """How many messages there is room for."""
        return max(1, self.size.height - self._has_heading)

    def select(self, row: int) -> None:
        """Put the cursor on a row and bring it into sight."""
        before, self.cursor = self.cursor, max(0, min(len(self.messages) - 1, row))
        top = round(self.scroll_offset.y)
        if self.cursor < top:
            self._scroll(self.cursor)
        elif self.cursor >= top + self.rows_on_screen:
            self._scroll(self.cursor - self.rows_on_screen + 1)
        self.refresh_line(before + self._has_heading)
        self.refresh_line(self.cursor + self._has_heading)
        self._want_words()

    # ---- keys and mouse ----------------------------------------------------------------------

    def action_cursor_by(self, rows: int) -> None:
        """Move the cursor by rows."""
        self.select(self.cursor + rows)

    def action_page_by(self, pages: float) -> None:
        """Move the cursor by parts of a screen."""
        self.select(self.cursor + round(pages * self.rows_on_screen))

    def action_cursor_first(self) -> None:
        """Go to the first message."""
        self.select(0)

    def action_cursor_last(self) -> None:
        """Go to the last message."""
        self.select(len(self.messages) - 1)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row that was clicked."""
        row = event.y - self._has_heading
        if row >= 0:
            self.select(round(self.scroll_offset.y) + row)

    # ---- drawing -----------------------------------------------------------------------------

    def on_resize(self) -> None:
        """There is more or less room now."""
        at_end = self.cursor >= len(self.messages) - 1
        self._has_heading = self.size.height > 6
        self._measure()
        if at_end:
            self.select(len(self.messages) - 1)
        else:
            self.select(self.cursor)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Other rows are in sight now."""
        super().watch_scroll_y(old_value, new_value)
        self._want_words()

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        width = self.scrollable_content_region.width
        sheet = self._sheet
        if sheet is None or not self.messages:
            return self._empty_line(y, width)
        if self._drawn_for != (width, sheet):
            self._drawn_for = width, sheet
            self._fit = fitted(columns(sheet, width), width)
            self._strips.clear()
        if y == 0 and self._has_heading:
            style = self.get_component_rich_style("message-list--heading")
            return self._strip(heading(self._fit), width, style)
        row = round(self.scroll_offset.y) + y - self._has_heading
        if row >= len(self.messages):
            return Strip.blank(width, self.rich_style)
        strip = self._row(self.messages[row], width, sheet)
        style = self.rich_style
        if row == self.cursor:
            which = "message-list--cursor" if self.has_focus else "message-list--blurred"
            style += self.get_component_rich_style(which)
        return strip.apply_style(style)

    def _row(self, message: Message, width: int, sheet: Sheet) -> Strip:
        """A message's line; one that has been drawn is not made again."""
        words = self._words.get(_of(message)) if message.places else ""
        known = message, words
        strip = self._strips.get(message.key)
        if strip is None or strip[0] != known:
            text = line(message, words, self._fit, sheet)
            strip = known, self._strip(text, width, Style())
            self._strips[message.key] = strip
            if len(self._strips) > KEPT_WORDS:
                self._strips.pop(next(iter(self._strips)))
        return strip[1]

    def _strip(self, text: Text, width: int, style: Style) -> Strip:
        strip = Strip(text.render(console_of(self).console))
        return strip.adjust_cell_length(width).apply_style(style)

    def _empty_line(self, y: int, width: int) -> Strip:
        if y != 0 or not self.empty:
            return Strip.blank(width, self.rich_style)
        text = Text(self.empty, no_wrap=True, end="")
        text.truncate(width, overflow="ellipsis")
        style = self.rich_style + self.get_component_rich_style("message-list--empty")
        return self._strip(text, width, style)

    def _measure(self) -> None:
        self.virtual_size = Size(
            self.scrollable_content_region.width, len(self.messages) + self._has_heading
        )

    def _scroll(self, row: int) -> None:
        self.scroll_to(y=row, animate=False, immediate=True, force=True)

    def _want_words(self) -> None:
        top = max(0, round(self.scroll_offset.y) - NEAR_ROWS)
        bottom = round(self.scroll_offset.y) + self.rows_on_screen + NEAR_ROWS
        wanted = [
            message
            for message in self.messages[top:bottom]
            if message.places
            and (key := _of(message)) not in self._words
            and key not in self._asked
        ]
        if wanted:
            self._asked.update(map(_of, wanted))
            self.post_message(self.WordsWanted(wanted))


def _of(message: Message) -> tuple[str, int]:
    """What words are kept under: a response that grows says more."""
    return message.key, len(message.places)
