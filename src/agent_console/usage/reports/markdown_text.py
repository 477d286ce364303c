"""Cells of Markdown tables.

Rule: what stands in a cell cannot end it, nor become markup.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_ESCAPES = str.maketrans({char: f"\\{char}" for char in "\\|`*_[]<>"})


def escaped(text: str) -> str:
    """A text that stays what it is."""
    return text.translate(_ESCAPES)


def table_line(cells: "Sequence[str]") -> str:
    """A line of a table."""
    return f"| {' | '.join(cells)} |"
