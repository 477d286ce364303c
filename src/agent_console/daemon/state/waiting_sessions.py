"""Sessions that wait for the person, those that have waited longest first.

Rule: pure, and told of changes like a subscriber. A session that has not changed is not looked at
before it has waited too long, however large the board.
"""

from collections.abc import Iterable
from heapq import heapify, heappop, heappush

from agent_console.daemon.state.alert_rules import waiting_alert, waits
from agent_console.daemon.state.machine import State
from agent_console.daemon.state.outcome import Change, Outcome
from agent_console.model.session import Session
from agent_console.usage.entries import RaiseAlert

MINUTE_MS = 60_000
_OUTDATED = 64
"""So many places in the order may be of sessions that wait no more, and as many as still wait."""


class WaitingSessions:
    """Who waits and has not been told of."""

    def __init__(self) -> None:
        self._waiting: dict[str, int] = {}
        self._told: dict[str, int] = {}
        self._order: list[tuple[int, str]] = []

    def first_since_ms(self) -> int | None:
        """Since when the first of them waits, Unix milliseconds; null when none does."""
        order = self._order
        while order:
            since_ms, session_id = order[0]
            if self._waiting.get(session_id) == since_ms:
                return since_ms
            heappop(order)
        return None

    def heed(self, changes: Iterable[Change]) -> None:
        """Take note of what has changed."""
        for change in changes:
            data = change.data
            if type(data) is Session:
                self.look_at(data)
            elif change.event == "session_removed":
                self._waiting.pop(change.key, None)
                self._told.pop(change.key, None)

    def look_at(self, session: Session) -> None:
        """Take note of a session as it is now."""
        session_id, since_ms = session.session_id, session.since_ms
        if not waits(session):
            self._waiting.pop(session_id, None)
        elif since_ms not in {self._waiting.get(session_id), self._told.get(session_id)}:
            self._waiting[session_id] = since_ms
            heappush(self._order, (since_ms, session_id))
            if len(self._order) > 2 * len(self._waiting) + _OUTDATED:
                self._order = [(at_ms, waiting) for waiting, at_ms in self._waiting.items()]
                heapify(self._order)

    def raise_due(self, state: State, at_ms: int) -> Outcome:
        """Sessions have waited longer than they should: once for each time that they wait.

        Args:
            state: The board, which may have changed since this was told.
            at_ms: Now, Unix milliseconds.
        """
        minutes = state.wanted_alerts.waiting_minutes
        if not minutes:
            return Outcome()
        raised: list[RaiseAlert] = []
        until_ms = at_ms - minutes * MINUTE_MS
        while (since_ms := self.first_since_ms()) is not None and since_ms <= until_ms:
            _, session_id = heappop(self._order)
            del self._waiting[session_id]
            session = state.sessions.get(session_id)
            if session is not None and session.since_ms == since_ms and waits(session):
                self._told[session_id] = since_ms
                raised.append(RaiseAlert(waiting_alert(session, at_ms)))
        return Outcome(ledger=tuple(raised))
