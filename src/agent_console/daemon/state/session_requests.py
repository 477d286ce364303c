"""What clients ask of one session: to set, see, remove and reopen it.

Rule: what a SET means is in set_rules.py, a pure function; here is only what needs the tables: who
is new, whose process has gone, and what the ledger has to keep. Tables are written last.
"""

from msgspec import UNSET

from agent_console.claude_code.hook_event import Rank
from agent_console.daemon.state.evidence import CLOSED
from agent_console.daemon.state.outcome import Failure, Outcome
from agent_console.daemon.state.processes import Processes
from agent_console.daemon.state.set_rules import after_set, tells_status_alone
from agent_console.daemon.state.tables import SessionTable, Tables
from agent_console.model.session import Session, Status, is_printable
from agent_console.protocol.messages import Remove, Removed, Reopen, Seen, SetSession
from agent_console.usage.entries import KeepUserFields, LedgerEntry


class SessionRequests:
    """Carries them out, each completely or not at all.

    Args:
        tables: The board.
        processes: Which process is in which session.
    """

    def __init__(self, tables: Tables, processes: Processes) -> None:
        self._tables = tables
        self._sessions: SessionTable = tables.sessions
        self._processes = processes

    def set(self, request: SetSession, at_ms: int) -> Outcome:
        """What it names of the session is so from now on; a session it gives a status is made."""
        tables = self._tables
        session_id = request.session_id
        session = self._sessions.get(session_id)
        if session is None:
            return self._create(request, at_ms)
        if tells_status_alone(request, session):
            status = request.status
            if status is session.status or status is UNSET:
                return Outcome(tables.touch(session, at_ms))
            if status is not CLOSED and not session.closed:
                change = tables.turn(session, status, at_ms, Rank.END)
                return Outcome(change.data, (change,))
        known = tables.with_evidence(session)
        after = after_set(known, request, at_ms, gone=session.closed and self._is_gone(session))
        if after is known:
            return Outcome(tables.touch(session, at_ms), (), self._kept(request))
        changes = tables.commit(after, at_ms)
        return Outcome(self._sessions[session_id], changes, self._kept(request))

    def _create(self, request: SetSession, at_ms: int) -> Outcome:
        """The first that is heard of a session."""
        tables = self._tables
        session_id = request.session_id
        if request.status is UNSET:
            message = f"Session not found: {session_id}. Send a status to create it."
            return Outcome(Failure("not_found", message))
        refusal = unprintable(session_id)
        if refusal is not None:
            return Outcome(refusal)
        new = tables.new(session_id, request.status, at_ms)
        changes = tables.commit(after_set(new, request, at_ms, gone=False), at_ms)
        ledger = (*tables.recall(session_id), *self._kept(request))
        return Outcome(self._sessions[session_id], changes, ledger)

    def _kept(self, request: SetSession) -> tuple[LedgerEntry, ...]:
        """What the ledger must remember of a session: what the person wrote on it."""
        if request.label is UNSET and request.priority is UNSET and request.note is UNSET:
            return ()
        priority = request.priority if request.priority is UNSET else request.priority or 0
        news = KeepUserFields(request.session_id, request.label, priority, request.note)
        return (self._tables.user_fields.write(news),)

    def seen(self, request: Seen, at_ms: int) -> Outcome:
        """The person has looked at the session."""
        known = self._tables.known(request.session_id)
        if known is None:
            return Outcome(_not_found(request.session_id))
        changes = self._tables.commit(known.with_session(seen=True), at_ms)
        return Outcome(self._sessions[request.session_id], changes)

    def remove(self, request: Remove, _at_ms: int) -> Outcome:
        """The session is on the board no longer, and its process in no session."""
        session = self._sessions.get(request.session_id)
        if session is None:
            return Outcome(Removed(removed=False))
        changes = self._tables.remove(session)
        gone = self._processes.forget_session(session.session_id)
        return Outcome(Removed(removed=True), changes, processes_changed=gone)

    def reopen(self, request: Reopen, at_ms: int) -> Outcome:
        """A closed session waits for the person again."""
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
        return Outcome(self._sessions[request.session_id], changes)

    def _is_gone(self, session: Session) -> bool:
        """Whether the session's process, if it had one, has left it."""
        return (
            session.pid is not None
            and self._processes.sessions.get(session.pid) != session.session_id
        )


def unprintable(session_id: str) -> Failure | None:
    """Why no session can have this id, if none can; asked only when none has it."""
    if is_printable(session_id):
        return None
    return Failure("invalid_value", "Expected printable characters in `session_id`.")


def _not_found(session_id: str) -> Failure:
    return Failure("not_found", f"Session not found: {session_id}")
