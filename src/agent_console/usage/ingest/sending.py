"""Sends messages through a pipe while the next ones are made.

Rule: whoever takes them is busy for long at times, and a pipe holds little. So they wait here, but
not more than a few megabytes: then who makes them waits too.
"""

from collections import deque
from io import RawIOBase
from threading import Condition, Thread

from agent_console.usage.ingest.pipe_messages import send

AHEAD_BYTES = 8 * 1024 * 1024
"""So much waits at most, beside one message of any size: a second's reading."""


class SendingAhead:
    """A thread that sends what it is given, in order.

    Args:
        pipe: Where to.
    """

    def __init__(self, pipe: RawIOBase) -> None:
        self._pipe = pipe
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._ended = False
        self._broken = False
        self._changed = Condition()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def send(self, message: bytes) -> None:
        """Send a message after those before it; waits while too many are on their way.

        Raises:
            BrokenPipeError: Nobody reads any more.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._broken or self._bytes < AHEAD_BYTES)
            if self._broken:
                raise BrokenPipeError
            self._waiting.append(message)
            self._bytes += len(message)
            self._changed.notify_all()

    def finish(self) -> None:
        """Wait until all has been sent, or nobody reads any more."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ended)
                if not self._waiting:
                    return
                message = self._waiting.popleft()
            try:
                send(self._pipe, message)
            except BrokenPipeError:
                with self._changed:
                    self._broken = True
                    self._changed.notify_all()
                return
            with self._changed:
                self._bytes -= len(message)
                self._changed.notify_all()
