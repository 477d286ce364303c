"""What the daemon asks of the ledger, and what the ledger answers: plain values.

Rule: entries of one turn are carried out in the order they were made, in one transaction.
"""

from typing import Any, Literal, TypeAlias

from msgspec import UNSET, Struct, UnsetType

from agent_console.model.metadata import MetadataUpsert, SessionMetadata
from agent_console.model.usage import Alert, Spending, UsageEntry
from agent_console.usage.tables.alerts import RaisedAlert


class AddUsage(Struct, frozen=True, gc=False):
    """Add one UPSERT to the ledger, exactly once.

    Attributes:
        upsert: The deltas.
        at_ms: When it was asked, Unix milliseconds; the time of a new row.
        on_board: The session is on the board; otherwise the ledger must know it.
        working_dir: The project, as far as the board knows it.
    """

    upsert: MetadataUpsert
    at_ms: int
    on_board: bool
    working_dir: str | None = None


class ReadTotals(Struct, frozen=True, gc=False):
    """A session's totals."""

    session_id: str


class ReadSpending(Struct, frozen=True, gc=False):
    """Today's and the current block's cost, with the totals of the session that asks.

    Attributes:
        gauge_usd: What Claude Code itself says the session has cost; shown while the ledger knows
            nothing of it, never added up.
    """

    session_id: str
    at_ms: int
    gauge_usd: float = 0.0


class KeepUserFields(Struct, frozen=True, gc=False):
    """Remember what the person wrote on a session. All empty means: forget it.

    A field that is not set keeps what the ledger holds, which the writer need not know.
    """

    session_id: str
    label: str | None | UnsetType = UNSET
    priority: int | UnsetType = UNSET
    note: str | None | UnsetType = UNSET

    @property
    def written(self) -> dict[str, Any]:
        """The fields that are set, by name."""
        fields = {"label": self.label, "priority": self.priority, "note": self.note}
        return {name: value for name, value in fields.items() if value is not UNSET}


class ReadAlerts(Struct, frozen=True, gc=False):
    """The alerts that were raised, the latest first."""

    at_ms: int
    unacknowledged: bool = False
    limit: int = 100


class ChangeAlerts(Struct, frozen=True, gc=False):
    """The person has taken note of alerts, or wants to be told again later.

    Attributes:
        alert_ids: Which; null for all that wait.
        snooze_until_ms: When they come back; null: never.
    """

    alert_ids: tuple[str, ...] | None
    at_ms: int
    snooze_until_ms: int | None = None


class RaiseAlert(Struct, frozen=True, gc=False):
    """Raise an alert that something else than usage gives rise to, once for its key."""

    alert: RaisedAlert


class EndEpisode(Struct, frozen=True, gc=False):
    """What the alert with this key was about is over; it may be raised again."""

    once_key: str


class ReadGate(Struct, frozen=True, gc=False):
    """Whether a hard budget forbids to spend more, on a project and with a model if known."""

    project: str
    model: str
    at_ms: int


LedgerEntry: TypeAlias = (
    AddUsage
    | ReadTotals
    | ReadSpending
    | KeepUserFields
    | ReadAlerts
    | ChangeAlerts
    | RaiseAlert
    | EndEpisode
    | ReadGate
)
WRITING = (AddUsage, KeepUserFields, ChangeAlerts, RaiseAlert, EndEpisode)
"""The entries that change the ledger."""


class UsageAdded(Struct, frozen=True, gc=False):
    """An AddUsage that is committed.

    Attributes:
        totals: The session's totals after it.
        usage: What it added (a difference); null when it added nothing.
        moved: Totals of another session whose row it enlarged, if any.
        set_aside: The deltas are kept, but a transcript tells the same tokens.
    """

    totals: SessionMetadata
    usage: UsageEntry | None = None
    moved: SessionMetadata | None = None
    set_aside: bool = False


class TotalsRead(Struct, frozen=True, gc=False):
    """The answer to ReadTotals; null totals mean the ledger does not know the session."""

    session_id: str
    totals: SessionMetadata | None


class SpendingRead(Struct, frozen=True, gc=False):
    """The answer to ReadSpending; null spending means that the ledger cannot be asked."""

    totals: SessionMetadata | None
    spending: Spending | None


class UserFieldsKept(Struct, frozen=True, gc=False):
    """The answer to KeepUserFields."""

    session_id: str


class LedgerRefusal(Struct, frozen=True, gc=False):
    """The ledger did not do it, and nothing changed.

    Attributes:
        code: `not_found` for a session nobody knows, `internal` when the database failed.
    """

    code: Literal["not_found", "internal"]
    message: str
    retryable: bool = False


class AlertsRead(Struct, frozen=True, gc=False):
    """The answer to ReadAlerts."""

    alerts: tuple[Alert, ...]


class AlertsChanged(Struct, frozen=True, gc=False):
    """The answer to ChangeAlerts: how many are others now."""

    count: int


class AlertNoted(Struct, frozen=True, gc=False):
    """The answer to RaiseAlert and EndEpisode."""


class GateRead(Struct, frozen=True, gc=False):
    """The answer to ReadGate: why to stop; null: go on."""

    reason: str | None


LedgerResult: TypeAlias = (
    UsageAdded
    | TotalsRead
    | SpendingRead
    | UserFieldsKept
    | AlertsRead
    | AlertsChanged
    | AlertNoted
    | GateRead
    | LedgerRefusal
)
