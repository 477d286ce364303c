"""Tells subscribers what changed: the snapshot first, then every change, or the newest of each.

Rule: a change is encoded once, and what a subscriber gets in one turn goes out in one piece. Called
by the actor only, within its turn.
"""

from collections.abc import Callable, Iterable

from agent_console.daemon.serving.abreast import Abreast
from agent_console.daemon.serving.connection import Connection, flush_all
from agent_console.daemon.serving.subscriptions import TOPIC_OF, Subscription
from agent_console.daemon.state.encoded_sessions import EncodedSessions
from agent_console.daemon.state.machine import State
from agent_console.daemon.state.outcome import Change
from agent_console.model.session import Session
from agent_console.protocol import codec
from agent_console.protocol.messages import (
    Bye,
    Heartbeat,
    NotificationData,
    Snapshot,
    Subscribe,
    SubscriberStatus,
)

PENDING_BATCH = 64
"""How many pending changes a subscriber that was behind is sent at once."""


class Publisher:
    """Knows who subscribes to what, and how far each has been told.

    Attributes:
        subscribers: The connections that subscribe.
    """

    def __init__(
        self,
        state: State,
        epoch: str,
        encoded: EncodedSessions,
        drained: Callable[[Connection], None],
    ) -> None:
        """Tell subscribers.

        Args:
            state: Read for snapshots.
            epoch: The identity of this boot.
            encoded: Sessions as bytes, shared with who answers.
            drained: Told of each connection that can take more at once.
        """
        self.subscribers: set[Connection] = set()
        self._state = state
        self._epoch = epoch
        self._encoded = encoded
        self._drained = drained
        self._farewell: str | None = None
        self._abreast: dict[frozenset[str], Abreast] = {}
        """By their topics, who has been told everything: all of them are told the same."""
        self._apart: set[Connection] = set()
        """Who has just come, or was behind when there was something to tell."""

    def subscribe(
        self, connection: Connection, request: Subscribe
    ) -> tuple[Snapshot, tuple[Change, ...]]:
        """Make it a subscriber: the answer, and what it missed, to be told after the answer.

        Changes of this turn that the snapshot already holds are not told again.
        """
        state = self._state
        self._leave_group(connection)
        self.subscribers.add(connection)
        self._apart.add(connection)
        since = request.since
        missed = None
        if since is not None and since.epoch == self._epoch:
            missed = state.missed(since.seq)
        if missed is None or since is None:
            connection.subscription = Subscription(request.topics, state.seq)
            return state.snapshot(self._epoch), ()
        connection.subscription = Subscription(request.topics, since.seq)
        connection.subscription.handed_seq = state.seq  # the answer carries it
        return Snapshot(self._epoch, state.seq, (), (), state.limits, resync=False), missed

    def forget(self, connection: Connection) -> None:
        """It has unsubscribed, or is gone."""
        self.subscribers.discard(connection)
        self._leave_group(connection)
        self._apart.discard(connection)
        connection.subscription = None

    def _leave_group(self, connection: Connection) -> None:
        subscription = connection.subscription
        if subscription is not None:
            self._group(subscription).leave(connection)

    def _group(self, subscription: Subscription) -> Abreast:
        return self._abreast.setdefault(subscription.topics, Abreast())

    def tell(self, connection: Connection, missed: Iterable[Change]) -> None:
        """What a subscriber that came back has missed."""
        subscription = connection.subscription
        if subscription is None:
            return
        for change in missed:
            if subscription.wants(change):
                connection.write(self._encode(change))
        subscription.seq = self._state.seq

    def publish(self, changes: list[Change]) -> None:
        """Tell all subscribers the changes of a turn."""
        if not self.subscribers:
            return
        encoded = [(change, self._encode(change)) for change in changes]
        newcomers = list(self._apart)
        for topics, group in self._abreast.items():
            data, handed_seq = _joined(topics, encoded)
            for connection in group.tell(data, changes[-1].seq, handed_seq):
                self._apart.add(connection)
                if connection.subscription is not None:
                    for change in changes:
                        connection.subscription.postpone(change)
        for connection in newcomers:
            self._tell_one(connection, encoded)

    def _tell_one(self, connection: Connection, encoded: list[tuple[Change, bytes]]) -> None:
        """Tell one that is not like the others; if it has heard everything then, it is."""
        subscription = connection.subscription
        if subscription is None or not connection.open:
            return
        if connection.backlog or subscription.pending or subscription.needs_snapshot:
            for change, _ in encoded:
                subscription.postpone(change)
            return
        # Who subscribed in this turn has heard of its first changes in the snapshot.
        news = [each for each in encoded if each[0].seq > subscription.seq]
        data, handed_seq = _joined(subscription.topics, news)
        if data:
            subscription.handed_seq = handed_seq
            connection.send(data)
        subscription.seq = max(subscription.seq, encoded[-1][0].seq)
        self._apart.discard(connection)
        self._group(subscription).join(connection, subscription)

    def catch_up(self, connection: Connection) -> None:
        """Send a subscriber that was behind the newest state of what it missed."""
        subscription = connection.subscription
        if subscription is None or connection.backlog or not connection.open:
            return
        state = self._state
        if subscription.needs_snapshot:
            subscription.needs_snapshot = False
            subscription.seq = subscription.handed_seq = state.seq
            self._notify(connection, "snapshot", state.snapshot(self._epoch))
        elif subscription.pending:
            for change in subscription.take(PENDING_BATCH):
                connection.write(self._encode(change))
                subscription.seq = max(subscription.seq, change.seq)
                subscription.handed_seq = change.seq
            flush_all((connection,))
        else:
            if self._farewell is not None:
                self._leave_group(connection)
                self._notify(connection, "bye", Bye(self._farewell))
                self.forget(connection)
            return
        if not subscription.pending:
            subscription.seq = max(subscription.seq, state.seq)
        if (subscription.pending or self._farewell is not None) and not connection.backlog:
            self._drained(connection)

    def heartbeat(self, at_ms: int) -> None:
        """Tell each subscriber that it still hears everything."""
        self._note_how_far()
        for connection in self.subscribers:
            if not connection.backlog:
                self._notify(connection, "heartbeat", Heartbeat(at_ms, self._state.limits))

    def say_goodbye(self, reason: str) -> None:
        """From now on each subscriber that has read all else is told `bye`."""
        self._farewell = reason
        for connection in self.subscribers:
            if not connection.backlog:
                self._drained(connection)

    def statuses(self) -> tuple[SubscriberStatus, ...]:
        """How far behind each subscriber is."""
        self._note_how_far()
        return tuple(
            SubscriberStatus(
                tuple(sorted(subscription.topics)),
                self._state.seq - subscription.seq,
                len(subscription.pending),
            )
            for connection in self.subscribers
            if (subscription := connection.subscription) is not None
        )

    def _note_how_far(self) -> None:
        for group in self._abreast.values():
            group.note()

    def _encode(self, change: Change) -> bytes:
        data = change.data
        encoded = self._encoded.of(data) if type(data) is Session else data
        return codec.encode_notification(change.event, change.seq, self._epoch, encoded)

    def _notify(self, connection: Connection, event: str, data: NotificationData) -> None:
        subscription = connection.subscription
        seq = self._state.seq if subscription is None else subscription.handed_seq
        connection.send(codec.encode_notification(event, seq, self._epoch, data))


def _joined(topics: frozenset[str], encoded: Iterable[tuple[Change, bytes]]) -> tuple[bytes, int]:
    """What is about these topics, in one piece, and the number of the last of it."""
    wanted = [each for each in encoded if TOPIC_OF[each[0].event] in topics]
    return b"".join(line for _, line in wanted), wanted[-1][0].seq if wanted else 0
