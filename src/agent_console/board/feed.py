"""The last events, as sentences: who spent what, who changed status, what was warned of.

Rule: no clock, no socket and no front end here; the same notifications give the same entries. Texts
come from models, files and other programs, and have passed `one_line`.
"""

from collections import deque
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from agent_console.model.format import exact_cost
from agent_console.model.session import Session, Status
from agent_console.model.session_words import doing, one_line
from agent_console.model.usage import Alert, UsageEntry
from agent_console.protocol.codec import Notification
from agent_console.protocol.messages import SessionRemoved, Snapshot

ENTRIES = 1000
"""How many are remembered."""

Kind = Literal["status", "usage", "alert", "removed"]


class Entry(Struct, frozen=True):
    """One event.

    Attributes:
        number: Grows by one with each entry.
        at_ms: Unix milliseconds.
        kind: What it is about.
        session_id: Whom it is about; null for an alert about the account.
        name: The session's name, or the kind of alert.
        text: What happened: `+1,234 tokens $0.05`, `working → question: permission: Bash …`.
        status: The status after it, for a change of status.
        alert: The alert itself, when it is one.
    """

    number: int
    at_ms: int
    kind: Kind
    session_id: str | None
    name: str
    text: str
    status: Status | None = None
    alert: Alert | None = None


class Feed:
    """Remembers the last events."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=ENTRIES)
        self._sessions: dict[str, Session] = {}
        self._began = False
        self._number = 0

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def since(self, number: int) -> list[Entry]:
        """Those after the one with this number, oldest first."""
        return [entry for entry in self._entries if entry.number > number]

    def take(self, notification: Notification, at_ms: int) -> None:
        """Remember what a notification says; often nothing.

        Args:
            notification: The next one.
            at_ms: When it came, Unix milliseconds.
        """
        match notification.data:
            case Snapshot() as snapshot:
                self._snapshot(snapshot, at_ms)
            case Session() as session:
                self._session(session, at_ms)
            case SessionRemoved(session_id):
                self._removed(session_id, at_ms)
            case UsageEntry() as usage:
                self.take_usage(usage)
            case Alert(acknowledged_at_ms=int()) | Alert(snoozed_until_ms=int()):
                return  # the person has taken note of it: no news
            case Alert() as alert:
                name = self._name(alert.session_id) if alert.session_id else alert.kind
                self._add(
                    alert.at_ms,
                    "alert",
                    alert.session_id,
                    name,
                    one_line(alert.message),
                    alert=alert,
                )
            case _:
                return

    def take_usage(self, usage: UsageEntry) -> None:
        """Remember a response, which may be older than the feed."""
        count = (
            usage.input_tokens
            + usage.output_tokens
            + usage.cache_creation_tokens
            + usage.cache_read_tokens
        )
        text = f"{count:+,} tokens {exact_cost(usage.cost_usd)}"
        self._add(usage.at_ms, "usage", usage.session_id, self._name(usage.session_id), text)

    def _snapshot(self, snapshot: Snapshot, at_ms: int) -> None:
        """The first is no news; a later one is, as far as it differs."""
        if not self._began:
            self._began = True
            self._sessions = {session.session_id: session for session in snapshot.sessions}
            return
        for session_id in self._sessions.keys() - {s.session_id for s in snapshot.sessions}:
            self._removed(session_id, at_ms)
        for session in snapshot.sessions:
            self._session(session, at_ms)

    def _session(self, session: Session, at_ms: int) -> None:
        before = self._sessions.get(session.session_id)
        self._sessions[session.session_id] = session
        if before is not None and (before.status, before.reason) == (
            session.status,
            session.reason,
        ):
            return
        arrow = "new → " if before is None else f"{before.status} → "
        if before is not None and before.status is session.status:
            arrow = ""
        why = doing(session)
        text = f"{arrow}{session.status}" + (f": {why}" if why else "")
        self._add(
            at_ms, "status", session.session_id, session.display_name, text, status=session.status
        )

    def _removed(self, session_id: str, at_ms: int) -> None:
        name = self._name(session_id)
        if self._sessions.pop(session_id, None) is not None:
            self._add(at_ms, "removed", session_id, name, "removed from the board")

    def _name(self, session_id: str) -> str:
        session = self._sessions.get(session_id)
        return session_id[:8] if session is None else session.display_name

    def _add(
        self,
        at_ms: int,
        kind: Kind,
        session_id: str | None,
        name: str,
        text: str,
        *,
        status: Status | None = None,
        alert: Alert | None = None,
    ) -> None:
        self._number += 1
        self._entries.append(
            Entry(self._number, at_ms, kind, session_id, one_line(name), text, status, alert)
        )
