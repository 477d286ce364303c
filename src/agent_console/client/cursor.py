"""Where a subscriber has got to, so that it can go on there over another connection.

Rule: only what was handed to the consumer counts. The answer to a resumed SUB says how far the
daemon is, not how far we are: what was missed still follows.
"""

from typing import TypeAlias

from msgspec import Struct

from agent_console.protocol.codec import Notification
from agent_console.protocol.messages import Since, Snapshot, Subscribe, Topic


class Disconnected(Struct, frozen=True, gc=False):
    """The daemon is gone, or says nothing any more. The subscription goes on when it is back."""

    reason: str


class Reconnected(Struct, frozen=True, gc=False):
    """The daemon is back; what was missed follows, or a new `snapshot`."""


Followed: TypeAlias = Notification | Disconnected | Reconnected
"""What a subscription that outlives its connections gives."""


class Cursor:
    """The position of one subscriber in the daemon's changes."""

    def __init__(self, topics: tuple[Topic, ...]) -> None:
        self._topics = topics
        self._since: Since | None = None

    def request(self) -> Subscribe:
        """What to subscribe with now."""
        return Subscribe(topics=self._topics, since=self._since)

    def start(self, snapshot: Snapshot) -> Notification | None:
        """The answer to that request, as a notification; None when it tells nothing new."""
        if not snapshot.resync and self._since is not None:
            return None
        self._since = Since(snapshot.epoch, snapshot.seq)
        return Notification("snapshot", snapshot.seq, snapshot.epoch, snapshot)

    def advance(self, notification: Notification) -> None:
        """The consumer is being handed this notification."""
        if notification.event != "heartbeat":
            self._since = Since(notification.epoch, notification.seq)
