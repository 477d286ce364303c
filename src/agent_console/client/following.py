"""A subscription that outlives its connections, for programs without an event loop.

Rule: it never starts a daemon. Who ended it on purpose does not want to see it come back because a
`watch` was left open in some window.
"""

import time
from collections.abc import Generator

from agent_console.client.blocking import (
    SILENCE_SECONDS,
    TIMEOUT_SECONDS,
    BlockingClient,
    connect,
)
from agent_console.client.cursor import Cursor, Disconnected, Followed, Reconnected
from agent_console.errors import DaemonUnreachableError, ProtocolError, RequestRefusedError
from agent_console.protocol.codec import Notification
from agent_console.protocol.messages import TOPICS, Topic

RETRY_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0)
"""Pauses between attempts to come back; the last one is repeated."""


def follow(
    given: str | None = None,
    topics: tuple[Topic, ...] = TOPICS,
    *,
    timeout: float | None = None,
) -> Generator[Followed]:
    """Every change from now on, over as many connections as it takes.

    The first element is a `snapshot` notification. After a loss the stream resumes where it was;
    when the daemon cannot (it is another one), a new `snapshot` comes.

    Args:
        given: The socket's path, when it is not the usual one.
        topics: What to be told about.
        timeout: Seconds after which the stream ends; None for never.

    Raises:
        DaemonUnreachableError: Nobody answered the first time. Later losses are told instead.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    cursor = Cursor(topics)
    client: BlockingClient | None = connect(given)
    attempt = 0
    while client is not None:
        lost = None
        try:
            with client:
                first = cursor.start(client.request(cursor.request()))
                if attempt:
                    attempt = 0
                    yield Reconnected()
                if first is not None:
                    yield first
                yield from _until_lost(client, cursor, deadline)
        except (DaemonUnreachableError, ProtocolError, RequestRefusedError) as error:
            if cursor.request().since is None:
                raise
            lost = str(error)
        if lost is None:
            return
        if not attempt:
            yield Disconnected(lost)
        client, attempt = _come_back(given, deadline, attempt)


def _until_lost(
    client: BlockingClient, cursor: Cursor, deadline: float | None
) -> Generator[Notification]:
    """What one connection tells; returns at the deadline."""
    while True:
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            return
        wait = SILENCE_SECONDS if left is None else min(left, SILENCE_SECONDS)
        notification = client.next_notification(wait)
        if notification is not None:
            cursor.advance(notification)
            yield notification
        elif left is None or left > SILENCE_SECONDS:
            raise DaemonUnreachableError("The daemon has been silent for three heartbeats.")


def _come_back(
    given: str | None, deadline: float | None, attempt: int
) -> tuple[BlockingClient | None, int]:
    """A new connection and which attempt it was; none at the deadline."""
    while True:
        pause = RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)]
        attempt += 1
        left = TIMEOUT_SECONDS + pause if deadline is None else deadline - time.monotonic()
        if left <= pause:
            time.sleep(max(0.0, left))
            return None, attempt
        time.sleep(pause)
        try:
            return connect(given, timeout=min(left - pause, TIMEOUT_SECONDS)), attempt
        except DaemonUnreachableError:
            continue
