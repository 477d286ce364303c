"""The last seven days as small lines of bars.

Rule: no NiceGUI here. Figures are those of `agent-console compare periods`, day by day.
"""

from collections.abc import Callable

from msgspec import Struct

from agent_console.model.format import exact_cost, share, tokens
from agent_console.usage.insight.comparison import Compared
from agent_console.usage.insight.overview import WEEK_DAYS
from agent_console.usage.reports.calendar import iso


class Spark(Struct, frozen=True):
    """One figure over seven days.

    Attributes:
        name: What it is.
        heights: Of each day, in percent of the highest; 0 where there is nothing.
        words: Of each day, the figure as it is read; `-` where there is nothing.
    """

    name: str
    heights: list[float]
    words: list[str]


def week_days(today: int) -> list[str]:
    """The last seven days, today last, as `2026-11-20`.

    Args:
        today: Counted from 1970-01-01.
    """
    return [iso(today - WEEK_DAYS + 1 + number) for number in range(WEEK_DAYS)]


def sparks(days: list[str], found: list[Compared]) -> list[Spark]:
    """Tokens, sessions, the average of a session and the cache's hit rate of these days."""
    by_day = {each.name: each for each in found}
    known = [by_day.get(day) for day in days]
    return [
        _spark("Tokens", known, lambda each: each.sums.tokens, lambda value: tokens(int(value))),
        _spark("Sessions", known, lambda each: each.sessions, lambda value: f"{value:,.0f}"),
        _spark("Per session", known, lambda each: each.usd_per_session, exact_cost),
        _spark("Cache hits", known, lambda each: each.hit_rate, lambda value: share(value, 1)),
    ]


def _spark(
    name: str,
    days: list[Compared | None],
    figure: Callable[[Compared], float | None],
    words: Callable[[float], str],
) -> Spark:
    values = [None if each is None else figure(each) for each in days]
    highest = max((value for value in values if value), default=0)
    return Spark(
        name,
        [round(100 * value / highest, 1) if value and highest else 0.0 for value in values],
        ["-" if value is None else words(value) for value in values],
    )
