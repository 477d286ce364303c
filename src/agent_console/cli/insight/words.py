"""Figures of insight in words, for tables and sentences.

Rule: what is not known is `N/A` in a table, never 0.
"""

from agent_console.model.format import cost, pico_cost
from agent_console.usage.reports.calendar import iso
from agent_console.usage.reports.columns import NOT_AVAILABLE
from agent_console.usage.reports.filter import Filter

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


def span_data(wanted: Filter) -> dict[str, str | None]:
    """A filter's first and last day for scripts; null where it has no border."""
    day = wanted.zone.day
    return {
        "first_day": None if wanted.since is None else iso(day(wanted.since)),
        "last_day": None if wanted.until is None else iso(day(wanted.until - 1)),
    }


def money(pico: int) -> str:
    """Picodollars for a list; they may be negative."""
    return f"-{pico_cost(-pico)}" if pico < 0 else pico_cost(pico)
