"""A subscriber's copy of the board, built from nothing but lines of the wire."""

from collections.abc import Iterable

from msgspec.structs import replace

from agent_console.daemon.state.machine import State
from agent_console.daemon.state.outcome import Change
from agent_console.model.metadata import SessionMetadata
from agent_console.model.session import Session
from agent_console.protocol.codec import Notification, decode_server_line, encode_notification
from agent_console.protocol.messages import SessionRemoved, Snapshot

EPOCH = "11111111-2222-3333-4444-555555555555"


class Replica:
    """Sessions and metadata as a subscriber knows them."""

    def __init__(self) -> None:
        self.sessions: dict[str, Session] = {}
        self.metadata: dict[str, SessionMetadata] = {}
        self.seq = 0

    def hear(self, changes: Iterable[Change]) -> None:
        """Take notifications over the wire and back."""
        for change in changes:
            line = encode_notification(change.event, change.seq, EPOCH, change.data)
            notification = decode_server_line(line)
            assert isinstance(notification, Notification)
            assert notification.seq > self.seq, "told twice or out of order"
            self.seq = notification.seq
            self._take(notification)

    def _take(self, notification: Notification) -> None:
        match notification.data:
            case Session() as session:
                self.sessions[session.session_id] = session
            case SessionRemoved(session_id):
                self.sessions.pop(session_id, None)  # it may have come and gone while we were away
                self.metadata.pop(session_id, None)
            case SessionMetadata() as totals:
                known = self.sessions.get(totals.session_id)
                if known is not None:
                    self.metadata[totals.session_id] = totals
                    self.sessions[totals.session_id] = replace(known, metadata=totals)
            case _:
                pass

    def restart(self, snapshot: Snapshot) -> None:
        """Forget everything for a snapshot."""
        self.sessions = {session.session_id: session for session in snapshot.sessions}
        self.metadata = {totals.session_id: totals for totals in snapshot.metadata}
        self.seq = snapshot.seq

    def assert_equals(self, state: State) -> None:
        """It shows what the daemon knows, but for when an unchanged session was heard of."""
        assert self.metadata == state.metadata
        assert _without_last_seen(self.sessions) == _without_last_seen(state.sessions)
        assert self.seq == state.seq


def _without_last_seen(sessions: dict[str, Session]) -> dict[str, Session]:
    return {
        session_id: replace(session, last_seen_ms=0) for session_id, session in sessions.items()
    }
