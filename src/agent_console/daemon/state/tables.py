"""The tables of the daemon's state, and the only ways to write to them.

Rule: plain dicts and no lock, because one task owns them. What is written was computed before: no
rule runs in here, so a rule that raises has changed nothing. Every visible change gets the next
`seq` and is returned, once, for those who subscribed.
"""

from collections.abc import Iterable
from itertools import islice
from typing import TypeAlias

from msgspec.structs import replace

from agent_console.config import DaemonConfig
from agent_console.daemon.state.closed_sessions import ClosedSessions
from agent_console.daemon.state.evidence import WORKING, Evidence, Known
from agent_console.daemon.state.history import Histories, packed
from agent_console.daemon.state.missed import MissedChanges
from agent_console.daemon.state.names import FolderNames, folder_of
from agent_console.daemon.state.outcome import Change, ChangeEvent
from agent_console.daemon.state.user_fields import UserFields
from agent_console.model.budget import DAY_MS
from agent_console.model.metadata import SessionMetadata
from agent_console.model.session import Session, Status, urgency
from agent_console.model.usage import Alert, Limits, UsageEntry
from agent_console.protocol.messages import NotificationData, SessionRemoved
from agent_console.usage.entries import KeepUserFields, LedgerEntry, ReadTotals

SessionTable: TypeAlias = dict[str, Session]
MetadataTable: TypeAlias = dict[str, SessionMetadata]

ASKED_AGAIN_AT_ONCE = 1_000
"""How many sessions' totals an ailing ledger is asked for in one turn."""

SHOWN_KEPT = 128
"""Sessions with their histories; those that were asked for first are given up."""


class Tables:
    """Sessions, their metadata, and what goes with them.

    Attributes:
        sessions: The board.
        metadata: Totals of what is on the board, as far as the ledger has told them.
        limits: The account's limits.
        seq: The number of the last change.
        user_fields: Labels, priorities and notes, also of sessions that are off the board.
        unread: Sessions on the board whose totals the ledger could not tell.
        outdated: Sessions whose totals are of another ledger, until the present one tells its own.
        keep_closed_ms: How long closed sessions stay on the board, milliseconds.
    """

    def __init__(self, user_fields: Iterable[KeepUserFields] = ()) -> None:
        self.sessions: SessionTable = {}
        self.metadata: MetadataTable = {}
        self.limits = Limits()
        self.seq = 0
        self.user_fields = UserFields(user_fields)
        self.unread: dict[str, None] = {}
        self.outdated: set[str] = set()
        self.keep_closed_ms = DaemonConfig().keep_closed_days * DAY_MS
        self._closed = ClosedSessions()
        self._evidence: dict[str, Evidence] = {}
        self._histories = Histories()
        self._folders = FolderNames()
        self._metadata_seq: dict[str, int] = {}
        self._asked_ledger: set[str] = set()
        self._missed = MissedChanges()
        self._shown: dict[str, tuple[Session, Session]] = {}

    # ---- reading -------------------------------------------------------------------------

    def known(self, session_id: str) -> Known | None:
        """A session on the board with its evidence."""
        session = self.sessions.get(session_id)
        return None if session is None else self.with_evidence(session)

    def with_evidence(self, session: Session) -> Known:
        """A session of the board with its evidence."""
        return Known(session, self._evidence[session.session_id])

    def shown(self, session: Session) -> Session:
        """A session as GET shows it: the same object until it has changed."""
        known = self._shown.get(session.session_id)
        if known is not None and known[0] is session:
            return known[1]
        if len(self._shown) >= SHOWN_KEPT:
            del self._shown[next(iter(self._shown))]
        shown = self.with_history(session)
        self._shown[session.session_id] = session, shown
        return shown

    def with_history(self, session: Session) -> Session:
        """A session as GET and DUMP show it."""
        return replace(session, history=self._histories.of(session.session_id))

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

    def missed(self, seq: int) -> tuple[Change, ...] | None:
        """What changed after `seq`, in order; null when that is no longer known."""
        traceless = self._missed.after(seq)
        if traceless is None or seq > self.seq:
            return None
        # A removal is told though the session is back: what went with it is not.
        changes = [c for c in traceless if c.event != "metadata" or c.key not in self.metadata]
        changes += [
            Change(session.rev, "session", session.session_id, session)
            for session in self.sessions.values()
            if session.rev > seq
        ]
        changes += [
            Change(at, "metadata", session_id, self.metadata[session_id])
            for session_id, at in self._metadata_seq.items()
            if at > seq
        ]
        return tuple(sorted(changes, key=lambda change: change.seq))

    # ---- writing -------------------------------------------------------------------------

    def new(self, session_id: str, status: Status, at_ms: int) -> Known:
        """A session as it begins, not yet on the board."""
        session = Session(
            session_id=session_id,
            status=status,
            since_ms=at_ms,
            last_seen_ms=at_ms,
            display_name=session_id[:8],
            closed=status is Status.CLOSED,
            metadata=self.metadata.get(session_id),
            **self.user_fields.of(session_id),
        )
        return Known(session, Evidence(changed_at_ms=at_ms))

    def commit(self, known: Known, at_ms: int, left: Known | None = None) -> tuple[Change, ...]:
        """Write a session and say what changed, if anything did.

        Args:
            known: The session.
            at_ms: When it was heard of, Unix milliseconds.
            left: Another one, which its process has left for it: both are written, or none.

        Raises:
            OverflowError: A time is none; nothing was written.
        """
        if left is None:
            return self._write(known, at_ms)
        # What may fail comes before the first write.
        for each in (self.sessions.get(left.session.session_id), left.session):
            if each is not None:
                packed(each.status, each.since_ms)
        changes = self._write(known, at_ms)
        return changes + self._write(left, at_ms)

    def turn(self, session: Session, status: Status, at_ms: int, rank: int) -> Change:
        """Write that an open session does something else, and that nobody says why.

        What `Known.entering` and `commit` come to then; the short way for the busiest request.

        Raises:
            OverflowError: The time is none; nothing was written.
        """
        session_id = session.session_id
        evidence = self._evidence[session_id]
        at = evidence.changed_at_ms
        at = at_ms if at_ms > at else at  # noqa: FURB136 - see set_rules
        since_ms, seen_ms, seq = session.since_ms, session.last_seen_ms, self.seq + 1
        new = replace(
            session,
            status=status,
            reason=None,
            since_ms=at if at > since_ms else since_ms,  # noqa: FURB136
            last_seen_ms=at_ms if at_ms > seen_ms else seen_ms,  # noqa: FURB136
            activity=None,
            seen=False,
            rev=seq,
        )
        evidence = evidence.turned(at, rank, worked=status is WORKING, asking=())
        self._histories.append(session_id, session.status, since_ms, status, new.since_ms)
        self.seq = seq
        self.sessions[session_id] = new
        self._evidence[session_id] = evidence
        return Change(seq, "session", session_id, new)

    def _write(self, known: Known, at_ms: int) -> tuple[Change, ...]:
        new = known.session
        session_id = new.session_id
        old = self.sessions.get(session_id)
        if old is None:
            return self._add(known, at_ms)
        turns = new.status is not old.status
        if turns:
            self._histories.append(session_id, old.status, old.since_ms, new.status, new.since_ms)
            if new.closed or old.closed:
                self._closed.note(new)
        elif new == old:
            self._evidence[session_id] = known.evidence
            self.touch(old, at_ms)
            return ()
        renamed: frozenset[str] | None = None
        name = old.display_name
        if new.working_dir != old.working_dir:
            renamed = self._move(old.working_dir, new.working_dir)
            name = self._folders.name(new.working_dir, session_id)
        self.seq = seq = self.seq + 1
        seen_ms = old.last_seen_ms
        new = replace(
            new,
            rev=seq,
            last_seen_ms=at_ms if at_ms > seen_ms else seen_ms,  # noqa: FURB136 - see set_rules
            seen=new.seen and not turns and new.reason == old.reason,
            display_name=name,
        )
        self.sessions[session_id] = new
        self._evidence[session_id] = known.evidence
        change = Change(seq, "session", session_id, new)
        return (change, *self._rename(renamed)) if renamed else (change,)

    def _add(self, known: Known, at_ms: int) -> tuple[Change, ...]:
        new = known.session
        session_id = new.session_id
        renamed = self._move(None, new.working_dir)
        self.seq += 1
        new = replace(
            new,
            rev=self.seq,
            last_seen_ms=max(at_ms, new.last_seen_ms),
            display_name=self._folders.name(new.working_dir, session_id),
        )
        self.sessions[session_id] = new
        self._evidence[session_id] = known.evidence
        added = Change(self.seq, "session", session_id, new)
        room = self._make_room(at_ms)
        if new.closed:
            self._closed.note(new)
        return (added, *self._rename(renamed), *room)

    def _make_room(self, at_ms: int) -> tuple[Change, ...]:
        """Take the sessions off the board that have been closed for long enough."""
        changes: tuple[Change, ...] = ()
        for session in self._closed.leaving(self.sessions, at_ms, self.keep_closed_ms):
            changes += self.remove(session)
        return changes

    def touch(self, session: Session, at_ms: int) -> Session:
        """Note that a session was heard of; the next change tells."""
        if at_ms > session.last_seen_ms:
            session = replace(session, last_seen_ms=at_ms)
            self.sessions[session.session_id] = session
        return session

    def remove(self, session: Session) -> tuple[Change, ...]:
        """Take a session off the board; what the ledger knows of it stays, there only."""
        session_id = session.session_id
        del self.sessions[session_id]
        del self._evidence[session_id]
        self._closed.forget(session_id)
        self.metadata.pop(session_id, None)
        self._metadata_seq.pop(session_id, None)
        self._asked_ledger.discard(session_id)
        self.unread.pop(session_id, None)
        self.outdated.discard(session_id)
        self._histories.forget(session_id)
        removed = self._change("session_removed", session_id, SessionRemoved(session_id))
        self._missed.remember(removed)
        return (removed, *self._rename(self._move(session.working_dir, None)))

    def take_totals(self, totals: SessionMetadata, heard_ms: int = 0) -> tuple[Change, ...]:
        """The ledger has new totals of a session: told, and kept while it is on the board.

        Args:
            totals: What it has used.
            heard_ms: When the session was heard of by this, Unix milliseconds; 0 when it was not.
        """
        session_id = totals.session_id
        self.outdated.discard(session_id)
        session = self.sessions.get(session_id)
        if self.metadata.get(session_id) == totals:
            if session is not None:
                self.touch(session, heard_ms)
            return ()
        change = self._change("metadata", session_id, totals)
        if session is None:
            self._missed.remember(change)
            return (change,)
        self.metadata[session_id] = totals
        seen_ms = max(heard_ms, session.last_seen_ms)
        self.sessions[session_id] = replace(session, metadata=totals, last_seen_ms=seen_ms)
        self._metadata_seq[session_id] = change.seq
        return (change,)

    def take_usage(self, usage: UsageEntry) -> tuple[Change, ...]:
        """The ledger has a new or grown row."""
        change = self._change("usage", usage.message_id or "", usage)
        self._missed.remember(change)
        return (change,)

    def take_alert(self, alert: Alert) -> tuple[Change, ...]:
        """An alert was raised, or is another than before."""
        change = self._change("alert", alert.alert_id, alert)
        self._missed.remember(change)
        return (change,)

    def recall(self, session_id: str) -> tuple[LedgerEntry, ...]:
        """Ask the ledger, once, for the totals of a session that is new here."""
        if session_id in self.metadata or session_id in self._asked_ledger:
            return ()
        self._asked_ledger.add(session_id)
        return (ReadTotals(session_id),)

    def recall_later(self, session_id: str) -> None:
        """The ledger could not tell the totals of a session: it is asked again."""
        if session_id in self.sessions:
            self.unread[session_id] = None

    def recall_again(self) -> tuple[LedgerEntry, ...]:
        """Ask for totals that could not be told, not for too many at once."""
        again = [
            session_id
            for session_id in islice(self.unread, ASKED_AGAIN_AT_ONCE)
            if session_id not in self.metadata or session_id in self.outdated
        ]
        self.unread = dict.fromkeys(islice(self.unread, ASKED_AGAIN_AT_ONCE, None))
        return tuple(ReadTotals(session_id) for session_id in again)

    def recall_all(self) -> tuple[LedgerEntry, ...]:
        """Ask another ledger for the totals of the whole board; until then they are outdated."""
        self.outdated.update(self.metadata)
        self._asked_ledger.update(self.sessions)
        return tuple(ReadTotals(session_id) for session_id in self.sessions)

    # ---- names ---------------------------------------------------------------------------

    def _move(self, old_dir: str | None, new_dir: str | None) -> frozenset[str]:
        """Change folders; the folder names whose sessions may now be called otherwise."""
        renamed: set[str] = set()
        if self._folders.leave(old_dir):
            renamed.add(folder_of(old_dir)[-1])
        if self._folders.enter(new_dir):
            renamed.add(folder_of(new_dir)[-1])
        return frozenset(renamed)

    def _rename(self, names: frozenset[str]) -> tuple[Change, ...]:
        if not names:
            return ()
        changes: list[Change] = []
        for session in list(self.sessions.values()):
            if names.intersection(folder_of(session.working_dir)[-1:]):
                right = self._folders.name(session.working_dir, session.session_id)
                if right != session.display_name:
                    self.seq += 1
                    renamed = replace(session, display_name=right, rev=self.seq)
                    self.sessions[session.session_id] = renamed
                    changes.append(Change(self.seq, "session", session.session_id, renamed))
        return tuple(changes)

    def _change(self, event: ChangeEvent, key: str, data: NotificationData) -> Change:
        self.seq += 1
        return Change(self.seq, event, key, data)
