"""Everything the ledger holds, by model: what counters count.

Rule: sums are those of the report by model; nothing is added up here.
"""

from sqlite3 import Connection

from msgspec import Struct

from agent_console.usage.periods import QUARTER_MS
from agent_console.usage.reports.building import build
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.groupings import GROUPINGS
from agent_console.usage.reports.sums import Sums


class Lifetime(Struct, frozen=True):
    """All usage.

    Attributes:
        since_ms: When the first of it was, to a quarter of an hour; null when there is none.
        by_model: Sums by the model's name.
    """

    since_ms: int | None
    by_model: dict[str, Sums]


def lifetime(connection: Connection) -> Lifetime:
    """All usage that was ever read or reported."""
    first = connection.execute("SELECT min(quarter) FROM usage_by_time").fetchone()[0]
    rows = build(connection, Filter(), GROUPINGS["model"]).rows
    return Lifetime(
        None if first is None else first * QUARTER_MS,
        {row.label: row.sums for row in rows if row.sums is not None},
    )
