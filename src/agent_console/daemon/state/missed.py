"""What a subscriber that comes back has missed and cannot read off the tables any more.

Rule: bounded. Who was away for longer than this remembers gets a new snapshot.
"""

from collections import deque

from agent_console.daemon.state.outcome import Change

MISSED_CHANGES_KEPT = 1_000
"""How many removals, usages and alerts are kept."""


class MissedChanges:
    """The last changes that leave no trace in a table."""

    def __init__(self) -> None:
        self._changes: deque[Change] = deque()
        self._forgotten_seq = 0

    def remember(self, change: Change) -> None:
        """Keep a change, and forget the oldest when there are too many."""
        self._changes.append(change)
        if len(self._changes) > MISSED_CHANGES_KEPT:
            self._forgotten_seq = self._changes.popleft().seq

    def after(self, seq: int) -> list[Change] | None:
        """What came after `seq`, in order; null when some of it is forgotten."""
        if seq < self._forgotten_seq:
            return None
        return [change for change in self._changes if change.seq > seq]
