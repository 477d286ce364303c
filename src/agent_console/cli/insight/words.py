"""Figures of insight in words, for tables and sentences.

Rule: what is not known is `N/A` in a table, never 0.
"""

from agent_console.model.format import cost, printable
from agent_console.usage.reports.calendar import iso
from agent_console.usage.reports.columns import NOT_AVAILABLE

_BLOCKS = "▁▂▃▄▅▆▇█"


def sparkline(values: list[float]) -> str:
    """A column for each value, the largest one full; nothing is a blank line's foot, `▁`."""
    largest = max(values, default=0.0)
    if largest <= 0:
        return _BLOCKS[0] * len(values)
    top = len(_BLOCKS) - 1
    return "".join(_BLOCKS[round(value / largest * top)] for value in values)


def percent(part: float | None, digits: int = 0) -> str:
    """A part of one, in percent."""
    return NOT_AVAILABLE if part is None else f"{part * 100:.{digits}f} %"


def change(in_percent: float | None) -> str:
    """A change with its sign."""
    return NOT_AVAILABLE if in_percent is None else f"{in_percent:+.0f} %"


def dollars(usd: float | None) -> str:
    """Money for a list."""
    return NOT_AVAILABLE if usd is None else cost(usd)


def days(first: int, last: int) -> str:
    """A stretch of local days."""
    return iso(first) if first == last else f"{iso(first)} to {iso(last)}"


def named(names: tuple[str, ...]) -> str:
    """What a filter named."""
    return ", ".join(map(printable, names))
