"""What the daemon asks of the ledger, and what the ledger answers: plain values.

Rule: entries of one turn are carried out in the order they were made, in one transaction.
"""

from typing import Any, Literal, TypeAlias

from msgspec import UNSET, Struct, UnsetType

from agent_console.model.metadata import MetadataUpsert, SessionMetadata
from agent_console.model.usage import Spending, UsageEntry


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


LedgerEntry: TypeAlias = AddUsage | ReadTotals | ReadSpending | KeepUserFields


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
    """The answer to ReadSpending."""

    totals: SessionMetadata | None
    spending: Spending


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


LedgerResult: TypeAlias = UsageAdded | TotalsRead | SpendingRead | UserFieldsKept | LedgerRefusal
