"""What the prompt cache saved and what it cost, in dollars.

Rule: against uncached prices: what was read from the cache would have been sent as input, and so
would what was written to it. All of it is computed, also where a cost was reported.
"""

from collections.abc import Sequence
from sqlite3 import Connection
from typing import Any

from msgspec import Struct

from agent_console.usage.cost_sql import CACHE_READ_SAVED, CACHE_WRITE_PREMIUM
from agent_console.usage.reports import query, selection
from agent_console.usage.reports.filter import Filter

_COLUMNS = (
    f"coalesce({CACHE_READ_SAVED}, 0), coalesce({CACHE_WRITE_PREMIUM}, 0), "
    "iif(price.facet_no IS NULL, usage.cache_write_5m_tokens + usage.cache_write_1h_tokens "
    "+ usage.cache_read_tokens, 0)"
)


class CacheMoney(Struct):
    """What the cache did, in picodollars.

    Attributes:
        read_saved_pico: What reading from the cache saved.
        write_premium_pico: What writing to it cost beyond sending the same as input.
        unpriced: Tokens of the cache that have no price and are in neither.
    """

    read_saved_pico: int = 0
    write_premium_pico: int = 0
    unpriced: int = 0

    @property
    def saved_pico(self) -> int:
        """What all of it would have cost more without a cache; negative when it cost more with."""
        return self.read_saved_pico - self.write_premium_pico

    def add(self, read_saved: int, write_premium: int, unpriced: int) -> None:
        """Take more in."""
        self.read_saved_pico += int(read_saved)
        self.write_premium_pico += int(write_premium)
        self.unpriced += unpriced


def cache_money(
    connection: Connection, rows: selection.Selection, bucket: str = "0", facets: Sequence[str] = ()
) -> dict[tuple[Any, ...], CacheMoney]:
    """By key, as `query.grouped` has it."""
    found: dict[tuple[Any, ...], CacheMoney] = {}
    for row in query.asked(connection, rows, _COLUMNS, bucket, facets):
        found.setdefault(tuple(row[3:]), CacheMoney()).add(*row[:3])
    return found


def cache_money_of(connection: Connection, wanted: Filter) -> CacheMoney:
    """Of everything that a filter takes."""
    rows = selection.select_rows(connection, wanted)
    return cache_money(connection, rows).get((0,), CacheMoney())
