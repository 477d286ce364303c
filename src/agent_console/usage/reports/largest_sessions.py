"""Which sessions cost most, or have most tokens, without the sums of all of them.

Rule: what `sessions` adds up of a session is never less than what a filter takes of it, and at the
highest prices there are it is never less than a cost. Sessions are looked at in the order of these
bounds, until no bound is as high as what has been found.
"""

from agent_console.usage.cost_sql import PICO_PER_NANO
from agent_console.usage.reports import query, selection
from agent_console.usage.reports.sums import Sums

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from sqlite3 import Connection
    from typing import Literal

    from agent_console.usage.reports.selection import Selection

AT_ONCE = 1_000

_CLASSES = ("input", "output", "cache_write_5m", "cache_write_1h", "cache_read")
_TOKENS = " + ".join(f"{each}_tokens" for each in _CLASSES)


def largest_sessions(
    connection: "Connection",
    rows: "Selection",
    taken: "Sequence[int]",
    by: "Literal['cost', 'tokens']",
    count: int,
) -> list[int]:
    """The numbers of so many sessions, the largest first, equal ones in the order of their numbers.

    Args:
        connection: The ledger.
        rows: What the filter takes, by session.
        taken: The sessions that have a row.
        by: What is compared; what has no cost is less than nothing.
        count: How many.
    """
    bounds = _bounds(connection, set(taken), _TOKENS if by == "tokens" else _highest(connection))
    found: list[tuple[int, int]] = []
    for start in range(0, len(bounds), AT_ONCE):
        if len(found) >= count and -found[count - 1][0] > bounds[start][1]:
            break
        some = [number for number, _ in bounds[start : start + AT_ONCE]]
        sums = _sums(connection, rows, some, as_before=start > 0)
        found += [(-_size(sums.get(number), by), number) for number in some]
        found.sort()
    return [number for _, number in found[:count]]


def _bounds(connection: "Connection", taken: set[int], bound: str) -> list[tuple[int, int]]:
    """The sessions with their bounds, the highest first."""
    found = connection.execute(
        f"SELECT session_no, {bound} AS bound FROM sessions ORDER BY bound DESC"  # noqa: S608
    )
    return [each for each in found if each[0] in taken]


def _highest(connection: "Connection") -> str:
    """A cost that no session exceeds, as an expression of its sums: picodollars."""
    names = (*_CLASSES, "web_search")
    *prices, of_search = connection.execute(
        f"SELECT {', '.join(f'coalesce(max({each}_pico_usd), 0)' for each in names)} "  # noqa: S608
        "FROM facet_prices"
    ).fetchone()
    # A session's searches are not added up; it has no more than all together.
    (searches,) = connection.execute(
        "SELECT coalesce(sum(web_searches), 0) FROM usage_by_hour"
    ).fetchone()
    computed = (f"{each}_tokens * {price}" for each, price in zip(_CLASSES, prices, strict=True))
    return " + ".join(
        [*computed, f"reported_nano_usd * {PICO_PER_NANO}", str(searches * of_search)]
    )


def _sums(
    connection: "Connection", rows: "Selection", some: list[int], *, as_before: bool
) -> dict[int, Sums]:
    selection.show(connection, some)
    found: dict[int, Sums] = {}
    for (number,), sums in query.grouped(
        connection, rows.of_shown(), query.SESSION, as_before=as_before
    ):
        known = found.get(number)
        if known is None:
            found[number] = sums
        else:
            known.add(sums)
    return found


def _size(sums: Sums | None, by: "Literal['cost', 'tokens']") -> int:
    if sums is None:
        return -1
    if by == "tokens":
        return sums.tokens
    return -1 if sums.cost_pico is None else sums.cost_pico
