"""Subscribers that have been told everything: nearly always all of them.

Rule: who wants the same and has heard the same is told the same, in as little as it takes to hand
bytes to the kernel. Who is behind, or has just come, is told by itself.
"""

from itertools import repeat

from agent_console.daemon.serving.connection import Connection, hand_over
from agent_console.daemon.serving.subscriptions import Subscription


class Abreast:
    """Subscriptions to the same topics; how far they have been told is noted once for all."""

    __slots__ = ("_handed_seq", "_members", "_seq")

    def __init__(self) -> None:
        self._members: dict[Connection, Subscription] = {}
        self._seq = 0
        self._handed_seq = 0

    def join(self, connection: Connection, subscription: Subscription) -> None:
        """It has been told everything."""
        self._members[connection] = subscription

    def leave(self, connection: Connection) -> None:
        """It is told by itself from now on; nothing happens when it was before."""
        subscription = self._members.pop(connection, None)
        if subscription is not None:
            self._note(subscription)

    def note(self) -> None:
        """Note with each how far it has been told."""
        for subscription in self._members.values():
            self._note(subscription)

    def _note(self, subscription: Subscription) -> None:
        subscription.seq = max(subscription.seq, self._seq)
        subscription.handed_seq = max(subscription.handed_seq, self._handed_seq)

    def tell(self, data: bytes, seq: int, handed_seq: int) -> list[Connection]:
        """Tell all the same; who has not read what it was told before is not told, and leaves.

        Args:
            data: What they are told, if anything.
            seq: The number of the last change considered.
            handed_seq: The number of the last change in `data`.

        Returns:
            Who has left.
        """
        behind = [connection for connection in self._members if connection.backlog]
        for connection in behind:
            self.leave(connection)
        self._seq = seq
        if data:
            self._handed_seq = handed_seq
            hand_over(zip(self._members, repeat(data), strict=False))
        return behind
