"""What the daemon knows, and every way in which it changes.

Rule 1: nothing else writes to these tables. The rules of hook events are in hook_rules.py, those of
        the registry in registry_rules.py; both are pure functions that this file applies.
Rule 2: nothing here does I/O, awaits or reads a clock. Time arrives as `at_ms`, effects leave as an
        Outcome. Structs are frozen and tables are written last, so a rule that raises has changed
        nothing.
"""

from collections import deque
from collections.abc import Iterable
from typing import TypeAlias, assert_never

from msgspec import UNSET
from msgspec.structs import asdict, replace

from agent_console.claude_code.hook_event import HookEvent, Meaning, Rank, read_hook_event
from agent_console.claude_code.registry import RegistryEntry
from agent_console.claude_code.statusline import StatusLineEvent, read_statusline_event
from agent_console.daemon.evidence import Evidence, Known
from agent_console.daemon.hook_rules import Moment, apply_hook_event, begun, closed
from agent_console.daemon.names import FolderNames, basename, display_name
from agent_console.daemon.outcome import Change, ChangeEvent, Failure, Outcome
from agent_console.daemon.registry_rules import apply_registry_entry
from agent_console.daemon.terminal import read_terminal
from agent_console.model.metadata import MetadataUpsert, SessionMetadata
from agent_console.model.session import (
    HISTORY_LENGTH,
    Session,
    StateTransition,
    Status,
    urgency,
)
from agent_console.model.usage import Limit, Limits
from agent_console.protocol.messages import (
    DumpResult,
    Get,
    Hook,
    HookResult,
    ListSessions,
    Meta_,
    NotificationData,
    Remove,
    Removed,
    Reopen,
    Seen,
    SessionRemoved,
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

SessionTable: TypeAlias = dict[str, Session]
MetadataTable: TypeAlias = dict[str, SessionMetadata]

StateRequest: TypeAlias = (
    SetSession | Get | ListSessions | Seen | Remove | Reopen | Upsert | Meta_ | Hook | StatusLine
)
"""Requests that are about sessions; the others are about the daemon itself."""

DUMP_VERSION = 1
MISSED_CHANGES_KEPT = 1_000
"""How many removals, usages and alerts are kept for subscribers that come back."""
TWIN_HOOK_MS = 500
"""The same payload within this time comes from a second registration of the same hook."""
RECENT_HOOKS_KEPT = 256


class State:
    """The tables and their rules. One actor task owns the only instance.

    Attributes:
        sessions: The board.
        metadata: Totals, as far as the ledger has told them.
        limits: The account's limits.
        seq: The number of the last change.
        hooks_counted: Events heard, by name; one that two registrations tell counts once.
        twin_hooks: Events that a second registration told again.
    """

    def __init__(self, user_fields: Iterable[KeepUserFields] = ()) -> None:
        self.sessions: SessionTable = {}
        self.metadata: MetadataTable = {}
        self.limits = Limits()
        self.seq = 0
        self.hooks_counted: dict[str, int] = {}
        self.twin_hooks = 0
        self.processes: dict[int, str] = {}
        self._evidence: dict[str, Evidence] = {}
        self._histories: dict[str, tuple[StateTransition, ...]] = {}
        self._metadata_seq: dict[str, int] = {}
        self._folders: FolderNames = {}
        self._user_fields = {fields.session_id: fields for fields in user_fields}
        self._recent_hooks: dict[int, int] = {}
        self._missable: deque[Change] = deque(maxlen=MISSED_CHANGES_KEPT)
        self._forgotten_seq = 0
        self._registered: dict[int, str] = {}
        self._registered_status: dict[int, int | None] = {}

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
                return Outcome(None if session is None else self._with_history(session))
            case Hook():
                return self._hook(request, at_ms)
            case Upsert():
                return self._upsert(request, at_ms)
            case Meta_():
                return self._meta(request)
            case StatusLine():
                return self._statusline(request, at_ms)
            case ListSessions():
                return Outcome(self.list_all(request.status, include_closed=request.include_closed))
            case Seen():
                return self._seen(request, at_ms)
            case Remove():
                return self._remove(request)
            case Reopen():
                return self._reopen(request, at_ms)
            case _:
                assert_never(request)

    def _set(self, request: SetSession, at_ms: int) -> Outcome:
        session_id = request.session_id
        known = self._known(session_id)
        if known is None:
            if request.status is UNSET:
                return Outcome(
                    Failure(
                        "not_found",
                        f"Session not found: {session_id}. Send a status to create it.",
                    )
                )
            known = self._new(session_id, request.status, at_ms)
        fields = {
            name: value
            for name in ("working_dir", "agent_type", "label", "note")
            if (value := getattr(request, name)) is not UNSET
        }
        if request.priority is not UNSET:
            fields["priority"] = request.priority or 0
        if request.status is not UNSET:
            if request.reason is not UNSET:
                reason = request.reason
            elif known.session.status is request.status:
                reason = known.session.reason
            else:
                reason = None
            evidence: dict[str, None] = (
                {} if known.session.status is request.status else {"asking": None}
            )
            known = known.entering(
                request.status,
                reason,
                max(at_ms, known.evidence.changed_at_ms),
                Rank.END,
                **evidence,
            )
        elif request.reason is not UNSET:
            fields["reason"] = request.reason
        changes = self._commit(known.with_session(**fields) if fields else known, at_ms)
        ledger = self._recall(session_id, changes)
        if request.label is not UNSET or request.priority is not UNSET or request.note is not UNSET:
            ledger = (*ledger, self._keep_user_fields(session_id))
        return Outcome(self.sessions[session_id], changes, ledger)

    def _keep_user_fields(self, session_id: str) -> KeepUserFields:
        session = self.sessions[session_id]
        kept = KeepUserFields(session_id, session.label, session.priority, session.note)
        if kept.label is None and kept.note is None and kept.priority == 0:
            self._user_fields.pop(session_id, None)
        else:
            self._user_fields[session_id] = kept
        return kept

    def list_all(
        self, status: Status | None = None, *, include_closed: bool = True
    ) -> tuple[Session, ...]:
        """Sessions, most urgent first."""
        return tuple(
            sorted(
                (
                    session
                    for session in self.sessions.values()
                    if (status is None or session.status is status)
                    and (include_closed or not session.closed)
                ),
                key=urgency,
            )
        )

    def _seen(self, request: Seen, at_ms: int) -> Outcome:
        known = self._known(request.session_id)
        if known is None:
            return Outcome(_not_found(request.session_id))
        changes = self._commit(known.with_session(seen=True), at_ms)
        return Outcome(self.sessions[request.session_id], changes)

    def _remove(self, request: Remove) -> Outcome:
        session = self.sessions.pop(request.session_id, None)
        if session is None:
            return Outcome(Removed(removed=False))
        session_id = session.session_id
        del self._evidence[session_id]
        self._histories.pop(session_id, None)
        for pid in [pid for pid, owner in self.processes.items() if owner == session_id]:
            del self.processes[pid]
        changes = [self._change("session_removed", session_id, SessionRemoved(session_id))]
        self._remember(changes[0])
        changes += self._leave_folder(session.working_dir)
        return Outcome(Removed(removed=True), tuple(changes), processes_changed=True)

    def _reopen(self, request: Reopen, at_ms: int) -> Outcome:
        known = self._known(request.session_id)
        if known is None:
            return Outcome(_not_found(request.session_id))
        if not known.session.closed:
            return Outcome(
                Failure("conflict", f"Session {request.session_id} is not closed.", retryable=False)
            )
        known = known.entering(
            Status.ATTENTION, "ready", max(at_ms, known.evidence.changed_at_ms), Rank.END
        )
        changes = self._commit(known, at_ms)
        return Outcome(self.sessions[request.session_id], changes)

    # ---- hooks, status lines, registry -----------------------------------------------------

    def _hook(self, request: Hook, at_ms: int) -> Outcome:
        if request.event is UNSET:
            if request.event_name is None:
                return Outcome(
                    Failure("bad_request", "HOOK: send `event`, a Claude Code hook payload.")
                )
            event = HookEvent(hook_event_name=request.event_name, session_id=request.session_id)
            identity = hash((request.event_name, request.session_id, request.head))
        else:
            read = read_hook_event(request.event)
            if read is None:
                return Outcome(Failure("invalid_value", "HOOK: `event` is no JSON object."))
            event = read
            identity = hash(bytes(request.event))
        session_id = event.session_id
        if not session_id or not event.hook_event_name:
            return Outcome(
                Failure(
                    "invalid_value", "HOOK: `event` has no `session_id` or no `hook_event_name`."
                )
            )
        sent_ms = at_ms if request.sent_at is None else min(int(request.sent_at), at_ms)
        known = self._known(session_id)
        if self._is_twin(identity, sent_ms):
            self.twin_hooks += 1
            return Outcome(None if known is None else HookResult(session_id, known.session.status))
        name = event.hook_event_name[:64]
        if name in self.hooks_counted or len(self.hooks_counted) < 100:
            self.hooks_counted[name] = self.hooks_counted.get(name, 0) + 1
        created = known is None
        if known is None:
            known = self._first_heard(event, session_id, sent_ms)
            if known is None:
                return Outcome(None)
        after = apply_hook_event(known, event, Moment(sent_ms, at_ms))
        after = self._located(after, request.env)
        pid = _pid(request.env)
        arrives = pid is not None and not after.session.closed and event.agent_id is None
        predecessor = None
        if arrives and pid is not None:
            predecessor = self._predecessor(pid, session_id, after.session)
            after = after.with_session(pid=pid, predecessor=predecessor)
        changes = self._commit(after, at_ms)
        if arrives and pid is not None and event.meaning is Meaning.STARTED:
            left = self.processes.get(pid)
            if left is not None and left != session_id:
                changes += self._leave(left, pid, "other", sent_ms, at_ms)
        processes_changed = False
        if arrives and pid is not None and self.processes.get(pid) != session_id:
            self.processes[pid] = session_id
            processes_changed = True
        if not changes and not created:
            return Outcome(HookResult(session_id, after.session.status))
        return Outcome(
            HookResult(session_id, after.session.status),
            changes,
            self._recall(session_id, changes),
            processes_changed=processes_changed,
        )

    def _is_twin(self, identity: int, sent_ms: int) -> bool:
        """Whether the plugin and the settings both told this event."""
        recent = self._recent_hooks
        before = recent.get(identity)
        if before is not None and abs(sent_ms - before) < TWIN_HOOK_MS:
            return True
        recent.pop(identity, None)
        recent[identity] = sent_ms
        if len(recent) > RECENT_HOOKS_KEPT:
            del recent[next(iter(recent))]
        return False

    def _first_heard(self, event: HookEvent, session_id: str, sent_ms: int) -> Known | None:
        """A session nobody has told us of, as far as one event can tell."""
        match event.meaning:
            case (
                Meaning.FACT
                | Meaning.ENDED
                | Meaning.SUBAGENT_STOPPED
                | Meaning.NOTIFIED
                | Meaning.COMPACTED
            ):
                return None
            case Meaning.STARTED | Meaning.STOPPED | Meaning.FAILED:
                status = Status.ATTENTION
            case _:
                status = Status.WORKING
        known = self._new(session_id, status, sent_ms)
        return known.with_session(reason="ready") if status is Status.ATTENTION else known

    def _located(self, known: Known, env: dict[str, str]) -> Known:
        terminal = read_terminal(env)
        if terminal is None or terminal == known.session.terminal:
            return known
        return known.with_session(terminal=terminal)

    def _predecessor(self, pid: int, session_id: str, session: Session) -> str | None:
        """The session this process was in before, unless that would make a circle."""
        before = self.processes.get(pid)
        if before is None or before == session_id or session.predecessor is not None:
            return session.predecessor
        ancestor: str | None = before
        while ancestor is not None:
            if ancestor == session_id:
                return None
            found = self.sessions.get(ancestor)
            ancestor = found.predecessor if found is not None else None
        return before

    def _statusline(self, request: StatusLine, at_ms: int) -> Outcome:
        event = read_statusline_event(request.event)
        if event is None or not event.session_id:
            return Outcome(
                Failure("invalid_value", "STATUSLINE: `event` is no payload with a `session_id`.")
            )
        self._take_limits(event, at_ms)
        gauge = event.cost.total_cost_usd if event.cost is not None else 0.0
        known = self._known(event.session_id)
        changes: tuple[Change, ...] = ()
        if known is not None:
            session = known.session
            context = event.context_window
            used = context.used_percentage if context is not None else None
            changes = self._commit(
                known.with_session(
                    model=(event.model.id if event.model is not None else None) or session.model,
                    title=event.session_name or session.title,
                    context_used_percent=session.context_used_percent if used is None else used,
                    transcript_path=event.transcript_path or session.transcript_path,
                ),
                at_ms,
            )
        return Outcome(None, changes, (ReadSpending(event.session_id, at_ms, gauge),), waits=True)

    def _take_limits(self, event: StatusLineEvent, at_ms: int) -> None:
        told = event.rate_limits
        if told is None:
            return
        limits: dict[str, Limit | None] = {}
        for name in ("five_hour", "seven_day"):
            field = getattr(told, name)
            if field is None or field.used_percentage is None:
                limits[name] = getattr(self.limits, name)
                continue
            resets_at_ms = None if field.resets_at is None else int(field.resets_at * 1000)
            limits[name] = Limit(field.used_percentage, resets_at_ms, "official", at_ms)
        self.limits = Limits(**limits)

    def observe_entry(self, entry: RegistryEntry, at_ms: int) -> Outcome:
        """A live process says in the registry which session it runs and what it does."""
        session_id = entry.session_id
        if session_id is None:
            return Outcome()
        told_ms = entry.status_updated_at or entry.updated_at or entry.started_at or at_ms
        told_ms = min(told_ms, at_ms)
        registered_before = self._registered.get(entry.pid)
        changes: list[Change] = []
        left = self.processes.get(entry.pid)
        if left is not None and left != session_id and registered_before != session_id:
            changes += self._leave(left, entry.pid, "other", told_ms, at_ms)
        known = self._known(session_id)
        if known is None:
            since_ms = min(entry.status_updated_at or entry.started_at or told_ms, at_ms)
            known = self._new(session_id, Status.ATTENTION, since_ms).with_session(reason="ready")
        elif known.session.closed and told_ms > known.evidence.changed_at_ms:
            comes_anew = known.session.pid != entry.pid or registered_before != session_id
            if comes_anew:
                known = begun(known, told_ms - 1, Rank.START)
        told_before = self._registered_status.get(entry.pid)
        if registered_before not in {None, session_id} and told_before == entry.status_updated_at:
            entry = replace(entry, status=None)  # it was said of the session before
        self._registered_status[entry.pid] = entry.status_updated_at
        after = apply_registry_entry(known, entry)
        processes_changed = False
        if not after.session.closed:
            after = after.with_session(
                pid=entry.pid,
                predecessor=self._predecessor(entry.pid, session_id, after.session),
            )
            processes_changed = self.processes.get(entry.pid) != session_id
            self.processes[entry.pid] = session_id
        self._registered[entry.pid] = session_id
        changes += self._commit(after, at_ms)
        return Outcome(
            None,
            tuple(changes),
            self._recall(session_id, changes),
            processes_changed=processes_changed,
        )

    def observe_unregistered(self, pid: int, at_ms: int) -> Outcome:
        """A process took its registry file away: it has ended in good order."""
        self._registered.pop(pid, None)
        return self._process_gone(pid, "other", at_ms)

    def observe_exit(self, pid: int, at_ms: int) -> Outcome:
        """A process is gone and has told nobody."""
        self._registered.pop(pid, None)
        return self._process_gone(pid, "crashed", at_ms)

    def _process_gone(self, pid: int, reason: str, at_ms: int) -> Outcome:
        session_id = self.processes.pop(pid, None)
        if session_id is None:
            return Outcome()
        changes = self._leave(session_id, pid, reason, at_ms, at_ms)
        return Outcome(None, changes, processes_changed=True)

    def _leave(
        self, session_id: str, pid: int, reason: str, told_ms: int, at_ms: int
    ) -> tuple[Change, ...]:
        known = self._known(session_id)
        if known is None or known.session.closed or known.session.pid != pid:
            return ()
        told_ms = max(told_ms, known.evidence.changed_at_ms)
        return self._commit(closed(known, reason, told_ms, Rank.END, observed_end=True), at_ms)

    # ---- usage ---------------------------------------------------------------------------

    def _upsert(self, request: Upsert, at_ms: int) -> Outcome:
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
        )
        entry = AddUsage(
            deltas, at_ms, session is not None, None if session is None else session.working_dir
        )
        return Outcome(None, (), (entry,), waits=True)

    def _meta(self, request: Meta_) -> Outcome:
        known = self.metadata.get(request.session_id)
        if known is not None:
            return Outcome(known)
        return Outcome(None, (), (ReadTotals(request.session_id),), waits=True)

    def committed(self, entry: LedgerEntry, result: LedgerResult, at_ms: int) -> Outcome:
        """What follows from the ledger's answer to an entry of an earlier outcome."""
        match result:
            case UsageAdded():
                changes = self._take_totals(result.totals)
                if result.moved is not None:
                    changes += self._take_totals(result.moved)
                if result.usage is not None:
                    key = result.usage.message_id or ""
                    change = self._change("usage", key, result.usage)
                    self._remember(change)
                    changes = (*changes, change)
                fields = asdict(result.totals)
                if result.set_aside:
                    fields["set_aside"] = True
                return Outcome(UpsertResult(**fields), changes)
            case TotalsRead():
                if result.totals is None:
                    on_board = result.session_id in self.sessions
                    return Outcome(SessionMetadata(result.session_id) if on_board else None)
                if result.session_id not in self.sessions:
                    return Outcome(result.totals)  # read, not watched: nothing to keep
                return Outcome(result.totals, self._take_totals(result.totals))
            case SpendingRead():
                return Outcome(self._statusline_answer(entry, result))
            case LedgerRefusal():
                return Outcome(Failure(result.code, result.message, result.retryable))
            case UserFieldsKept():
                return Outcome()
            case _:
                assert_never(result)

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

    def _take_totals(self, totals: SessionMetadata) -> tuple[Change, ...]:
        session_id = totals.session_id
        if self.metadata.get(session_id) == totals:
            return ()
        self.metadata[session_id] = totals
        session = self.sessions.get(session_id)
        if session is not None:
            self.sessions[session_id] = replace(session, metadata=totals)
        change = self._change("metadata", session_id, totals)
        self._metadata_seq[session_id] = change.seq
        return (change,)

    def _recall(self, session_id: str, changes: Iterable[Change]) -> tuple[LedgerEntry, ...]:
        """Ask the ledger for a new session's totals."""
        if session_id in self.metadata or session_id in self._metadata_seq or not changes:
            return ()
        self._metadata_seq[session_id] = 0
        return (ReadTotals(session_id),)

    # ---- subscribers ---------------------------------------------------------------------

    def snapshot(self, epoch: str) -> Snapshot:
        """Everything a subscriber needs to start."""
        return Snapshot(
            epoch,
            self.seq,
            self.list_all(),
            tuple(self.metadata.values()),
            self.limits,
            resync=True,
        )

    def missed(self, seq: int) -> tuple[Change, ...] | None:
        """What changed after `seq`, in order; null when that is no longer known."""
        if seq < self._forgotten_seq or seq > self.seq:
            return None
        changes = [change for change in self._missable if change.seq > seq]
        gone = {change.key for change in changes if change.event == "session_removed"}
        back = gone & self.sessions.keys()
        changes = [
            change
            for change in changes
            if change.event != "session_removed" or change.key not in back
        ]
        changes += [
            Change(session.rev, "session", session.session_id, session)
            for session in self.sessions.values()
            if session.rev > seq
        ]
        changes += [
            Change(at, "metadata", session_id, self.metadata[session_id])
            for session_id, at in self._metadata_seq.items()
            if at > seq and session_id in self.metadata
        ]
        return tuple(sorted(changes, key=lambda change: change.seq))

    def dump(self, epoch: str, at_ms: int) -> DumpResult:
        """The whole state as one document."""
        return DumpResult(
            DUMP_VERSION,
            epoch,
            self.seq,
            at_ms,
            tuple(self._with_history(session) for session in self.list_all()),
            tuple(self.metadata.values()),
            self.limits,
        )

    # ---- tables --------------------------------------------------------------------------

    def _known(self, session_id: str) -> Known | None:
        session = self.sessions.get(session_id)
        return None if session is None else Known(session, self._evidence[session_id])

    def _new(self, session_id: str, status: Status, at_ms: int) -> Known:
        """A session as it begins; the first transition is yet to come."""
        kept = self._user_fields.get(session_id)
        session = Session(
            session_id=session_id,
            status=status,
            since_ms=at_ms,
            last_seen_ms=at_ms,
            display_name=session_id[:8],
            closed=status is Status.CLOSED,
            label=None if kept is None else kept.label,
            priority=0 if kept is None else kept.priority,
            note=None if kept is None else kept.note,
            metadata=self.metadata.get(session_id),
        )
        return Known(session, Evidence())

    def _with_history(self, session: Session) -> Session:
        return replace(session, history=self._histories.get(session.session_id, ()))

    def _commit(self, known: Known, at_ms: int) -> tuple[Change, ...]:
        """Write a session into the tables and say what changed, if anything did."""
        new = known.session
        session_id = new.session_id
        old = self.sessions.get(session_id)
        if old is not None:
            if new.status is not old.status or new.reason != old.reason:
                new = replace(new, seen=False)
            if new == old:
                self._evidence[session_id] = known.evidence
                self.sessions[session_id] = replace(old, last_seen_ms=max(at_ms, old.last_seen_ms))
                return ()
        history = self._histories.get(session_id, ())
        if old is not None and new.status is not old.status:
            step = StateTransition(
                new.since_ms, old.status, new.status, new.since_ms - old.since_ms
            )
            history = (*history[-(HISTORY_LENGTH - 1) :], step)
        moved = old is None or new.working_dir != old.working_dir
        others: tuple[Change, ...] = ()
        if moved:
            self._enter_folder(new.working_dir)
            name = display_name(new.working_dir, session_id, self._folders)
            new = replace(new, display_name=name)
        self.seq += 1
        new = replace(new, rev=self.seq, last_seen_ms=max(at_ms, new.last_seen_ms))
        self.sessions[session_id] = new
        self._evidence[session_id] = known.evidence
        self._histories[session_id] = history
        change = Change(self.seq, "session", session_id, new)
        if moved:
            others = self._rename(basename(new.working_dir))
            if old is not None:
                others += self._leave_folder(old.working_dir)
        return (change, *others)

    def _enter_folder(self, working_dir: str | None) -> None:
        if working_dir is not None:
            paths = self._folders.setdefault(basename(working_dir), {})
            paths[working_dir] = paths.get(working_dir, 0) + 1

    def _leave_folder(self, working_dir: str | None) -> tuple[Change, ...]:
        if working_dir is None:
            return ()
        name = basename(working_dir)
        paths = self._folders.get(name, {})
        left = paths.get(working_dir, 0) - 1
        if left > 0:
            paths[working_dir] = left
            return ()
        paths.pop(working_dir, None)
        if not paths:
            self._folders.pop(name, None)
            return ()
        return self._rename(name)

    def _rename(self, name: str) -> tuple[Change, ...]:
        """Names that are told apart otherwise, now that folders came or went."""
        if len(self._folders.get(name, ())) == 0:
            return ()
        changes: list[Change] = []
        for session in list(self.sessions.values()):
            if basename(session.working_dir) != name:
                continue
            right = display_name(session.working_dir, session.session_id, self._folders)
            if right != session.display_name:
                self.seq += 1
                renamed = replace(session, display_name=right, rev=self.seq)
                self.sessions[session.session_id] = renamed
                changes.append(Change(self.seq, "session", session.session_id, renamed))
        return tuple(changes)

    def _change(self, event: ChangeEvent, key: str, data: NotificationData) -> Change:
        self.seq += 1
        return Change(self.seq, event, key, data)

    def _remember(self, change: Change) -> None:
        """Keep what a returning subscriber cannot read off the tables."""
        if len(self._missable) == MISSED_CHANGES_KEPT:
            self._forgotten_seq = self._missable[0].seq
        self._missable.append(change)


def _not_found(session_id: str) -> Failure:
    return Failure("not_found", f"Session not found: {session_id}")


def _pid(env: dict[str, str]) -> int | None:
    text = env.get("CLAUDE_PID", "")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) <= 10 else None
