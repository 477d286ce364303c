"""What sessions had used before: the totals that differences are taken of.

Rule: bounded, because a program may run for months.
"""

import threading
from collections import OrderedDict

from agent_console.sdk.figures import SessionTotals

MOST_SESSIONS = 4096


class Past:
    """The last known totals of sessions, by id. May be used by several threads."""

    def __init__(self) -> None:
        self._totals: OrderedDict[str, SessionTotals] = OrderedDict()
        self._lock = threading.Lock()

    def totals(self, session_id: str) -> SessionTotals | None:
        """What the session had used when it was last heard of; null when it never was."""
        with self._lock:
            return self._totals.get(session_id)

    def remember(self, session_id: str, totals: SessionTotals) -> None:
        """The session has used so much by now."""
        with self._lock:
            self._totals[session_id] = totals
            self._totals.move_to_end(session_id)
            while len(self._totals) > MOST_SESSIONS:
                self._totals.popitem(last=False)


OF_THIS_PROCESS = Past()
"""What this process has heard, so that a session that is resumed in it goes on from there."""
