"""What the daemon knows, and every way in which it changes.

Rule 1: nothing else writes to the tables (tables.py). What clients ask is here; what Claude Code
        tells is in observations.py, and what it means in the *_rules.py, which are pure functions.
Rule 2: nothing here does I/O, awaits or reads a clock. Time arrives as `at_ms`, effects leave as an
        Outcome. Structs are frozen and tables are written last, so a rule that raises has changed
        nothing.
"""

from collections.abc import Iterable
from typing import TypeAlias, assert_never

from msgspec import UNSET

from agent_console.claude_code.hook_event import Rank
from agent_console.claude_code.registry import RegistryEntry
from agent_console.claude_code.statusline import read_statusline_event
from agent_console.config_alerts import AlertsConfig
from agent_console.daemon.alert_rules import (
    context_alerts,
    limit_alerts,
    next_waiting_ms,
    waiting_alerts,
)
from agent_console.daemon.named_dirs import NamedDirs
from agent_console.daemon.observations import Observations
from agent_console.daemon.outcome import Change, Failure, Outcome
from agent_console.daemon.set_rules import after_set
from agent_console.daemon.statusline_rules import gauge_usd, limits_told, with_gauges
from agent_console.daemon.tables import MetadataTable, SessionTable, Tables
from agent_console.model.metadata import MetadataUpsert, SessionMetadata
from agent_console.model.session import Session, Status, is_printable
from agent_console.model.usage import Alert, Limits, UsageEntry
from agent_console.protocol.messages import (
    Acknowledge,
    Acknowledged,
    Alerts,
    DumpResult,
    Gate,
    GateResult,
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
    AlertNoted,
    AlertsChanged,
    AlertsRead,
    ChangeAlerts,
    GateRead,
    KeepUserFields,
    LedgerEntry,
    LedgerRefusal,
    LedgerResult,
    ReadAlerts,
    ReadGate,
    ReadSpending,
    ReadTotals,
    SpendingRead,
    TotalsRead,
    UsageAdded,
    UserFieldsKept,
)

StateRequest: TypeAlias = (
    SetSession
    | Get
    | ListSessions
    | Seen
    | Remove
    | Reopen
    | Upsert
    | Meta_
    | Hook
    | StatusLine
    | Alerts
    | Acknowledge
    | Gate
)
"""Requests that are about sessions and their usage; the others are about the daemon itself."""

DUMP_VERSION = 1


class State:
    """The tables and their rules. One actor task owns the only instance.

    Attributes:
        sessions: The board.
        metadata: Totals, as far as the ledger has told them.
        processes: Which process is in which session.
        config_dirs: Where these processes have their registry, as far as hooks told.
        hooks_counted: Events heard, by name; one that two registrations tell counts once.
        wanted_alerts: What the person wants to be told of.
    """

    def __init__(
        self,
        user_fields: Iterable[KeepUserFields] = (),
        wanted_alerts: AlertsConfig | None = None,
    ) -> None:
        self.wanted_alerts = wanted_alerts or AlertsConfig()
        self._told_waiting: dict[str, int] = {}
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
            case Alerts():
                wanted = ReadAlerts(at_ms, request.unacknowledged, request.limit)
                return Outcome(ledger=(wanted,), waits=True)
            case Acknowledge():
                change = ChangeAlerts(request.alert_ids, at_ms, request.snooze_until_ms)
                return Outcome(ledger=(change,), waits=True)
            case Gate():
                return self._gate(request, at_ms)
            case _:
                assert_never(request)

    def _set(self, request: SetSession, at_ms: int) -> Outcome:
        tables = self._tables
        session_id = request.session_id
        known = tables.known(session_id)
        if known is None:
            return self._create(request, at_ms)
        session = known.session
        after = after_set(known, request, at_ms, gone=session.closed and self._is_gone(session))
        if after is known:
            return Outcome(tables.touch(session, at_ms), (), self._kept(request))
        changes = tables.commit(after, at_ms)
        return Outcome(self.sessions[session_id], changes, self._kept(request))

    def _create(self, request: SetSession, at_ms: int) -> Outcome:
        """The first that is heard of a session."""
        tables = self._tables
        session_id = request.session_id
        if request.status is UNSET:
            message = f"Session not found: {session_id}. Send a status to create it."
            return Outcome(Failure("not_found", message))
        unprintable = _unprintable(session_id)
        if unprintable is not None:
            return Outcome(unprintable)
        new = tables.new(session_id, request.status, at_ms)
        changes = tables.commit(after_set(new, request, at_ms, gone=False), at_ms)
        ledger = (*tables.recall(session_id), *self._kept(request))
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
        alerts_raised: bool = False,
        at_ms: int = 0,
    ) -> Outcome:
        """Transcripts told the ledger something.

        Args:
            sessions: New totals; those of sessions that are not on the board are nobody's news.
            usage: What rows have gained.
            prices_changed: All costs may be others: the totals of the board are read again.
            alerts_raised: The ledger has alerts to tell; any question makes it do so.
            at_ms: Now, Unix milliseconds.
        """
        changes: tuple[Change, ...] = ()
        for totals in sessions:
            if totals.session_id in self.sessions:
                changes += self._tables.take_totals(totals)
        for entry in usage:
            changes += self._tables.take_usage(entry)
        entries: list[LedgerEntry] = []
        if prices_changed:
            entries += [ReadTotals(session_id) for session_id in self.sessions]
        if alerts_raised:
            entries.append(ReadAlerts(at_ms, limit=0))
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
        entries: list[LedgerEntry] = [ReadSpending(event.session_id, at_ms, gauge_usd(event))]
        entries += limit_alerts(tables.limits, limits, self.wanted_alerts, at_ms)
        if known is not None:
            after = with_gauges(known, event)
            entries += context_alerts(known.session, after.session, self.wanted_alerts, at_ms)
            changes = tables.commit(after, at_ms)
        tables.limits = limits
        return Outcome(None, changes, tuple(entries), waits=True)

    # ---- alerts --------------------------------------------------------------------------

    def _gate(self, request: Gate, at_ms: int) -> Outcome:
        session = self.sessions.get(request.session_id)
        project = request.working_dir or (session and session.working_dir) or ""
        model = (session and session.model) or ""
        return Outcome(ledger=(ReadGate(project, model, at_ms),), waits=True)

    def next_waiting_ms(self) -> int | None:
        """When the next session will have waited too long; null when none does or it is off."""
        return next_waiting_ms(self.sessions.values(), self._told_waiting, self.wanted_alerts)

    def raise_waiting(self, at_ms: int) -> Outcome:
        """Sessions have waited too long for the person."""
        sessions = self.sessions
        due = waiting_alerts(sessions.values(), self._told_waiting, self.wanted_alerts, at_ms)
        still = {each: at for each, at in self._told_waiting.items() if each in sessions}
        self._told_waiting = still | {each: sessions[each].since_ms for each in due}
        return Outcome(ledger=tuple(due.values()))

    def take_alerts(self, alerts: Iterable[Alert], _at_ms: int) -> Outcome:
        """The ledger has alerts that are new, acknowledged, or snoozed no longer."""
        changes: tuple[Change, ...] = ()
        for alert in alerts:
            changes += self._tables.take_alert(alert)
        return Outcome(changes=changes)

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
        outdated = request.reread or request.session_id in self._tables.outdated
        if totals is not None and not outdated:
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
        answer = UpsertResult(
            totals.session_id,
            totals.total_input_tokens,
            totals.total_output_tokens,
            totals.total_cache_creation_tokens,
            totals.total_cache_read_tokens,
            totals.total_cost_usd,
            totals.model,
            totals.updated_at_ms,
            totals.total_duration_ms,
            totals.turns_used,
            True if result.set_aside else UNSET,
        )
        return Outcome(answer, changes)

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


def _unprintable(session_id: str) -> Failure | None:
    """Why no session can have this id, if none can; asked only when none has it."""
    if is_printable(session_id):
        return None
    return Failure("invalid_value", "Expected printable characters in `session_id`.")


def _no_total() -> Failure:
    return Failure("invalid_value", "UPSERT: a total needs a `model` and has no `message_id`.")


def _not_found(session_id: str) -> Failure:
    return Failure("not_found", f"Session not found: {session_id}")
