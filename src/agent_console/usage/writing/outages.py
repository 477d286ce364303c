"""A ledger that cannot be used: how that shows, and what is answered meanwhile.

Rule: nothing is made up. What cannot be read is not zero, and what was not written is refused.
"""

import sqlite3
from typing import assert_never

from agent_console.usage.entries import (
    AddUsage,
    ChangeAlerts,
    EndEpisode,
    GateRead,
    KeepUserFields,
    LedgerEntry,
    LedgerRefusal,
    LedgerResult,
    RaiseAlert,
    ReadAlerts,
    ReadGate,
    ReadSpending,
    ReadTotals,
    SpendingRead,
)

_LASTING = frozenset(
    (
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_PERM,
    )
)


def answer_without_ledger(entry: LedgerEntry, why: str) -> LedgerResult:
    """The answer while the ledger cannot be used: nothing is known, and nothing was written.

    Totals that cannot be read are not zero: only a status line, which has its own gauge to show,
    goes on without them.
    """
    match entry:
        case AddUsage() | KeepUserFields() | ReadTotals() | ReadAlerts() | ChangeAlerts():
            return LedgerRefusal("internal", why, retryable=True)
        case RaiseAlert() | EndEpisode():
            return LedgerRefusal("internal", why)
        case ReadSpending():
            return SpendingRead(None, None)
        case ReadGate():
            return GateRead(None)
        case _:
            assert_never(entry)


def is_outage(error: sqlite3.Error) -> bool:
    """The database failed, whatever was asked of it; else it is about one entry or a bug."""
    return isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError


def is_lasting(error: sqlite3.Error) -> bool:
    """Asking again will not help; opening the file anew may."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _LASTING
