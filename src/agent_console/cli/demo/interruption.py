"""Ctrl-C, SIGTERM and a closed terminal as something that is asked for, not as an exception.

Rule: while this is entered no signal of these ends the program by itself, so whatever was begun
(a folder, a daemon, a process) is always taken back in good order.
"""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Self, TypeAlias

import anyio

Handler: TypeAlias = Callable[[int, FrameType | None], object] | int | None

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interruption:
    """Use it as a context manager, in the main thread.

    Attributes:
        happened: Somebody asked to end.
    """

    def __init__(self) -> None:
        self.happened = False
        self._before: dict[signal.Signals, Handler] = {}

    def __enter__(self) -> Self:
        self._readable, self._writable = os.pipe()
        os.set_blocking(self._writable, False)
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup(1) wants it
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._readable)
        os.close(self._writable)

    async def wait(self) -> None:
        """Return when somebody asked to end."""
        await anyio.wait_readable(self._readable)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.happened = True
        with suppress(BlockingIOError):
            os.write(self._writable, b"!")
