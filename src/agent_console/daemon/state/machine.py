"""What the daemon knows, and every way in which it changes.

Rule 1: nothing else writes to the tables (tables.py). What clients ask of one session is in
        session_requests.py, what Claude Code tells in observations.py, what the ledger answers in
        ledger_answers.py; what it means is in the *_rules.py, which are pure functions.
Rule 2: nothing here does I/O, awaits or reads a clock. Time arrives as `at_ms`, effects leave as an
        Outcome. Structs are frozen and tables are written last, so a rule that raises has changed
        nothing.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from agent_console.claude_code.registry import RegistryEntry
from agent_console.claude_code.statusline import read_statusline_event
from agent_console.config_alerts import AlertsConfig
from agent_console.daemon.state.alert_rules import context_alerts, limit_alerts
from agent_console.daemon.state.ledger_answers import LedgerAnswers
from agent_console.daemon.state.named_dirs import NamedDirs
from agent_console.daemon.state.observations import Observations
from agent_console.daemon.state.outcome import Change, Failure, Outcome
from agent_console.daemon.state.session_requests import SessionRequests, unprintable
from agent_console.daemon.state.statusline_rules import gauge_usd, limits_told, with_gauges
from agent_console.model.budget import DAY_MS
from agent_console.model.metadata import MetadataUpsert, SessionMetadata
from agent_console.model.usage import Alert, Limits, UsageEntry
from agent_console.protocol.messages import (
    Acknowledge,
    Alerts,
    DumpResult,
    Gate,
    Get,
    Hook,
    ListSessions,
    Meta_,
    Remove,
    Reopen,
    Seen,
    SetSession,
    Snapshot,
    StatusLine,
    Upsert,
)
from agent_console.usage.entries import (
    AddUsage,
    ChangeAlerts,
    KeepUserFields,
    LedgerEntry,
    ReadAlerts,
    ReadGate,
    ReadSpending,
    ReadTotals,
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


class State(LedgerAnswers):
    """The tables and their rules. One actor task owns the only instance.

    Attributes:
        processes: Which process is in which session.
        config_dirs: Where these processes have their registry, as far as hooks told.
        hooks_counted: Events heard, by name; one that two registrations tell counts once.
        wanted_alerts: What the person wants to be told of.
        rules: Which rule carries out which kind of request.
    """

    def __init__(
        self,
        user_fields: Iterable[KeepUserFields] = (),
        wanted_alerts: AlertsConfig | None = None,
    ) -> None:
        super().__init__(user_fields)
        self.wanted_alerts = wanted_alerts or AlertsConfig()
        self._observations = Observations(self._tables)
        self._requests = SessionRequests(self._tables, self._observations.processes)
        self.processes: dict[int, str] = self._observations.processes.sessions
        self.config_dirs: NamedDirs = self._observations.config_dirs
        self.hooks_counted: dict[str, int] = self._observations.hooks_counted
        self.rules: dict[type, Callable[[Any, int], Outcome]] = {
            SetSession: self._requests.set,
            Get: self._get,
            ListSessions: self._list,
            Seen: self._requests.seen,
            Remove: self._requests.remove,
            Reopen: self._requests.reopen,
            Upsert: self._upsert,
            Meta_: self._meta,
            Hook: self._observations.hook,
            StatusLine: self._statusline,
            Alerts: self._alerts,
            Acknowledge: self._acknowledge,
            Gate: self._gate,
        }

    @property
    def seq(self) -> int:
        """The number of the last change."""
        return self._tables.seq

    @property
    def limits(self) -> Limits:
        """The account's limits."""
        return self._tables.limits

    def keep_closed(self, days: int) -> None:
        """Let closed sessions stay on the board for so long."""
        self._tables.keep_closed_ms = days * DAY_MS

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
        return self.rules[type(request)](request, at_ms)

    def _get(self, request: Get, _at_ms: int) -> Outcome:
        session = self.sessions.get(request.session_id)
        if session is None:
            return Outcome(unprintable(request.session_id))
        return Outcome(self._tables.shown(session))

    def _list(self, request: ListSessions, _at_ms: int) -> Outcome:
        shown = self._tables.list_all(request.status, include_closed=request.include_closed)
        return Outcome(shown)

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
        alerts_raised: bool,
        at_ms: int,
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

    def _alerts(self, request: Alerts, at_ms: int) -> Outcome:
        wanted = ReadAlerts(at_ms, request.unacknowledged, request.limit)
        return Outcome(ledger=(wanted,), waits=True)

    def _acknowledge(self, request: Acknowledge, at_ms: int) -> Outcome:
        change = ChangeAlerts(request.alert_ids, at_ms, request.snooze_until_ms)
        return Outcome(ledger=(change,), waits=True)

    def _gate(self, request: Gate, at_ms: int) -> Outcome:
        session = self.sessions.get(request.session_id)
        project = request.working_dir or (session and session.working_dir) or ""
        model = (session and session.model) or ""
        return Outcome(ledger=(ReadGate(project, model, at_ms),), waits=True)

    def take_alerts(self, alerts: Iterable[Alert]) -> Outcome:
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

    def _meta(self, request: Meta_, _at_ms: int) -> Outcome:
        totals = self.metadata.get(request.session_id)
        outdated = request.reread or request.session_id in self._tables.outdated
        if totals is not None and not outdated:
            return Outcome(totals)
        return Outcome(None, (), (ReadTotals(request.session_id),), waits=True)

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


def _no_total() -> Failure:
    return Failure("invalid_value", "UPSERT: a total needs a `model` and has no `message_id`.")
