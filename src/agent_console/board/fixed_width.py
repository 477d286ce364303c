"""A text that takes so many columns of a terminal, whatever its script.

Rule: columns are counted, not characters: a Chinese or Japanese one takes two.
"""

from rich.text import Text


def fixed_width(text: str, columns: int, style: str = "") -> Text:
    """The text with blanks behind it, or its beginning ended with `…`."""
    cell = Text(text, style)
    cell.truncate(columns, overflow="ellipsis", pad=True)
    return cell
