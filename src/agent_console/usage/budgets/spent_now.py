"""What today and the current block cost, for programs that only read the ledger."""

from typing import TYPE_CHECKING

from agent_console.usage.budgets.spending import NOTHING_SPENT, SpendingQuery
from agent_console.usage.reports.reading import answered

if TYPE_CHECKING:
    from datetime import tzinfo

    from agent_console.model.usage import Spending


def spent_now(path: str, at_ms: int, zone: "tzinfo | None") -> "Spending":
    """The figures of a status line; nothing spent where there is no ledger yet.

    Args:
        path: The database.
        at_ms: Unix milliseconds.
        zone: Where days are cut; null for the system's zone.

    Raises:
        LedgerError: It is damaged, no database, not ours, of a newer version, or cannot be read.
    """
    spending = answered(path, lambda ledger: SpendingQuery(ledger, zone).read(at_ms))
    return NOTHING_SPENT if spending is None else spending
