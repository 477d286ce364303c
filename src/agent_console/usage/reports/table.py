"""A table as text: columns that fit, numbers to the right, the least important ones dropped first.

Rule: no line is wider than the terminal. It imports nothing that draws: rich takes longer to import
than a report takes to make, and a table of a report is text with a rule above its totals.
"""

from agent_console.model.format import clipped, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

GAP = 2
_DIM, _BOLD, _PLAIN = "\x1b[2m", "\x1b[1m", "\x1b[0m"
_SHORTEST_CUT = 8
_ELLIPSIS = "…"


class Cells:
    """One column of a table, all its cells ready to be shown.

    Attributes:
        title: Its heading.
        cells: One text for each line.
        importance: Where the width is not enough, the least important column goes first.
        is_number: It stands right and is never cut.
        narrowest: So far a text may be cut before another column goes; 0 for never cut. Beside
            one last figure it may be cut further.
        keeps_end: It is cut at its beginning, as paths are.
    """

    __slots__ = ("_taken", "cells", "importance", "is_number", "keeps_end", "narrowest", "title")

    def __init__(
        self,
        title: str,
        cells: "Sequence[str]",
        importance: int,
        *,
        is_number: bool = True,
        narrowest: int = 0,
        keeps_end: bool = False,
    ) -> None:
        self.title = title
        self.cells = [printable(cell) for cell in cells]
        self.importance = importance
        self.is_number = is_number
        self.narrowest = narrowest
        self.keeps_end = keeps_end
        self._taken: list[int] | None = None

    @property
    def taken(self) -> list[int]:
        """What its title and each of its cells take."""
        if self._taken is None:
            self._taken = [columns_of(text) for text in (self.title, *self.cells)]
        return self._taken

    @property
    def width(self) -> int:
        """What its widest cell takes."""
        return max(self.taken)

    def drawn(self, width: int) -> list[str]:
        """Its title and each of its cells in so many columns of a terminal."""
        drawn: list[str] = []
        for cell, takes in zip((self.title, *self.cells), self.taken, strict=True):
            text, blanks = cell, width - takes
            if blanks < 0:
                text = clipped_to(cell, width, keeps_end=self.keeps_end)
                blanks = width - columns_of(text)
            drawn.append(" " * blanks + text if self.is_number else text + " " * blanks)
        return drawn


class Line:
    """How a line is drawn: `plain`, `dim` (a part of the row above) or `total` (below a rule)."""

    PLAIN, DIM, TOTAL = "plain", "dim", "total"


def draw(columns: "Sequence[Cells]", kinds: "Sequence[str]", width: int, *, coloured: bool) -> str:
    """The table.

    Args:
        columns: From left to right; the most important one is never dropped.
        kinds: Of every line, as in `Line`.
        width: Columns of the terminal.
        coloured: Escape sequences may be used.
    """
    shown, widths = fitting(columns, width)
    drawn = [column.drawn(width) for column, width in zip(shown, widths, strict=True)]
    title, *texts = [(" " * GAP).join(cells).rstrip() for cells in zip(*drawn, strict=True)]
    lines = [_styled(title, _DIM, coloured=coloured)]
    for kind, text in zip(kinds, texts, strict=True):
        if kind == Line.TOTAL:
            rule = "─" * (sum(widths) + GAP * (len(widths) - 1))
            lines.append(_styled(rule, _DIM, coloured=coloured))
            lines.append(_styled(text, _BOLD, coloured=coloured))
        elif kind == Line.DIM:
            lines.append(_styled(text, _DIM, coloured=coloured))
        else:
            lines.append(text)
    return "".join(f"{line}\n" for line in lines)


def fitting(columns: "Sequence[Cells]", width: int) -> tuple[list[Cells], list[int]]:
    """The columns that are shown, and their widths."""
    shown = list(columns)
    while True:
        widths = [column.width for column in shown]
        over = sum(widths) + GAP * (len(widths) - 1) - width
        if over <= 0:
            return shown, widths
        # The columns that may be cut give way first, the widest of them most.
        # A name says little without any figure: beside the last one it is cut further.
        at_last = len(shown) == 2 and any(column.is_number for column in shown)
        spare = [
            max(0, each - (_SHORTEST_CUT if at_last else column.narrowest))
            if column.narrowest
            else 0
            for column, each in zip(shown, widths, strict=True)
        ]
        if sum(spare) >= over or len(shown) == 1:
            return shown, _cut(widths, spare, over)
        shown.remove(min(shown, key=lambda column: column.importance))


def _cut(widths: list[int], spare: list[int], over: int) -> list[int]:
    widths = list(widths)
    while over > 0 and any(spare):
        widest = max(range(len(widths)), key=lambda at: (spare[at] > 0, widths[at]))
        widths[widest] -= 1
        spare[widest] -= 1
        over -= 1
    return [max(1, width) for width in widths]


def columns_of(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii() or text.replace(_ELLIPSIS, "").isascii():
        return len(text)
    from unicodedata import combining, east_asian_width  # noqa: PLC0415 - rarely needed

    return sum(
        0 if combining(char) or char == "\u200d" else 1 + (east_asian_width(char) in {"W", "F"})
        for char in text
    )


def clipped_to(text: str, width: int, *, keeps_end: bool) -> str:
    """The text in so many columns of a terminal, with an ellipsis where something is left out."""
    if columns_of(text) <= width:
        return text
    if keeps_end:
        text = text[1 - width :] if width > 1 else ""
        while columns_of(text) >= width > 0:
            text = text[1:]
        return f"{_ELLIPSIS}{text}"
    size = width
    while size > 0 and columns_of(clipped(text, size)) > width:
        size -= 1
    return clipped(text, size)


def _styled(text: str, style: str, *, coloured: bool) -> str:
    return f"{style}{text}{_PLAIN}" if coloured else text


def wrapped(text: str, width: int) -> str:
    """A sentence on lines that fit."""
    found: list[str] = []
    line = ""
    for word in text.split():
        if line and columns_of(f"{line} {word}") > width:
            found.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\n".join([*found, line])
