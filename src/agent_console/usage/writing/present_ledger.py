"""The ledger that lies at a path now, and transactions in it.

Rule: what is acknowledged is in the ledger that lies at the path. Each transaction looks, once it
has its lock, whether that is another than before (a restore, a recovery, a file taken away), and
after its commit whether the file is still there; then it is carried out anew, in the new one.
"""

import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from agent_console.config import Durability
from agent_console.config_alerts import AlertsConfig
from agent_console.errors import LedgerError
from agent_console.usage.alerts.watch import AlertWatch
from agent_console.usage.budgets.periods import Calendar
from agent_console.usage.budgets.spending import SpendingQuery
from agent_console.usage.database.identity import identity
from agent_console.usage.database.opening import ledger_error, open_database
from agent_console.usage.database.progress import Tell
from agent_console.usage.tables.batch import Batch
from agent_console.usage.tables.facets import Facets
from agent_console.usage.tables.known_sessions import KnownSessions
from agent_console.usage.tables.message_rows import is_empty
from agent_console.usage.tables.names import Names
from agent_console.usage.tables.seen_keys import SeenKeys

Result = TypeVar("Result")

TRIES = 3
"""How often a transaction is carried out anew when the ledger is replaced meanwhile."""


class _ReplacedError(Exception):
    """Another ledger is in the place of the one that was opened."""


class PresentLedger:
    """An open database. One thread uses it at a time.

    Attributes:
        path: The database.
        connection: To it; what is read or written there goes through modules of this package. It
            is another one once the ledger was replaced, as are `names`, `facets`, `known`,
            `spending` and `watch`.
        calendar: How the days, weeks and months of budgets are cut.
        identity: Which ledger this is; whoever remembers what it held asks again when another is
            told here.
    """

    def __init__(
        self,
        path: Path,
        durability: Durability,
        calendar: Calendar,
        wanted_alerts: AlertsConfig,
        tell: Tell | None,
    ) -> None:
        self.path = path
        self.calendar = calendar
        self._durability: Durability = durability
        self._wanted_alerts = wanted_alerts
        self._tell = tell
        self._open()

    def _open(self) -> None:
        self.connection = open_database(self.path, self._durability, self._tell)
        self.identity = identity(self.path, self.connection)
        self.names = Names(self.connection)
        self.facets = Facets(self.connection, self.names)
        self.known = KnownSessions()
        self._seen: SeenKeys | None = None
        self._is_sure = False
        self.spending = SpendingQuery(self.connection, self.calendar.zone.info)
        self.watch = AlertWatch(
            self.connection, self.facets, self.spending, self.calendar, self._wanted_alerts
        )

    def close(self) -> None:
        """Close the database; what was committed is in it."""
        self.connection.close()

    def writing(self, change: Callable[[], Result]) -> Result:
        """Carry `change` out, and say in plain words why that cannot be done.

        Raises:
            LedgerError: Nothing was changed: the database cannot be written.
        """
        self.known = KnownSessions()  # whatever it writes
        try:
            return self.in_the_present_one(change)
        except sqlite3.Error as error:
            raise ledger_error(self.path, error) from error

    def follow(self) -> None:
        """Use the ledger that lies at the path now: for who reads without a transaction.

        Raises:
            LedgerError: It cannot be opened.
        """
        try:
            if identity(self.path, self.connection) != self.identity:
                self._reopen()
        except sqlite3.Error as error:
            raise ledger_error(self.path, error) from error

    def in_the_present_one(self, change: Callable[[], Result]) -> Result:
        """Carry `change` out, which makes transactions; again when the ledger is replaced.

        Raises:
            LedgerError: It is replaced again and again, or the new one cannot be opened.
            sqlite3.Error: As the database fails.
        """
        for _ in range(TRIES):
            try:
                return change()
            except _ReplacedError:
                self._reopen()
        raise LedgerError(f"The ledger {self.path} is replaced again and again: try later.")

    def _must_be_the_same(self) -> None:
        """Another content comes with another connection's commit, another file at any time."""
        if self._is_sure:
            if not self.identity.lies_at(self.path):
                raise _ReplacedError
        elif identity(self.path, self.connection) != self.identity:
            raise _ReplacedError
        self._is_sure = True

    def _reopen(self) -> None:
        """Another ledger lies at the path, or none: then this makes one."""
        replaced = self.connection
        self._open()
        replaced.close()

    @contextmanager
    def transaction(self, *, writes: bool, fills: bool = False) -> Generator[Batch]:
        """What the transaction has read and changed; committed at the end, undone on an error.

        Args:
            writes: It is going to write.
            fills: It brings many new rows, and nobody asks meanwhile what a session costs.
        """
        known, self.known = self.known, KnownSessions()
        self.connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
        try:
            if self.facets.begin():
                known = KnownSessions()
                self._seen = None
                self.watch.budgets.forget()
                self._is_sure = False
            self._must_be_the_same()
            if self._seen is not None and self._seen.is_full:
                self._seen = None
            if fills and self._seen is None and is_empty(self.connection):
                self._seen = SeenKeys()
            batch = Batch(
                self.connection,
                self.names,
                self.facets,
                known,
                gained=self.watch.gained,
                seen=self._seen,
                knows_costs=not fills,
            )
            yield batch
            self.connection.execute("COMMIT")
        except BaseException:
            self.facets.rolled_back()
            self.names.rolled_back()
            self.spending.forget()
            self.watch.forget()
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise
        self.facets.committed()
        self.names.committed()
        self.spending.rows_added(batch.new_rows_in)
        if writes and not self.identity.lies_at(self.path):
            raise _ReplacedError
