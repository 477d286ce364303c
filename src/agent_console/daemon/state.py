"""What the daemon knows, and every way in which it changes.

Rule 1: nothing else writes to the tables (tables.py). What clients ask is here; what Claude Code
        tells is in observations.py, and what it means in the *_rules.py, which are pure functions.
Rule 2: nothing here does I/O, awaits or reads a clock. Time arrives as `at_ms`, effects leave as an
        Outcome. Structs are frozen and tables are written last, so a rule that raises has changed
        nothing.
"""

from collections.abc import Iterable
from typing import Any, TypeAlias, assert_never

from msgspec import UNSET
from msgspec.structs import asdict

from agent_console.claude_code.hook_event import Rank
from agent_console.claude_code.registry import RegistryEntry
from agent_console.claude_code.statusline import read_statusline_event
from agent_console.daemon.named_dirs import NamedDirs
from agent_console.daemon.observations import Observations
from agent_console.daemon.outcome import Change, Failure, Outcome
from agent_console.daemon.statusline_rules import gauge_usd, limits_told, with_gauges
from agent_console.daemon.tables import MetadataTable, SessionTable, Tables
from agent_console.daemon.turn_rules import closed
from agent_console.model.metadata import MetadataUpsert, SessionMetadata
from agent_console.model.session import AgentType, Session, Status, is_printable
from agent_console.model.usage import Limits, UsageEntry
from agent_console.protocol.messages import (
    DumpResult,
    Get,
    Hook,
    ListSessions,
    Meta_,
    Remove,
    Removed,
    Reopen,
    Seen,
    SetSession,
    Snapshot,
    StatusLine,
    StatusLineResult,
    Upsert,
    UpsertResult,
)
from agent_console.usage.entries import (
    AddUsage,
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

StateRequest: TypeAlias = (
    SetSession | Get | ListSessions | Seen | Remove | Reopen | Upsert | Meta_ | Hook | StatusLine
)
"""Requests that are about sessions; the others are about the daemon itself."""

DUMP_VERSION = 1


class State:
    """The tables and their rules. One actor task owns the only instance.

    Attributes:
        sessions: The board.
        metadata: Totals, as far as the ledger has told them.
        processes: Which process is in which session.
        config_dirs: Where these processes have their registry, as far as hooks told.
        hooks_counted: Events heard, by name; one that two registrations tell counts once.
    """

    def __init__(self, user_fields: Iterable[KeepUserFields] = ()) -> None:
        self._tables = Tables(user_fields)
        self._observations = Observations(self._tables)
        self.sessions: SessionTable = self._tables.sessions
        self.metadata: MetadataTable = self._tables.metadata
        self.processes: dict[int, str] = self._observations.processes.sessions
        self.config_dirs: NamedDirs = self._observations.config_dirs
        self.hooks_counted: dict[str, int] = self._observations.hooks_counted

    @property
    def seq(self) -> int:
        """The number of the last change."""
        return self._tables.seq

    @property
    def limits(self) -> Limits:
        """The account's limits."""
        return self._tables.limits

    @property
    def twin_hooks(self) -> int:
        """Events that a second registration told again."""
        return self._observations.twin_hooks

    # ---- requests ------------------------------------------------------------------------

    def apply(self, request: StateRequest, at_ms: int) -> Outcome:
        """Carry out one request, completely or not at all.

        Args:
            request: What a client asked for.
            at_ms: When it was asked, Unix milliseconds.
        """
        match request:
            case SetSession():
                return self._set(request, at_ms)
            case Get():
                session = self.sessions.get(request.session_id)
                if session is None:
                    return Outcome(_unprintable(request.session_id))
                return Outcome(self._tables.shown(session))
            case Hook():
                return self._observations.hook(request, at_ms)
            case Upsert():
                return self._upsert(request, at_ms)
            case Meta_():
                return self._meta(request)
            case StatusLine():
                return self._statusline(request, at_ms)
            case ListSessions():
                return Outcome(
                    self._tables.list_all(request.status, include_closed=request.include_closed)
                )
            case Seen():
                return self._seen(request, at_ms)
            case Remove():
                return self._remove(request)
            case Reopen():
                return self._reopen(request, at_ms)
            case _:
                assert_never(request)

    def _set(self, request: SetSession, at_ms: int) -> Outcome:
        tables = self._tables
        session_id = request.session_id
        before = tables.known(session_id)
        known = before
        if known is None:
            if request.status is UNSET:
                return Outcome(
                    Failure(
                        "not_found",
                        f"Session not found: {session_id}. Send a status to create it.",
                    )
                )
            unprintable = _unprintable(session_id)
            if unprintable is not None:
                return Outcome(unprintable)
            known = tables.new(session_id, request.status, at_ms)
        session = known.session
        fields = _news(request, session)
        if request.status is not UNSET and request.status is not session.status:
            fields.pop("reason", None)
            reason = None if request.reason is UNSET else request.reason
            at = max(at_ms, known.evidence.changed_at_ms)
            if request.status is Status.CLOSED:
                known = closed(known, reason, at, Rank.END)
            else:
                known = known.entering(request.status, reason, at, Rank.END, asking=())
                if session.activity is not None:
                    fields["activity"] = None
                if session.closed and self._is_gone(session):
                    fields["pid"] = None
        elif before is not None and not fields:
            session = tables.touch(session, at_ms)
            return Outcome(session, (), self._kept(request))
        if fields:
            known = known.with_session(**fields)
        if "working_dir" in fields:
            known = known.with_evidence(facts_at_ms=at_ms)
        changes = tables.commit(known, at_ms)
        ledger = self._kept(request)
        if before is None:
            ledger = (*tables.recall(session_id), *ledger)
        return Outcome(self.sessions[session_id], changes, ledger)

    def _kept(self, request: SetSession) -> tuple[LedgerEntry, ...]:
        """What the ledger must remember of a session: what the person wrote on it."""
        if request.label is UNSET and request.priority is UNSET and request.note is UNSET:
            return ()
        priority = request.priority if request.priority is UNSET else request.priority or 0
        news = KeepUserFields(request.session_id, request.label, priority, request.note)
        return (self._tables.user_fields.write(news),)

    def _seen(self, request: Seen, at_ms: int) -> Outcome:
        known = self._tables.known(request.session_id)
        if known is None:
            return Outcome(_not_found(request.session_id))
        changes = self._tables.commit(known.with_session(seen=True), at_ms)
        return Outcome(self.sessions[request.session_id], changes)

    def _remove(self, request: Remove) -> Outcome:
        session = self.sessions.get(request.session_id)
        if session is None:
            return Outcome(Removed(removed=False))
        changes = self._tables.remove(session)
        gone = self._observations.processes.forget_session(session.session_id)
        return Outcome(Removed(removed=True), changes, processes_changed=gone)

    def _reopen(self, request: Reopen, at_ms: int) -> Outcome:
        known = self._tables.known(request.session_id)
        if known is None:
            return Outcome(_not_found(request.session_id))
        if not known.session.closed:
            return Outcome(Failure("conflict", f"Session {request.session_id} is not closed."))
        at = max(at_ms, known.evidence.changed_at_ms)
        known = known.entering(Status.ATTENTION, "ready", at, Rank.END)
        if self._is_gone(known.session):
            known = known.with_session(pid=None)
        changes = self._tables.commit(known, at_ms)
        return Outcome(self.sessions[request.session_id], changes)

    def _is_gone(self, session: Session) -> bool:
        """Whether the session's process, if it had one, has left it."""
        return session.pid is not None and self.processes.get(session.pid) != session.session_id

    # ---- what Claude Code tells ----------------------------------------------------------

    def observe_entry(self, entry: RegistryEntry, at_ms: int) -> Outcome:
        """A live process says in the registry which session it runs and what it does."""
        return self._observations.entry(entry, at_ms)

    def observe_unregistered(self, pid: int, at_ms: int) -> Outcome:
        """A process took its registry file away: it has ended in good order."""
        return self._observations.gone(pid, "other", at_ms)

    def observe_exit(self, pid: int, at_ms: int) -> Outcome:
        """A process is gone and has told nobody."""
        return self._observations.gone(pid, "crashed", at_ms)

    def observe_indexed(
        self,
        sessions: Iterable[SessionMetadata],
        usage: Iterable[UsageEntry],
        *,
        prices_changed: bool,
    ) -> Outcome:
        """Transcripts told the ledger something.

        Args:
            sessions: New totals; those of sessions that are not on the board are nobody's news.
            usage: What rows have gained.
            prices_changed: All costs may be others: the totals of the board are read again.
        """
        changes: tuple[Change, ...] = ()
        for totals in sessions:
            if totals.session_id in self.sessions:
                changes += self._tables.take_totals(totals)
        for entry in usage:
            changes += self._tables.take_usage(entry)
        entries = [ReadTotals(session_id) for session_id in self.sessions] if prices_changed else []
        return Outcome(None, changes, tuple(entries))

    def _statusline(self, request: StatusLine, at_ms: int) -> Outcome:
        event = read_statusline_event(request.event)
        if event is None or not event.session_id:
            return Outcome(
                Failure("invalid_value", "STATUSLINE: `event` is no payload with a `session_id`.")
            )
        tables = self._tables
        limits = limits_told(event, tables.limits, at_ms)
        known = tables.known(event.session_id)
        changes: tuple[Change, ...] = ()
        if known is not None:
            changes = tables.commit(with_gauges(known, event), at_ms)
        tables.limits = limits
        gauge = gauge_usd(event)
        return Outcome(None, changes, (ReadSpending(event.session_id, at_ms, gauge),), waits=True)

    # ---- usage ---------------------------------------------------------------------------

    def _upsert(self, request: Upsert, at_ms: int) -> Outcome:
        if request.is_total and (request.model is None or request.message_id is not None):
            return Outcome(_no_total())
        session = self.sessions.get(request.session_id)
        deltas = MetadataUpsert(
            request.session_id,
            request.input_tokens,
            request.output_tokens,
            request.cache_creation_tokens,
            request.cache_read_tokens,
            request.cost_usd,
            request.model,
            request.message_id,
            request.extra,
            request.duration_ms,
            request.turns,
            request.cache_creation_1h_tokens,
            request.web_searches,
            None if request.at_ms is None else min(request.at_ms, at_ms),
            request.source,
            request.is_total,
            request.forked_from,
        )
        working_dir = None if session is None else session.working_dir
        entry = AddUsage(deltas, at_ms, session is not None, working_dir)
        return Outcome(None, (), (entry,), waits=True)

    def _meta(self, request: Meta_) -> Outcome:
        totals = self.metadata.get(request.session_id)
        if totals is not None and request.session_id not in self._tables.outdated:
            return Outcome(totals)
        return Outcome(None, (), (ReadTotals(request.session_id),), waits=True)

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
                    outdated = result.session_id in self._tables.outdated
                    return Outcome(nothing, self._tables.take_totals(nothing) if outdated else ())
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
        session = self.sessions.get(result.totals.session_id)
        changes: tuple[Change, ...] = ()
        if session is not None:
            tables.touch(session, at_ms)
        if session is not None or result.usage is not None:
            changes = tables.take_totals(result.totals)
        if result.moved is not None:
            changes += tables.take_totals(result.moved)
        if result.usage is not None:
            changes += tables.take_usage(result.usage)
        set_aside = True if result.set_aside else UNSET
        return Outcome(UpsertResult(**asdict(result.totals), set_aside=set_aside), changes)

    def _statusline_answer(self, entry: LedgerEntry, result: SpendingRead) -> StatusLineResult:
        spending = result.spending
        gauge = entry.gauge_usd if isinstance(entry, ReadSpending) else 0.0
        return StatusLineResult(
            session_cost_usd=gauge if result.totals is None else result.totals.total_cost_usd,
            today_cost_usd=spending.today_cost_usd,
            block_cost_usd=spending.block_cost_usd,
            burn_usd_per_hour=spending.burn_usd_per_hour,
            limits=self.limits,
        )

    # ---- subscribers ---------------------------------------------------------------------

    def snapshot(self, epoch: str) -> Snapshot:
        """Everything a subscriber needs to start."""
        tables = self._tables
        metadata = tuple(tables.metadata.values())
        return Snapshot(epoch, tables.seq, tables.list_all(), metadata, tables.limits, resync=True)

    def missed(self, seq: int) -> tuple[Change, ...] | None:
        """What changed after `seq`, in order; null when that is no longer known."""
        return self._tables.missed(seq)

    def dump(self, epoch: str, at_ms: int) -> DumpResult:
        """The whole state as one document."""
        tables = self._tables
        sessions = tuple(tables.with_history(session) for session in tables.list_all())
        metadata = tuple(tables.metadata.values())
        return DumpResult(DUMP_VERSION, epoch, tables.seq, at_ms, sessions, metadata, tables.limits)


def _news(request: SetSession, session: Session) -> dict[str, Any]:
    """What a SET says beside the status that is not so already; null clears."""
    fields: dict[str, Any] = {}
    if request.working_dir is not UNSET and request.working_dir != session.working_dir:
        fields["working_dir"] = request.working_dir
    if request.agent_type is not UNSET:
        agent_type = request.agent_type or AgentType.CLAUDE_CODE.value
        if agent_type != session.agent_type:
            fields["agent_type"] = agent_type
    if request.reason is not UNSET and request.reason != session.reason:
        fields["reason"] = request.reason
    if request.label is not UNSET and request.label != session.label:
        fields["label"] = request.label
    if request.priority is not UNSET and (request.priority or 0) != session.priority:
        fields["priority"] = request.priority or 0
    if request.note is not UNSET and request.note != session.note:
        fields["note"] = request.note
    return fields


def _unprintable(session_id: str) -> Failure | None:
    """Why no session can have this id, if none can; asked only when none has it."""
    if is_printable(session_id):
        return None
    return Failure("invalid_value", "Expected printable characters in `session_id`.")


def _no_total() -> Failure:
    return Failure("invalid_value", "UPSERT: a total needs a `model` and has no `message_id`.")


def _not_found(session_id: str) -> Failure:
    return Failure("not_found", f"Session not found: {session_id}")
