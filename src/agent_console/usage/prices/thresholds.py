"""Prompt sizes at which some price changes.

Rule: the facet of a row says which of `price_thresholds` its prompt exceeds, so a threshold that is
new asks for rows to move to other facets, with their rollups. Until that is done they are priced by
the next smaller one. What is still to do stands in the database (`applied`), so that neither a
crash nor another process loses it.
"""

from collections.abc import Iterable
from sqlite3 import Connection

from agent_console.usage.prices.rates import Periods


def add_thresholds(connection: Connection, prices: Iterable[Periods]) -> None:
    """Note the thresholds of these prices.

    They count as applied where there is no row yet that could exceed one.
    """
    needed = {
        tier.prompt_over for periods in prices for period in periods for tier in period.tiers
    } - {0}
    there = {
        number for (number,) in connection.execute("SELECT prompt_tokens FROM price_thresholds")
    }
    connection.executemany(
        "INSERT INTO price_thresholds VALUES (?, NOT EXISTS (SELECT 1 FROM messages))",
        [(each,) for each in sorted(needed - there)],
    )


def unapplied_thresholds(connection: Connection) -> tuple[int, ...]:
    """The thresholds that rows from before them do not know yet, the smallest first."""
    found = connection.execute(
        "SELECT prompt_tokens FROM price_thresholds WHERE NOT applied ORDER BY prompt_tokens"
    )
    return tuple(number for (number,) in found)


def mark_applied(connection: Connection, thresholds: Iterable[int]) -> None:
    """Every row has a facet that knows these; inside the transaction that moved the last one."""
    connection.executemany(
        "UPDATE price_thresholds SET applied = 1 WHERE prompt_tokens = ?",
        [(each,) for each in thresholds],
    )
