"""What today and the current 5-hour block cost: the figures of a status line.

Rule: nothing is remembered that another process may change without a look at
`PRAGMA data_version`, which moves with every commit of another connection.

A day and a block are at most 100 quarters of the rollup by time, found by their key, however many
messages there are. Where the block began depends on the blocks before it, back to the last pause
of five hours; somebody whose machines never pause has a long way back, so one known block is
remembered. It stays right while no row appears in a quarter before it and the clock does not go
back.
"""

from collections.abc import Collection
from datetime import tzinfo
from sqlite3 import Connection

from agent_console.model.usage import Spending
from agent_console.usage.cost_sql import PICO_PER_USD, cost_sum, priced
from agent_console.usage.periods import (
    BLOCK_QUARTERS,
    QUARTER_MS,
    day,
    later_block,
    newest_block,
    quarter,
)

NOTHING_SPENT = Spending(0.0, 0.0, None)
_SHORTEST_RATE_MS = 60_000
"""A cost over less than a minute says nothing about an hour."""
_HOUR_MS = 3_600_000
_COSTS = (
    f"SELECT usage.quarter, coalesce({cost_sum()}, 0) FROM {priced('usage_by_time')} "  # noqa: S608
    "WHERE usage.quarter BETWEEN ? AND ? GROUP BY 1"
)


class SpendingQuery:
    """Reads today's and the block's cost. One connection owns the only instance.

    Args:
        connection: The ledger.
        zone: Where days are cut; null for the system's zone.
    """

    def __init__(self, connection: Connection, zone: tzinfo | None) -> None:
        self._connection = connection
        self._zone = zone
        self._block: int | None = None
        self._asked_at = 0
        self._data_version: int | None = None

    def read(self, at_ms: int) -> Spending:
        """The figures at `at_ms`, Unix milliseconds."""
        today = day(at_ms, self._zone)
        block = self._block_at(quarter(at_ms))
        costs: dict[int, int] = dict(
            self._connection.execute(
                _COSTS, (min(today.start, block.start), max(today.stop, block.stop) - 1)
            )
        )
        today_pico = sum(cost for at, cost in costs.items() if at in today)
        block_pico = sum(cost for at, cost in costs.items() if at in block)
        elapsed_ms = at_ms - block.start * QUARTER_MS
        burn = None
        if len(block) and elapsed_ms >= _SHORTEST_RATE_MS:
            burn = block_pico * _HOUR_MS / (elapsed_ms * PICO_PER_USD)
        return Spending(today_pico / PICO_PER_USD, block_pico / PICO_PER_USD, burn)

    @property
    def block_start_ms(self) -> int | None:
        """When the block began that was read last; null when there is none."""
        return None if self._block is None else self._block * QUARTER_MS

    def rows_added(self, quarters: Collection[int]) -> None:
        """Our own transaction put rows into these quarters."""
        if self._block is not None and quarters and min(quarters) < self._block:
            self._block = None

    def forget(self) -> None:
        """A transaction that was read in has been undone."""
        self._block = None

    def _block_at(self, now: int) -> range:
        """The quarters of the block that `now` is in; none when it is in no block."""
        version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        if version != self._data_version or now < self._asked_at:
            self._block = None
            self._data_version = version
        self._asked_at = now
        if self._block is None:
            newest_first = self._connection.execute(
                "SELECT DISTINCT quarter FROM usage_by_time WHERE quarter <= ? "
                "ORDER BY quarter DESC",
                (now,),
            )
            self._block = newest_block(number for (number,) in newest_first)
        else:
            since = self._connection.execute(
                "SELECT DISTINCT quarter FROM usage_by_time WHERE quarter BETWEEN ? AND ? "
                "ORDER BY quarter",
                (self._block + BLOCK_QUARTERS, now),
            )
            self._block = later_block(self._block, (number for (number,) in since))
        if self._block is None or now >= self._block + BLOCK_QUARTERS:
            return range(now, now)
        return range(self._block, self._block + BLOCK_QUARTERS)
