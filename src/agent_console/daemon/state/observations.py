"""What Claude Code itself tells of its sessions: hooks, the registry, the end of processes.

Rule: first every rule is asked, then everything is written; so a rule that raises has changed
nothing. The rules are in hook_rules.py and registry_rules.py; here is only what needs more than one
session: who is new, who runs where, who left whom.
"""

from msgspec import UNSET
from msgspec.structs import replace

from agent_console.claude_code.hook_event import (
    HookEvent,
    Meaning,
    Rank,
    read_cut_hook_event,
    read_hook_event,
)
from agent_console.claude_code.registry import RegistryEntry
from agent_console.daemon.state.evidence import Known
from agent_console.daemon.state.hook_rules import apply_hook_event
from agent_console.daemon.state.named_dirs import NamedDirs
from agent_console.daemon.state.outcome import Change, Failure, Outcome
from agent_console.daemon.state.processes import Processes
from agent_console.daemon.state.registry_rules import apply_registry_entry
from agent_console.daemon.state.tables import Tables
from agent_console.daemon.state.terminal import read_terminal
from agent_console.daemon.state.turn_rules import begun, closed
from agent_console.daemon.state.twins import Twins
from agent_console.model.session import Status, is_printable
from agent_console.protocol.messages import Hook, HookResult

EVENT_NAMES_COUNTED = 100


class Observations:
    """Applies what was seen to the tables.

    Attributes:
        processes: Which process is in which session.
        config_dirs: Where these processes have their registry, as far as hooks told.
        hooks_counted: Events heard, by name; one that two registrations tell counts once.
        twin_hooks: Events that a second registration told again.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.processes = Processes()
        self.config_dirs = NamedDirs()
        self.hooks_counted: dict[str, int] = {}
        self.twin_hooks = 0
        self._twins = Twins()

    # ---- hooks ---------------------------------------------------------------------------

    def hook(self, request: Hook, at_ms: int) -> Outcome:
        """A hook was run."""
        read = _read(request)
        if isinstance(read, Failure):
            return Outcome(read)
        event, session_id, identity = read
        sent_ms = _sent_ms(request.sent_at, at_ms)
        if self._twins.is_twin(identity, sent_ms):
            self.twin_hooks += 1
            return Outcome()
        outcome = self._apply(event, session_id, request.env, sent_ms, at_ms)
        self._twins.remember(identity, sent_ms)
        self._count(event.hook_event_name or "")
        return outcome

    def _apply(
        self, event: HookEvent, session_id: str, env: dict[str, str], sent_ms: int, at_ms: int
    ) -> Outcome:
        tables = self._tables
        before = tables.known(session_id)
        known = before if before is not None else self._first_heard(event, session_id, sent_ms)
        if known is None:
            return Outcome()
        after = apply_hook_event(known, event, sent_ms)
        terminal = read_terminal(env)
        if terminal is not None and terminal != after.session.terminal:
            after = after.with_session(terminal=terminal)
        pid = _pid(env) if event.agent_id is None else None
        changes, moved = self._write(after, pid, sent_ms, at_ms)
        named = self.config_dirs.note(env)
        session = tables.sessions[session_id]
        return Outcome(
            HookResult(session_id, session.status) if changes else None,
            changes,
            tables.recall(session_id) if before is None else (),
            processes_changed=moved or named,
        )

    def _count(self, name: str) -> None:
        if name in self.hooks_counted or len(self.hooks_counted) < EVENT_NAMES_COUNTED:
            self.hooks_counted[name] = self.hooks_counted.get(name, 0) + 1

    def _first_heard(self, event: HookEvent, session_id: str, sent_ms: int) -> Known | None:
        """A session nobody has told us of, as far as one event can tell."""
        match event.meaning:
            case (
                Meaning.FACT
                | Meaning.MODEL_SWITCHED
                | Meaning.ENDED
                | Meaning.SUBAGENT_STOPPED
                | Meaning.TEAMMATE_IDLE
                | Meaning.NOTIFIED
                | Meaning.COMPACTED
            ):
                return None
            case Meaning.STARTED | Meaning.STOPPED | Meaning.FAILED:
                rests = True
            case Meaning.COMPACTING:
                rests = event.trigger == "manual"
            case _:
                rests = False
        status = Status.ATTENTION if rests else Status.WORKING
        known = self._tables.new(session_id, status, sent_ms)
        return known.with_session(reason="ready") if rests else known

    # ---- the registry and processes ------------------------------------------------------

    def entry(self, entry: RegistryEntry, at_ms: int) -> Outcome:
        """A live process says in the registry which session it runs and what it does."""
        session_id, pid = entry.session_id, entry.pid
        if session_id is None:
            return Outcome()
        tables = self._tables
        updated_ms = _told_ms(entry.updated_at, at_ms)
        status_ms = None
        if entry.status is not None:
            status_ms = _told_ms(entry.status_updated_at, at_ms) or updated_ms
        started_ms = _told_ms(entry.started_at, at_ms)
        told_ms = status_ms or updated_ms or started_ms or at_ms
        before = tables.known(session_id)
        registered = self.processes.registered(pid)
        moved_here = registered is not None and registered.session_id != session_id
        if (
            registered is not None
            and (moved_here or before is not None)
            and registered.says_the_same(entry, of_another_session=moved_here)
        ):
            status_ms = None  # it was said before, whatever the clock says now
        # Only what the file dates is older than what comes: it is read when somebody has the time.
        dated_ms = (started_ms or 0) if status_ms is None else max(0, status_ms - 1)
        if before is None:
            known = tables.new(session_id, Status.ATTENTION, told_ms)
            known = known.with_session(reason="ready").with_evidence(changed_at_ms=dated_ms)
        else:
            known = before
            changed_ms = known.evidence.changed_at_ms
            anew = known.session.pid != pid or moved_here
            if self._was_taken_for_gone(known, pid):
                known = begun(known, at_ms, Rank.START)
                known = known.settled(changed_ms if status_ms is None else dated_ms, Rank.START)
            elif known.session.closed and anew and told_ms > changed_ms:
                known = begun(known, max(0, told_ms - 1), Rank.START)
                known = known.settled(max(dated_ms, changed_ms), Rank.START)
        after = apply_registry_entry(known, entry, status_ms)
        written_ms = max(updated_ms or 0, told_ms)
        changes, moved = self._write(after, pid, written_ms, at_ms)
        self.processes.register(entry, session_id)
        return Outcome(
            None,
            changes,
            tables.recall(session_id) if before is None else (),
            processes_changed=moved,
        )

    def _was_taken_for_gone(self, known: Known, pid: int) -> bool:
        """Whether a session was closed because this process seemed to have ended.

        It lives, or there would be no entry: its file was away for a moment, or it is of another
        kernel namespace, where its number means something else than in ours.
        """
        session = known.session
        seen_ending = session.closed and known.evidence.observed_end and session.pid == pid
        return seen_ending and pid not in self.processes.sessions

    def gone(self, pid: int, reason: str, at_ms: int) -> Outcome:
        """A process has ended.

        Args:
            pid: Which one.
            reason: Why its session is closed, unless its SessionEnd says or said it better.
            at_ms: When that was seen.
        """
        session_id = self.processes.sessions.get(pid)
        known = None if session_id is None else self._tables.known(session_id)
        changes: tuple[Change, ...] = ()
        if known is not None and not known.session.closed and known.session.pid == pid:
            changes = self._tables.commit(_seen_leaving(known, reason, at_ms), at_ms)
        return Outcome(None, changes, processes_changed=self.processes.forget(pid))

    def _write(
        self, after: Known, pid: int | None, told_ms: int, at_ms: int
    ) -> tuple[tuple[Change, ...], bool]:
        """Write a session, and the one its process has left for it; whether that process moved."""
        left: Known | None = None
        session_id = after.session.session_id
        owner = None if pid is None else self.processes.sessions.get(pid)
        if after.session.closed:
            pid = None
        elif owner is not None and owner != session_id:
            there = self._tables.known(owner)
            if there is not None and there.evidence.changed_at_ms > told_ms:
                pid = None  # what we hear is older: the process has gone on since
            elif there is not None and not there.session.closed and there.session.pid == pid:
                left = _seen_leaving(there, "other", told_ms)
        if pid is not None:
            after = self._placed(after, pid)
        changes = self._tables.commit(after, at_ms, left)
        return changes, pid is not None and self.processes.enter(pid, session_id)

    def _placed(self, known: Known, pid: int) -> Known:
        session = known.session
        predecessor = self.processes.predecessor(pid, session, self._tables.sessions)
        if session.pid == pid and session.predecessor == predecessor:
            return known
        return Known(replace(session, pid=pid, predecessor=predecessor), known.evidence)


def _read(request: Hook) -> tuple[HookEvent, str, int] | Failure:
    """The event of a request, whose it is, and what identifies it."""
    if request.event is not UNSET:
        event = read_hook_event(request.event)
        identity = hash(bytes(request.event))
    elif request.event_name is not None:
        event = read_cut_hook_event(request.head or "", request.event_name, request.session_id)
        identity = hash((request.event_name, request.session_id, request.head))
    else:
        return Failure("bad_request", "HOOK: send `event`, a Claude Code hook payload.")
    if event is None:
        return Failure("invalid_value", "HOOK: `event` is no JSON object.")
    if not event.session_id or not event.hook_event_name:
        return Failure(
            "invalid_value", "HOOK: `event` has no `session_id` or no `hook_event_name`."
        )
    if not is_printable(event.session_id):
        return Failure("invalid_value", "HOOK: expected printable characters in `session_id`.")
    return event, event.session_id, identity


def _told_ms(told: int | None, at_ms: int) -> int | None:
    """When something was, as a file says: a time that cannot be is moved to one that can."""
    return None if told is None else max(0, min(told, at_ms))


def _sent_ms(sent_at: float | None, at_ms: int) -> int:
    return at_ms if sent_at is None else max(0, int(min(sent_at, at_ms)))


def _seen_leaving(known: Known, reason: str, told_ms: int) -> Known:
    evidence = known.evidence
    told_ms = max(told_ms, evidence.changed_at_ms)
    said = evidence.end_reason
    return closed(known, said or reason, told_ms, Rank.END, observed_end=said is None)


def _pid(env: dict[str, str]) -> int | None:
    text = env.get("CLAUDE_PID", "")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) <= 10 else None
