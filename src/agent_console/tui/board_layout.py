"""Which columns the board has and how wide they are, kept calm while its texts change.

Rule: pure. A column grows with what it must hold and never shrinks by itself: what moves under the
eye for no reason is read as news. It begins anew when the window, the view or the board changes.
"""

from collections.abc import Sequence

from rich.text import Text

from agent_console.board.columns import GAP, Column, Fit, fitted_to
from agent_console.tui.board_cells import widest_line
from agent_console.tui.board_columns import LEAD

NARROW_GAP = 1
DOING_COLUMNS = 28
"""What a session does is given so much before columns that are less important are added."""


class BoardLayout:
    """The widths of the columns.

    Args:
        columns: Those that could be drawn.
        width: What they may take together.
        narrow: There is no room for wide gaps.

    Attributes:
        columns: As given.
        narrow: As given.
        gap: Blanks between two columns.
        fit: What is drawn.
    """

    def __init__(self, columns: Sequence[Column], width: int, *, narrow: bool) -> None:
        self.columns = tuple(columns)
        self.narrow = narrow
        self.gap = NARROW_GAP if narrow else GAP
        self.fit = Fit((), {})
        self._width = width
        self._natural: dict[str, int] = {}

    def take(self, cells: Sequence[Text]) -> None:
        """Make room for the cells of one more row."""
        for column, cell in zip(self.columns, cells, strict=True):
            wide = widest_line(cell)
            if wide and wide > self._natural.get(column.title, 0):
                self._natural[column.title] = wide

    def settle(self) -> bool:
        """Decide anew what is drawn; whether it is different now."""
        filled = [column for column in self.columns if column.title in self._natural]
        before = self.fit
        self.fit = fitted_to(
            filled, {column.title: self._wanted(column) for column in filled}, self._width, self.gap
        )
        return before != self.fit

    def _wanted(self, column: Column) -> int:
        if column.flexible:
            return DOING_COLUMNS
        wide = self._natural[column.title]
        if column.title != LEAD and not self.narrow:
            wide = max(wide, len(column.title))
        return wide if column.max_width is None else min(wide, column.max_width)
