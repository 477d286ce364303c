"""A ledger that holds nothing, for reports before there is one.

Rule: it is in memory only; asking for a report makes no file.
"""

import sqlite3

from agent_console.usage.database.migrations import MIGRATIONS


def empty_ledger() -> sqlite3.Connection:
    """A connection to it."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for migration in MIGRATIONS:
        migration.step(connection)
    return connection
