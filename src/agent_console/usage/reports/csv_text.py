"""Lines of CSV that a spreadsheet can open without running anything.

Rule: a text that a spreadsheet would take for a formula is made a text with a `'` in front; numbers
are ours and stay numbers.
"""

from _csv import writer  # its wrapper imports re, for nothing that is used here
from io import StringIO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    Cell: TypeAlias = str | int | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(rows: "Iterable[Iterable[Cell]]") -> str:
    """Lines, each with its line end (CR LF, as RFC 4180 has it); null is an empty cell."""
    text = StringIO(newline="")
    writer(text).writerows(
        [
            [
                f"'{cell}"
                if isinstance(cell, str) and cell.startswith(_FORMULA) and not _is_number(cell)
                else cell
                for cell in row
            ]
            for row in rows
        ]
    )
    return text.getvalue()


def csv_line(cells: "Iterable[Cell]") -> str:
    """One line."""
    return csv_lines([cells])


def _is_number(text: str) -> bool:
    digits = text[1:].replace(".", "", 1)
    return text[0] == "-" and digits.isascii() and digits.isdecimal()
