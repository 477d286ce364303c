"""A table that draws its lines itself and keeps them.

Rule: whoever changes a row counts it in `_versions`; a line is drawn again when that, or what else
it looks like, has changed, and not otherwise.

DataTable draws all rows anew when one cell changes, and a cell takes it ten times as long as its
text; with 200 sessions at work that left no time for keys. So lines are drawn here, from cells that
fit their columns already, and kept until their own row changes (`tests/bench/tui_updates.py`).
"""

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.cache import LRUCache
from textual.geometry import Region
from textual.strip import Strip
from textual.widgets import DataTable

from agent_console.tui.shared import console_of

STRIPS = 1000
"""So many drawn lines are kept."""


class KeptLines(DataTable[Text]):
    """Rows of texts that fit their columns, with a cursor that is a whole row."""

    def __init__(self) -> None:
        super().__init__(
            cursor_type="row",
            cell_padding=0,
            cursor_foreground_priority="renderable",
            cursor_background_priority="renderable",
            zebra_stripes=False,
        )
        self._versions: dict[str, int] = {}
        """How often each row has changed."""
        self._ground = Style()
        self._strips: LRUCache[tuple[object, ...], Strip] = LRUCache(STRIPS)

    def forget_lines(self) -> None:
        """All rows are others."""
        self._strips.clear()
        self._versions.clear()

    def notify_style_update(self) -> None:
        """Colours are others now."""
        self._strips.clear()
        super().notify_style_update()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw some lines."""
        self._ground = self.rich_style
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw a line, unless its row has not changed since it was drawn."""
        header = self.header_height if self.show_header else 0
        if y < header:
            return super().render_line(y)
        width = self.size.width
        lines = self._y_offsets
        if (place := y - header + self.scroll_offset.y) >= len(lines):
            return Strip.blank(width, self._ground)
        row_key, line = lines[place]
        key = str(row_key.value)
        row = self.get_row_index(row_key)
        cursor = row == self.cursor_row
        hover = row == self.hover_row and self._show_hover_cursor
        state = (key, line, self._versions[key], cursor, hover, width, self._ground, self.has_focus)
        strip = self._strips.get(state)
        if strip is None:
            look, _ = self._get_styles_to_render_cell(
                False, False, False, hover, cursor, True, hover, False, False
            )
            strip = self._drawn_line(key, line, width, self._ground + look)
            self._strips[state] = strip
        return strip

    def _drawn_line(self, key: str, line: int, width: int, style: Style) -> Strip:
        console = console_of(self).console
        segments: list[Segment] = []
        for column, cell in zip(self.ordered_columns, self.get_row(key), strict=True):
            lines = cell.split("\n", allow_blank=True) if "\n" in cell.plain else [cell]
            room = column.get_render_width(self)
            if line < len(lines):
                text = lines[line]
                # What has no spans is rendered without its own style.
                own = style + console.get_style(text.style)
                segments += Segment.apply_style(text.render(console), own)
                room -= text.cell_len
            segments.append(Segment(" " * room, style))
        return Strip(segments).adjust_cell_length(width, style).simplify()

    def _place_at(self, y: int) -> int | None:
        """The row at a line of the widget; null for the heading and for none."""
        header = self.header_height if self.show_header else 0
        if y < header:
            return None
        line = y - header + self.scroll_offset.y
        offsets = self._y_offsets
        return self.get_row_index(offsets[line][0]) if line < len(offsets) else None
