"""What one subscriber still has to hear.

Rule: a subscriber that keeps up gets every change; one that is behind gets the newest state of each
thing, so that what is kept for it is bounded by the number of things, never by time.
"""

from collections.abc import Iterable

from agent_console.daemon.state.outcome import Change
from agent_console.protocol.messages import Topic

MAX_UNCONFLATED = 1_000
"""Pending alerts, usages and removals beyond this are replaced by one snapshot."""

TOPIC_OF: dict[str, Topic] = {
    "session": "session",
    "session_removed": "session",
    "metadata": "metadata",
    "usage": "usage",
    "alert": "alert",
}


class Subscription:
    """The topics of one connection, and the changes that wait until it reads again.

    Attributes:
        topics: What it asked for.
        seq: The number of the last change considered, whether it was of its topics or not.
        handed_seq: The number of the last change handed over: what a heartbeat carries, so that a
            subscriber of some topics is not told that it misses what it never asked for.
        needs_snapshot: So much was missed that the whole state is sent instead.
    """

    __slots__ = ("_unconflated", "handed_seq", "needs_snapshot", "pending", "seq", "topics")

    def __init__(self, topics: Iterable[Topic], seq: int) -> None:
        self.topics = frozenset(topics)
        self.seq = seq
        self.handed_seq = seq
        self.needs_snapshot = False
        self.pending: dict[tuple[str, str], Change] = {}
        self._unconflated = 0

    def wants(self, change: Change) -> bool:
        """Whether this change is news of a topic it asked for."""
        return change.seq > self.seq and TOPIC_OF[change.event] in self.topics

    def postpone(self, change: Change) -> None:
        """Keep a change until the subscriber reads again."""
        if self.needs_snapshot or not self.wants(change):
            return
        topic = TOPIC_OF[change.event]
        conflates = topic in ("session", "metadata")
        key = (topic, change.key if conflates else str(change.seq))
        earlier = self.pending.pop(key, None)
        self.pending[key] = change
        if conflates and change.event != "session_removed":
            if earlier is not None and earlier.event == "session_removed":
                self._unconflated -= 1
            return
        if earlier is None or earlier.event != "session_removed":
            self._unconflated += 1
        if self._unconflated > MAX_UNCONFLATED:
            self.pending.clear()
            self._unconflated = 0
            self.needs_snapshot = True

    def take(self, most: int) -> list[Change]:
        """The oldest pending changes, at most so many, no longer pending."""
        taken: list[Change] = []
        for key in list(self.pending)[:most]:
            change = self.pending.pop(key)
            if TOPIC_OF[change.event] in ("usage", "alert") or change.event == "session_removed":
                self._unconflated -= 1
            taken.append(change)
        return taken
