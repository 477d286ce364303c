"""Closed sessions, and which of them leave the board.

Rule: a daemon runs for months, so what has ended does not stay for ever. No clock is set for it:
whatever is new on the board makes room. What the person has marked stays until they take it off.
"""

from collections.abc import Mapping

from agent_console.model.session import Session

CLOSED_KEPT = 1_000
"""More leave, the first that closed first: memory is bounded though a script runs very many."""


class ClosedSessions:
    """Those on the board, in the order in which they closed."""

    def __init__(self) -> None:
        self._ids: dict[str, None] = {}

    def note(self, session: Session) -> None:
        """A session has closed, or is open again."""
        self._ids.pop(session.session_id, None)
        if session.closed:
            self._ids[session.session_id] = None

    def forget(self, session_id: str) -> None:
        """A session is off the board."""
        self._ids.pop(session_id, None)

    def leaving(
        self, sessions: Mapping[str, Session], at_ms: int, keep_ms: int
    ) -> tuple[Session, ...]:
        """Those that leave now, the first that closed first.

        Args:
            sessions: The board.
            at_ms: Now, Unix milliseconds.
            keep_ms: How long one stays, milliseconds.
        """
        too_many = len(self._ids) - CLOSED_KEPT
        found: list[Session] = []
        for session_id in self._ids:
            session = sessions[session_id]
            if too_many <= len(found) and at_ms - session.since_ms < keep_ms:
                break
            if not (session.label or session.note or session.priority):
                found.append(session)
        return tuple(found)
