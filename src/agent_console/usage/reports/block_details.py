"""What a report says of 5-hour blocks beside their sums: times, pace, and the gaps between them.

Rule: the rollup finds a block, and only its first and last messages are looked up. Sums are
measured; where a block begins and ends is an estimate unless the account's own limits are known,
and a projection always is one.
"""

from agent_console.usage.periods import BLOCK_QUARTERS, QUARTER_MS
from agent_console.usage.reports.block_ends import block_ends
from agent_console.usage.reports.instants import iso_ms
from agent_console.usage.reports.row import Row
from agent_console.usage.reports.sums import Sums

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqlite3 import Connection
    from typing import Any

    from agent_console.usage.reports.selection import Selection

BLOCK_MS = BLOCK_QUARTERS * QUARTER_MS
_MINUTE_MS = 60_000
_HOUR_MS = 60 * _MINUTE_MS


class Pace:
    """How fast the current block is used up, and what it comes to at that pace.

    Attributes:
        tokens_per_minute, cost_pico_per_hour: Since the block began, as in the status line.
        input_output_per_minute: The same without cache tokens.
        remaining_minutes: Until the block ends.
        tokens, cost_pico: What it comes to; the cost is null while nothing in it has a price.
    """

    __slots__ = (
        "cost_pico",
        "cost_pico_per_hour",
        "input_output_per_minute",
        "remaining_minutes",
        "tokens",
        "tokens_per_minute",
    )

    def __init__(self, sums: Sums, elapsed_ms: int, remaining_ms: int) -> None:
        elapsed_ms = max(elapsed_ms, _MINUTE_MS)
        self.tokens_per_minute = sums.tokens * _MINUTE_MS / elapsed_ms
        self.input_output_per_minute = (sums.input + sums.output) * _MINUTE_MS / elapsed_ms
        self.remaining_minutes = remaining_ms // _MINUTE_MS
        self.tokens = sums.tokens + sums.tokens * remaining_ms // elapsed_ms
        self.cost_pico_per_hour: int | None = None
        self.cost_pico: int | None = None
        if sums.cost_pico is not None:
            self.cost_pico_per_hour = sums.cost_pico * _HOUR_MS // elapsed_ms
            self.cost_pico = sums.cost_pico + sums.cost_pico * remaining_ms // elapsed_ms


class BlockDetail:
    """A block's times, Unix milliseconds.

    Attributes:
        start_ms, end_ms: From when to when it lasts.
        first_ms, last_ms: Its first and last message; of a gap, where it begins.
        is_gap: Nothing happened from start to end, for five hours and more.
        end_is_official: The account's limits say when it ends.
        used_percent: Of the account's limit, as they say; null when they say nothing.
        pace: Of the current block; null for all others.
    """

    __slots__ = (
        "end_is_official",
        "end_ms",
        "first_ms",
        "is_gap",
        "last_ms",
        "pace",
        "start_ms",
        "used_percent",
    )

    def __init__(
        self, start_ms: int, end_ms: int, first_ms: int, last_ms: int, *, is_gap: bool = False
    ) -> None:
        self.start_ms = start_ms
        self.end_ms = end_ms
        self.first_ms = first_ms
        self.last_ms = last_ms
        self.is_gap = is_gap
        self.end_is_official = False
        self.used_percent: float | None = None
        self.pace: Pace | None = None

    @property
    def is_active(self) -> bool:
        """It is the current block."""
        return self.pace is not None


def add_times(
    connection: "Connection",
    rows: "Selection",
    bucket: str,
    found: "dict[tuple[Any, ...], Row]",
    now_ms: int,
    *,
    by_project: bool,
) -> None:
    """Give every row its BlockDetail, the current block its pace.

    Args:
        connection: The ledger.
        rows: What the report counts.
        bucket: The first quarter of a quarter's block, as an SQL expression.
        found: The rows by the first quarter of their block (and their project).
        now_ms: Unix milliseconds.
        by_project: Each project has blocks of its own.
    """
    ends = block_ends(connection, rows, bucket, found, by_project=by_project)
    for key, row in found.items():
        start_ms = key[0] * QUARTER_MS
        first, last = ends.get(key, (start_ms, start_ms))
        row.detail = BlockDetail(start_ms, start_ms + BLOCK_MS, first, last)
        if start_ms <= now_ms < start_ms + BLOCK_MS and row.sums is not None:
            row.detail.pace = Pace(row.sums, now_ms - start_ms, start_ms + BLOCK_MS - now_ms)


def has_active_block(connection: "Connection", now_ms: int) -> bool:
    """Whether one is the current block: the account's, so no filter changes it.

    Args:
        connection: The ledger, whose blocks `cut` has found.
        now_ms: Unix milliseconds.
    """
    quarter = now_ms // QUARTER_MS
    found = connection.execute(
        "SELECT 1 FROM temp.blocks WHERE start <= ? AND start > ? LIMIT 1",
        (quarter, quarter - BLOCK_QUARTERS),
    )
    return found.fetchone() is not None


def with_gaps(rows: list[Row]) -> list[Row]:
    """The rows, in the order of time, with a row for every pause of more than a block's length."""
    everything: list[Row] = []
    for row in rows:
        if everything:
            gap = _gap(everything[-1].detail.last_ms + BLOCK_MS, row.detail.first_ms)
            if gap is not None:
                everything.append(gap)
        everything.append(row)
    return everything


def end_officially(row: Row, ends_ms: int, used_percent: float, now_ms: int) -> None:
    """The account's own limits override the estimate of when the current block ends."""
    detail: BlockDetail = row.detail
    detail.end_ms = ends_ms
    detail.end_is_official = True
    detail.used_percent = used_percent
    if row.sums is not None:
        detail.pace = Pace(row.sums, now_ms - detail.start_ms, max(0, ends_ms - now_ms))


def _gap(start_ms: int, end_ms: int) -> Row | None:
    if end_ms <= start_ms:
        return None
    row = Row((start_ms // QUARTER_MS,), f"gap-{iso_ms(start_ms)}")
    row.sums = Sums()
    row.detail = BlockDetail(start_ms, end_ms, start_ms, start_ms, is_gap=True)
    return row
