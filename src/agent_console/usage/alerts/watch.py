"""Budgets and alerts of one open ledger: what is raised when it is written, and what was.

Rule: the ledger begins and ends the transactions; everything here happens inside of them.
"""

from collections.abc import Callable, Iterable
from sqlite3 import Connection
from typing import TypeAlias, assert_never

from agent_console.config_alerts import AlertsConfig
from agent_console.model.metadata import SessionMetadata
from agent_console.model.usage import Alert
from agent_console.usage.alerts.budget_watch import BudgetWatch
from agent_console.usage.alerts.usage_alerts import UsageAlerts
from agent_console.usage.budgets.periods import Calendar
from agent_console.usage.budgets.spending import SpendingQuery
from agent_console.usage.entries import (
    AlertNoted,
    AlertsChanged,
    AlertsRead,
    ChangeAlerts,
    EndEpisode,
    GateRead,
    LedgerRefusal,
    RaiseAlert,
    ReadAlerts,
    ReadGate,
)
from agent_console.usage.tables import alerts
from agent_console.usage.tables.facets import Facets
from agent_console.usage.tables.rollups import Gains

AlertEntry: TypeAlias = ReadAlerts | ChangeAlerts | RaiseAlert | EndEpisode | ReadGate
AlertResult: TypeAlias = AlertsRead | AlertsChanged | AlertNoted | GateRead | LedgerRefusal


class AlertWatch:
    """What one connection knows of budgets and alerts.

    Args:
        connection: The ledger.
        facets: What rows share.
        spending: The current block's cost.
        calendar: How the periods of budgets are cut.
        wanted: What is to be told beside budgets.

    Attributes:
        budgets: The running totals.
    """

    def __init__(
        self,
        connection: Connection,
        facets: Facets,
        spending: SpendingQuery,
        calendar: Calendar,
        wanted: AlertsConfig,
    ) -> None:
        self.budgets = BudgetWatch(connection, facets, calendar)
        self._usage = UsageAlerts(connection, wanted, spending, calendar.zone)
        self._connection = connection
        self._changed = 0
        self._looked_at: tuple[int, int] | None = None
        self._snoozed_until_ms: int | None = None

    @property
    def raised(self) -> int:
        """How many alerts this connection has raised."""
        return self.budgets.raised + self._usage.raised

    def forget(self) -> None:
        """A transaction is undone, or prices have changed."""
        self.budgets.forget()
        self._usage.forget()

    def gained(self, gains: Callable[[], Gains]) -> None:
        """This transaction adds to the rollups; what it adds is asked for where it matters."""
        if self.budgets.are_running:
            self.budgets.gained(gains())
        if self._usage.heeds_days:
            self._usage.gained(gains())

    def check(self, sessions: Iterable[SessionMetadata], at_ms: int) -> None:
        """Raise what is reached, at the end of a transaction that may write.

        Args:
            sessions: The totals of what it has changed.
            at_ms: Now, Unix milliseconds.
        """
        self.budgets.check(at_ms)
        self._usage.check(sessions, at_ms)

    def carry_out(self, entry: AlertEntry) -> AlertResult:
        """Carry out an entry that is about alerts."""
        match entry:
            case ReadAlerts(at_ms, unacknowledged, limit):
                found = alerts.read_alerts(
                    self._connection, at_ms, unacknowledged=unacknowledged, limit=limit
                )
                return AlertsRead(tuple(found))
            case ChangeAlerts():
                return self._change(entry)
            case RaiseAlert(alert):
                self._changed += alerts.raise_alert(self._connection, alert)
                return AlertNoted()
            case EndEpisode(once_key):
                alerts.end_episode(self._connection, once_key)
                return AlertNoted()
            case ReadGate(project, model, at_ms):
                return GateRead(self.budgets.blocking(project, model, at_ms))
            case _:
                assert_never(entry)

    def snoozed_until_ms(self) -> int | None:
        """When the first snooze is over, Unix milliseconds, as of the last look."""
        if self._looked_at is None:
            return alerts.next_snooze_end(self._connection)
        return self._snoozed_until_ms

    def may_have_untold(self, at_ms: int) -> bool:
        """Whether subscribers may have something to hear; a look at two numbers.

        Nothing was raised here since `take_untold`, no other connection has committed since then,
        and no snooze has ended: then there is nothing.
        """
        snooze_is_over = self._snoozed_until_ms is not None and self._snoozed_until_ms <= at_ms
        return snooze_is_over or self._version() != self._looked_at

    def take_untold(self, at_ms: int, *, may_write: bool) -> tuple[Alert, ...] | None:
        """Alerts that subscribers have still to hear; null when a look is not enough.

        Args:
            at_ms: Now, Unix milliseconds.
            may_write: The transaction may write; otherwise this only looks.
        """
        told: tuple[Alert, ...] = ()
        looked_at = self._version()  # before the look: what is committed meanwhile is looked for
        if alerts.has_untold(self._connection, at_ms):
            if not may_write:
                return None
            told = alerts.take_untold(self._connection, at_ms)
        self._looked_at = looked_at
        self._snoozed_until_ms = alerts.next_snooze_end(self._connection)
        return told

    def _change(self, entry: ChangeAlerts) -> AlertsChanged | LedgerRefusal:
        unknown = alerts.unknown_ids(self._connection, entry.alert_ids or ())
        if unknown:
            return LedgerRefusal("not_found", f"Alert not found: {', '.join(unknown)}.")
        self._changed += 1
        if entry.snooze_until_ms is None:
            count = alerts.acknowledge(self._connection, entry.alert_ids, entry.at_ms)
        else:
            count = alerts.snooze(self._connection, entry.alert_ids, entry.snooze_until_ms)
        return AlertsChanged(count)

    def _version(self) -> tuple[int, int]:
        committed: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        return committed, self.raised + self._changed
