"""Sessions as bytes, for those that are answered again before they have changed.

Rule: a session never changes, it is replaced; so what was encoded is right as long as it is asked
for by the same object.
"""

from msgspec import Raw

from agent_console.model.session import Session
from agent_console.protocol.codec import encode_data

KEPT = 128
"""Of about 1 KB, or 6 KB with the history; those that were encoded first are given up."""


class EncodedSessions:
    """The last answers. The actor owns the only instance."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Session, Raw]] = {}

    def of(self, session: Session) -> Raw:
        """The session as JSON."""
        known = self._known.get(session.session_id)
        if known is not None and known[0] is session:
            return known[1]
        if len(self._known) >= KEPT:
            del self._known[next(iter(self._known))]
        encoded = encode_data(session)
        self._known[session.session_id] = session, encoded
        return encoded
