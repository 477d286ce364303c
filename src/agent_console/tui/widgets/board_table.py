"""The rows of the board on the screen.

Rule: what is drawn follows from the rows it is given; it keeps the cursor on its row wherever that
goes, leaves the scroll position as it is, and touches no cell that says the same as before.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import ClassVar

from msgspec import Struct
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.coordinate import Coordinate
from textual.message import Message
from textual.widgets import DataTable

from agent_console.board.columns import Column
from agent_console.model.session import Session
from agent_console.tui.board_cells import fitting, row_cells
from agent_console.tui.board_columns import LEAD
from agent_console.tui.board_layout import BoardLayout
from agent_console.tui.board_rows import Kind, Row
from agent_console.tui.widgets.kept_lines import KeptLines

EDGE = 1
"""Blanks at both sides of the table."""

_MOVE = Binding.Group("Move")
_TREE = Binding.Group("Unfold")


class Drawn(Struct):
    """A row as it stands on the screen.

    Attributes:
        row: What it was made of.
        cells: What each column says, whole; the clock moves on in it.
    """

    row: Row
    cells: list[Text]


class BoardTable(KeptLines):
    """The board's rows, with a cursor that stays on its row."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "cursor_down", "Down", show=False, group=_MOVE),
        Binding("k,up", "cursor_up", "Up", show=False, group=_MOVE),
        Binding("g,home", "scroll_top", "First", show=False, group=_MOVE),
        Binding("G,end", "scroll_bottom", "Last", show=False, group=_MOVE),
        Binding("ctrl+d", "half_page(1)", "Half a page down", show=False, group=_MOVE),
        Binding("ctrl+u", "half_page(-1)", "Half a page up", show=False, group=_MOVE),
        Binding("l,right", "unfold", "Show what is below", show=False, group=_TREE),
        Binding("h,left", "fold", "Hide what is below", show=False, group=_TREE),
        Binding("tab", "turn", "Show or hide what is below", show=False, group=_TREE),
        Binding("enter", "choose", "Jump", tooltip="Go to the session's terminal"),
    ]

    class Chosen(Message):
        """The person wants to go to a session."""

        def __init__(self, session: Session) -> None:
            super().__init__()
            self.session = session

    class Turned(Message):
        """What is below a row is to be shown, or hidden."""

        def __init__(self, row: Row) -> None:
            super().__init__()
            self.row = row

    class Scrolled(Message):
        """Other rows can be seen."""

    class Touched(Message):
        """The person did something here."""

    def __init__(self) -> None:
        super().__init__()
        self._layout = BoardLayout((), 0, narrow=False)
        self._drawn: dict[str, Drawn] = {}
        self._order: list[str] = []
        self._row_lines = 1
        self._dark = True
        self._anew = False

    # ---- what is under the cursor --------------------------------------------------------------

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        place = self.cursor_row
        return self._drawn[self._order[place]].row if 0 <= place < len(self._order) else None

    @property
    def rows_shown(self) -> Sequence[Row]:
        """The rows, from top to bottom."""
        return [self._drawn[key].row for key in self._order]

    @property
    def rows_in_view(self) -> Sequence[Row]:
        """Those of them that can be seen now."""
        top = self.scroll_offset.y
        lines = self._y_offsets[top : top + self.size.height]
        keys = dict.fromkeys(str(key.value) for key, _ in lines)
        return [self._drawn[key].row for key in keys]

    def go_to(self, number: int) -> Row | None:
        """Put the cursor on the session with this number; null when there is none."""
        for place, key in enumerate(self._order):
            row = self._drawn[key].row
            if row.number == number and row.kind is Kind.SESSION:
                self.move_cursor(row=place)
                return row
        return None

    # ---- drawing -------------------------------------------------------------------------------

    def lay_out(
        self, columns: Sequence[Column], width: int, *, narrow: bool, row_lines: int, dark: bool
    ) -> None:
        """Begin anew, with other columns or another width."""
        self._layout = BoardLayout(columns, width - 2 * EDGE, narrow=narrow)
        self._row_lines = row_lines
        self._dark = dark
        self._anew = True

    def show_rows(self, rows: Sequence[Row], now_ms: int) -> None:
        """Draw these rows and no others.

        Args:
            rows: From top to bottom.
            now_ms: Unix milliseconds.
        """
        changed = self._take(rows, now_ms)
        order = [row.key for row in rows]
        if self._layout.settle():
            self._rebuild(order)
            return
        with self._steady(order):
            self._come_and_go(order)
            for key, before in changed.items():
                self._put(key, before)
            self._sort(order)

    def move_clock(self, now_ms: int) -> None:
        """Draw what the time alone changes, where it can be seen."""
        for row in self.rows_in_view:
            if row.since_ms is not None:
                self._redraw(row.key, self._cells(row, now_ms))
        if self._layout.settle():
            self._rebuild(self._order)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Others can be seen now."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Scrolled())

    def _take(self, rows: Sequence[Row], now_ms: int) -> dict[str, list[Text]]:
        """Make the cells of rows that are new or different; what those in the table said before."""
        changed: dict[str, list[Text]] = {}
        before = {} if self._anew else self._drawn
        self._anew = False
        self._drawn = {}
        for row in rows:
            drawn = before.get(row.key)
            if drawn is None or not drawn.row.looks_like(row):
                cells = self._cells(row, now_ms)
                self._layout.take(cells)
                if drawn is not None:
                    changed[row.key] = drawn.cells
                drawn = Drawn(row, cells)
            self._drawn[row.key] = drawn
        return changed

    def _cells(self, row: Row, now_ms: int) -> list[Text]:
        layout = self._layout
        return row_cells(row, layout.columns, now_ms, narrow=layout.narrow, dark=self._dark)

    def _redraw(self, key: str, cells: list[Text]) -> None:
        drawn = self._drawn[key]
        before, drawn.cells = drawn.cells, cells
        self._layout.take(cells)
        self._put(key, before)

    def _put(self, key: str, before: Sequence[Text]) -> None:
        """Bring a row that is in the table up to date."""
        drawn = self._drawn[key]
        widths = self._layout.fit.widths
        for column, old, cell in zip(self._layout.columns, before, drawn.cells, strict=True):
            if column.title in widths and not _same(old, cell):
                text = _in_place(cell, column, widths[column.title], alike=drawn.row.alike)
                self.update_cell(key, column.title, text)
                self._versions[key] += 1

    def _come_and_go(self, order: Sequence[str]) -> None:
        wanted = set(order)
        there = set(self._order)
        for key in there - wanted:
            self.remove_row(key)
            del self._versions[key]
        for key in order:
            if key not in there:
                self._append(key)

    def _append(self, key: str) -> None:
        drawn = self._drawn[key]
        fit = self._layout.fit
        cells = [
            _in_place(cell, column, fit.widths[column.title], alike=drawn.row.alike)
            for column, cell in zip(self._layout.columns, drawn.cells, strict=True)
            if column.title in fit.widths
        ]
        lines = self._row_lines if drawn.row.kind is Kind.SESSION else 1
        self.add_row(*cells, key=key, height=lines)
        self._versions[key] = self._versions.get(key, 0) + 1

    def _sort(self, order: list[str]) -> None:
        if [str(row.key.value) for row in self.ordered_rows] != order:
            # A table sorts by its cells: each row's first is an object of its own.
            first = self._layout.fit.columns[0].title
            places = {id(self.get_cell(key, first)): place for place, key in enumerate(order)}
            self.sort(first, key=lambda cell: places[id(cell)])
        self._order = order

    def _rebuild(self, order: list[str]) -> None:
        """Draw everything anew: the columns are others, or have other widths."""
        top = self.scroll_y
        with self._steady(order):
            self.clear(columns=True)
            self.forget_lines()
            last = len(self._layout.fit.columns) - 1
            for place, column in enumerate(self._layout.fit.columns):
                width = self._layout.fit.widths[column.title]
                label = Text("" if column.title == LEAD else column.title)
                edges = (EDGE if place == last else self._layout.gap) + EDGE * (place == 0)
                self.add_column(
                    _in_place(label, column, width), width=width + edges, key=column.title
                )
            for key in order:
                self._append(key)
            self._order = list(order)
        if top:
            self.call_after_refresh(self.scroll_to, y=top, animate=False, force=True)

    @contextmanager
    def _steady(self, order: Sequence[str]) -> Generator[None]:
        """The cursor stays on its row, or at its place when the row goes; nothing scrolls."""
        place = self.cursor_row
        key = self._order[place] if 0 <= place < len(self._order) else None
        in_view = self._is_in_view(place)
        with self.prevent(DataTable.RowHighlighted):
            yield
        if key in order:
            place = order.index(key)
        place = max(0, min(place, len(order) - 1))
        if place != self.cursor_row:
            # Not by its setter: that scrolls, and tells of a move that no person made.
            self.set_reactive(DataTable.cursor_coordinate, Coordinate(place, 0))
            self.refresh()
        if in_view:
            self.call_after_refresh(self._keep_in_view)

    def _is_in_view(self, place: int) -> bool:
        region = self._get_row_region(place)
        return bool(region) and self.window_region.overlaps(region)

    def _keep_in_view(self) -> None:
        """Follow a cursor that was in view and would leave it, as little as that takes."""
        if self.row_count and not self.window_region.contains_region(
            self._get_row_region(self.cursor_row)
        ):
            self._scroll_cursor_into_view()

    # ---- keys and mouse ------------------------------------------------------------------------

    def on_key(self) -> None:
        """Somebody is there."""
        self.post_message(self.Touched())

    def _on_click(self, event: events.Click) -> None:  # type: ignore[override]
        """A click moves the cursor, a double click jumps, one on the mark unfolds."""
        event.prevent_default()
        event.stop()
        self.post_message(self.Touched())
        place = self._place_at(event.y)
        if place is None:
            return
        self.move_cursor(row=place)
        row = self._drawn[self._order[place]].row
        if event.chain == 2:
            self.action_choose()
        elif row.below and event.x < self.ordered_columns[0].get_render_width(self):
            self.post_message(self.Turned(row))

    def _on_mouse_move(self, event: events.MouseMove) -> None:
        event.prevent_default()
        place = self._place_at(event.y)
        self._set_hover_cursor(place is not None)
        if place is not None:
            self.hover_coordinate = Coordinate(place, 0)

    def action_choose(self) -> None:
        """Go to the session under the cursor; a project unfolds."""
        row = self.current
        if row is None:
            return
        if row.session is None:
            self.post_message(self.Turned(row))
        else:
            self.post_message(self.Chosen(row.session))

    def action_turn(self) -> None:
        """Show or hide what is below."""
        row = self.current
        if row is not None and row.below:
            self.post_message(self.Turned(row))

    def action_unfold(self) -> None:
        """Show what is below; when it is shown, go there."""
        row = self.current
        if row is None or not row.below:
            return
        if row.is_open:
            self.action_cursor_down()
        else:
            self.post_message(self.Turned(row))

    def action_fold(self) -> None:
        """Hide what is below; from there, go up to what it belongs to."""
        row = self.current
        if row is None:
            return
        if row.is_open:
            self.post_message(self.Turned(row))
            return
        above = [Kind.SESSION, Kind.PROJECT] if row.kind is not Kind.SESSION else [Kind.PROJECT]
        for place in range(self.cursor_row - 1, -1, -1):
            if self._drawn[self._order[place]].row.kind in above:
                self.move_cursor(row=place)
                return

    def action_half_page(self, direction: int) -> None:
        """Move the cursor by half of what is in view."""
        rows = max(1, self.scrollable_content_region.height // self._row_lines // 2)
        self.move_cursor(row=max(0, min(self.cursor_row + direction * rows, self.row_count - 1)))


def _in_place(cell: Text, column: Column, width: int, *, alike: bool = False) -> Text:
    text = fitting(cell, column, width, alike=alike)
    return Text(" " * EDGE) + text if column.title == LEAD else text


def _same(one: Text, other: Text) -> bool:
    return one.plain == other.plain and one.style == other.style and one.spans == other.spans
