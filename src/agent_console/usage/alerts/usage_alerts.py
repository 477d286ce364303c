"""Alerts about usage that need no budget: the burn rate, a session's cost, an unusual day, ...

Rule: called inside the transaction that gives rise to them, and only for what it touches. What is
usual of a day is asked of the ledger once a day, and again when days before it have grown.
"""

from collections.abc import Iterable
from sqlite3 import Connection
from typing import TYPE_CHECKING

from agent_console.config_alerts import AlertsConfig
from agent_console.model.format import cost
from agent_console.model.metadata import SessionMetadata
from agent_console.usage.budgets.spending import SpendingQuery
from agent_console.usage.cost_sql import PICO_PER_USD
from agent_console.usage.periods import quarter
from agent_console.usage.reports.zone import Zone
from agent_console.usage.tables.alerts import RaisedAlert, raise_alert
from agent_console.usage.tables.rollups import Cell

if TYPE_CHECKING:
    from agent_console.usage.insight.usual_day import UsualDay

_NEVER = 1 << 40
"""A quarter after all others."""

SHORTEST_BURN_MS = 10 * 60_000
"""The cost of a block's first minutes says nothing about an hour."""

_UNPRICED = (
    "SELECT name FROM priced_models JOIN names ON name_no = model_no "
    "WHERE origin IS NULL AND model_no != 0 ORDER BY model_no"
)


class UsageAlerts:
    """The rules of one connection.

    Attributes:
        raised: How many alerts this connection has raised.
    """

    def __init__(
        self, connection: Connection, wanted: AlertsConfig, spending: SpendingQuery, zone: Zone
    ) -> None:
        self.raised = 0
        self._zone = zone
        self._usual_day: UsualDay | None = None
        self._oldest = _NEVER
        self._connection = connection
        self._wanted = wanted
        self._spending = spending
        self._known: set[str] = set()
        self._data_version: int | None = None

    def forget(self) -> None:
        """A transaction is undone, or prices have changed."""
        self._known.clear()
        self._data_version = None
        self._usual_day = None
        self._oldest = _NEVER

    @property
    def heeds_days(self) -> bool:
        """Whether it is to be told of gains."""
        return self._wanted.anomaly

    def gained(self, gains: Iterable[Cell]) -> None:
        """This transaction adds to these cells of the rollups."""
        if self._wanted.anomaly:
            self._oldest = min(self._oldest, *(in_quarter for _, in_quarter, _ in gains), _NEVER)

    def check(self, sessions: Iterable[SessionMetadata], at_ms: int) -> None:
        """Raise what is reached, at the end of a transaction that may write.

        Args:
            sessions: The totals of what it has changed.
            at_ms: Now, Unix milliseconds.
        """
        wanted = self._wanted
        if wanted.session_usd:
            for session in sessions:
                if session.total_cost_usd > wanted.session_usd:
                    self._session(session, at_ms)
        if wanted.burn_usd_per_hour:
            self._burn(at_ms)
        if wanted.unpriced_model:
            self._unpriced(at_ms)
        if wanted.anomaly:
            self._anomaly(at_ms)

    def _session(self, session: SessionMetadata, at_ms: int) -> None:
        limit = self._wanted.session_usd
        self._raise(
            RaisedAlert(
                once_key=f"session_cost:{session.session_id}:{limit}",
                kind="session_cost",
                severity="warning",
                message=f"A session has cost {cost(session.total_cost_usd)}, over {cost(limit)}.",
                at_ms=at_ms,
                session_id=session.session_id,
                spent_pico_usd=round(session.total_cost_usd * PICO_PER_USD),
                limit_pico_usd=round(limit * PICO_PER_USD),
            )
        )

    def _burn(self, at_ms: int) -> None:
        limit = self._wanted.burn_usd_per_hour
        spending = self._spending.read(at_ms)
        burn, start_ms = spending.burn_usd_per_hour, self._spending.block_start_ms
        if burn is None or start_ms is None or burn <= limit:
            return
        if at_ms - start_ms < SHORTEST_BURN_MS:
            return
        self._raise(
            RaisedAlert(
                once_key=f"burn_rate:{start_ms}:{limit}",
                kind="burn_rate",
                severity="warning",
                message=f"This 5-hour block costs {cost(burn)} an hour, over {cost(limit)}.",
                at_ms=at_ms,
                spent_pico_usd=round(burn * PICO_PER_USD),
                limit_pico_usd=round(limit * PICO_PER_USD),
            )
        )

    def _anomaly(self, at_ms: int) -> None:
        """Today against the days before; while these are being read in, nothing is said."""
        day = self._zone.day(quarter(at_ms))
        oldest, self._oldest = self._oldest, _NEVER
        if oldest < self._zone.day_start(day):
            self._usual_day = None
            return
        key = f"anomaly:{day}"
        if key in self._known:
            return
        from agent_console.usage.insight.usual_day import (  # noqa: PLC0415 - only when wanted
            causes_of_day,
            usual_day,
        )

        if self._usual_day is None or self._usual_day.day != day:
            self._usual_day = usual_day(self._connection, self._zone, day)
        today = self._spending.read(at_ms).today_cost_usd
        if not self._usual_day.is_passed_by(today):
            return
        # Another process may have read in days since then.
        self._usual_day = usual_day(self._connection, self._zone, day)
        found = self._usual_day.usual
        if found is None or not self._usual_day.is_passed_by(today):
            return
        causes = causes_of_day(self._connection, self._zone, day)
        self._raise(
            RaisedAlert(
                once_key=key,
                kind="anomaly",
                severity="warning",
                message=(
                    f"Today has cost {cost(today)}, a day usually {cost(found.median)}"
                    f"{f': {causes}' if causes else ''}."
                ),
                at_ms=at_ms,
                spent_pico_usd=round(today * PICO_PER_USD),
                limit_pico_usd=round(found.limit * PICO_PER_USD),
            )
        )

    def _unpriced(self, at_ms: int) -> None:
        """Models that were looked up and have no price: asked when prices may have changed."""
        version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        if version == self._data_version:
            return
        self._data_version = version
        for (model,) in self._connection.execute(_UNPRICED).fetchall():
            self._raise(
                RaisedAlert(
                    once_key=f"unpriced_model:{model}",
                    kind="unpriced_model",
                    severity="warning",
                    message=(
                        f"Nobody knows a price for {model}: its tokens are in no cost. "
                        "See `agent-console pricing`."
                    ),
                    at_ms=at_ms,
                )
            )

    def _raise(self, alert: RaisedAlert) -> None:
        if alert.once_key not in self._known:
            self._known.add(alert.once_key)
            self.raised += raise_alert(self._connection, alert)
