"""Lines of CSV that a spreadsheet can open without running anything.

Rule: a text that a spreadsheet would take for a formula is made a text with a `'` in front; numbers
are ours and stay numbers.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_line(cells: "Iterable[str]") -> str:
    """One line, with its line end (CR LF, as RFC 4180 has it)."""
    return ",".join(map(_cell, cells)) + "\r\n"


def _cell(text: str) -> str:
    if text.startswith(_FORMULA) and not _is_number(text):
        text = f"'{text}"
    if any(char in text for char in ',"\r\n'):
        doubled = text.replace('"', '""')
        return f'"{doubled}"'
    return text


def _is_number(text: str) -> bool:
    digits = text[1:].replace(".", "", 1)
    return text[0] == "-" and digits.isascii() and digits.isdecimal()
