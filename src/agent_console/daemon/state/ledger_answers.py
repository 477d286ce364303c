"""What follows from the ledger's answers: totals, usage, and what the person wrote on sessions.

Rule: the ledger's word stands. What it has kept is settled, what it may keep at another time is
asked again, and what it refuses for good is told to who asked.
"""

from collections.abc import Iterable
from typing import assert_never

from msgspec.structs import asdict

from agent_console.daemon.state.outcome import Change, Failure, Outcome
from agent_console.daemon.state.tables import MetadataTable, SessionTable, Tables
from agent_console.model.metadata import SessionMetadata
from agent_console.protocol.messages import (
    Acknowledged,
    GateResult,
    StatusLineResult,
    UpsertResult,
)
from agent_console.usage.entries import (
    AlertNoted,
    AlertsChanged,
    AlertsRead,
    GateRead,
    KeepUserFields,
    LedgerEntry,
    LedgerRefusal,
    LedgerResult,
    ReadSpending,
    ReadTotals,
    SpendingRead,
    TotalsRead,
    UsageAdded,
    UserFieldsKept,
)


class LedgerAnswers:
    """The tables, as far as the ledger tells what is in them.

    Attributes:
        sessions: The board.
        metadata: Totals, as far as the ledger has told them.
    """

    def __init__(self, user_fields: Iterable[KeepUserFields]) -> None:
        self._tables = Tables(user_fields)
        self.sessions: SessionTable = self._tables.sessions
        self.metadata: MetadataTable = self._tables.metadata

    def committed(self, entry: LedgerEntry, result: LedgerResult, at_ms: int) -> Outcome:
        """What follows from the ledger's answer to an entry of an earlier outcome.

        Args:
            entry: What the ledger was asked.
            result: What it answered.
            at_ms: When that was heard, Unix milliseconds.
        """
        match result:
            case UsageAdded():
                return self._usage_added(result, at_ms)
            case TotalsRead():
                if result.totals is None:
                    if result.session_id not in self.sessions:
                        return Outcome(None)
                    nothing = SessionMetadata(result.session_id)
                    # What the ledger held is gone from it: pruned, or in one that was replaced.
                    known = result.session_id in self._tables.metadata
                    return Outcome(nothing, self._tables.take_totals(nothing) if known else ())
                if result.session_id not in self.sessions:
                    return Outcome(result.totals)  # read, not watched: nothing to keep
                return Outcome(result.totals, self._tables.take_totals(result.totals))
            case SpendingRead():
                return Outcome(self._statusline_answer(entry, result))
            case LedgerRefusal():
                if isinstance(entry, ReadTotals) and result.retryable:
                    self._tables.recall_later(entry.session_id)
                elif isinstance(entry, KeepUserFields) and not result.retryable:
                    self._tables.user_fields.settle(entry)
                return Outcome(Failure(result.code, result.message, result.retryable))
            case UserFieldsKept():
                if isinstance(entry, KeepUserFields):
                    self._tables.user_fields.settle(entry)
                return Outcome()
            case AlertsRead(alerts):
                return Outcome(alerts)
            case AlertsChanged(count):
                return Outcome(Acknowledged(changed=count))
            case AlertNoted():
                return Outcome()
            case GateRead(reason):
                return Outcome(GateResult(blocked=reason is not None, reason=reason))
            case _:
                assert_never(result)

    @property
    def unkept(self) -> bool:
        """Whether the person wrote something that the ledger has not kept yet."""
        return bool(self._tables.user_fields.unkept)

    def ask_again(self, _at_ms: int) -> Outcome:
        """What the ledger refused to keep or to tell, for another try."""
        tables = self._tables
        unkept = tuple(tables.user_fields.unkept.values())
        return Outcome(ledger=(*unkept, *tables.recall_again()))

    def recall_user_fields(self, kept: Iterable[KeepUserFields], at_ms: int) -> Outcome:
        """What the person had written, which could not be read when the daemon started."""
        kept = tuple(kept)
        self._tables.user_fields.recall(kept)
        changes = self._show_user_fields((fields.session_id for fields in kept), at_ms)
        return Outcome(changes=changes)

    def ledger_replaced(self, kept: Iterable[KeepUserFields], at_ms: int) -> Outcome:
        """Another ledger is in the place of the one that was read: what it holds stands."""
        tables = self._tables
        tables.user_fields.begin_anew(kept)
        changes = self._show_user_fields(tuple(self.sessions), at_ms)
        return Outcome(changes=changes, ledger=tables.recall_all())

    def _show_user_fields(self, session_ids: Iterable[str], at_ms: int) -> tuple[Change, ...]:
        tables = self._tables
        changes: tuple[Change, ...] = ()
        for session_id in session_ids:
            known = tables.known(session_id)
            if known is not None:
                after = known.with_session(**tables.user_fields.of(session_id))
                if after.session != known.session:
                    changes += tables.commit(after, at_ms)
        return changes

    def _usage_added(self, result: UsageAdded, at_ms: int) -> Outcome:
        tables = self._tables
        changes: tuple[Change, ...] = ()
        if result.usage is not None or result.totals.session_id in self.sessions:
            changes = tables.take_totals(result.totals, at_ms)
        if result.moved is not None:
            changes += tables.take_totals(result.moved)
        if result.usage is not None:
            changes += tables.take_usage(result.usage)
        totals = result.totals
        if not result.set_aside:
            return Outcome(totals, changes)  # on the wire an UpsertResult that says nothing else
        return Outcome(UpsertResult(**asdict(totals), set_aside=True), changes)

    def _statusline_answer(self, entry: LedgerEntry, result: SpendingRead) -> StatusLineResult:
        spending = result.spending
        gauge = entry.gauge_usd if isinstance(entry, ReadSpending) else 0.0
        return StatusLineResult(
            session_cost_usd=gauge if result.totals is None else result.totals.total_cost_usd,
            today_cost_usd=None if spending is None else spending.today_cost_usd,
            block_cost_usd=None if spending is None else spending.block_cost_usd,
            burn_usd_per_hour=None if spending is None else spending.burn_usd_per_hour,
            limits=self._tables.limits,
        )
