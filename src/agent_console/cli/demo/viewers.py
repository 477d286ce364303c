"""How the demo is watched: in the terminal app, or told line by line.

Rule: both are fed by subscriptions like anybody's, and make nothing up.
"""

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import ClassVar, Protocol, TypeAlias

import anyio

from agent_console.board.watch_lines import WatchLines
from agent_console.cli.output import emit
from agent_console.errors import AgentConsoleError
from agent_console.protocol.codec import Notification


class Viewer(Protocol):
    """Something that shows a board as it changes.

    Attributes:
        stays: It goes on when everything has been played, until `run` returns.
    """

    stays: ClassVar[bool]

    def tell(self, notification: Notification) -> None:
        """The board has changed."""
        ...

    def played(self) -> None:
        """Everything has been played."""
        ...

    async def run(self) -> None:
        """Show; when this returns, the person has had enough. Cancelled at the end."""
        ...


MakeViewer: TypeAlias = Callable[[str], Viewer]
"""Gives a viewer, for the socket of the daemon."""


class LineViewer:
    """Tells every change in a line."""

    stays: ClassVar[bool] = False

    def __init__(self, _socket: str) -> None:
        self._lines = WatchLines(activity=True)

    def tell(self, notification: Notification) -> None:
        """Print what is new."""
        for line in self._lines.lines(notification, _clock()):
            emit(line, wide=True)

    def played(self) -> None:
        """The demo's end follows at once, and says so."""

    async def run(self) -> None:
        """Nothing happens here but what is told."""
        await anyio.sleep_forever()


class AppViewer:
    """The terminal app itself, as a program of its own on the same terminal.

    Args:
        title: Stands above its board.
        socket: The demo's daemon.
    """

    stays: ClassVar[bool] = True

    def __init__(self, title: str, socket: str) -> None:
        self._readable, self._writable = os.pipe()
        self._title(f"Demo: {title}; q ends it")
        self._command = (
            *(sys.executable, "-m", "agent_console", "tui", "--no-start", "--socket", socket),
            *("--titles", str(self._readable)),
        )

    def tell(self, notification: Notification) -> None:
        """It has a subscription of its own."""

    def played(self) -> None:
        """Say so above the board."""
        self._title("Demo: all was played; look around, q ends it")

    async def run(self) -> None:
        """Return when the person leaves it.

        Raises:
            AgentConsoleError: It failed.
        """
        process = await anyio.open_process(
            self._command, stdin=None, stdout=None, stderr=None, pass_fds=(self._readable,)
        )
        os.close(self._readable)
        try:
            code = await process.wait()
        finally:
            with anyio.CancelScope(shield=True):
                if process.returncode is None:
                    process.terminate()  # it gives the terminal back before it ends
                    await process.wait()
            os.close(self._writable)
        if code:
            raise AgentConsoleError(f"The terminal app ended with exit code {code}.")

    def _title(self, title: str) -> None:
        with suppress(BrokenPipeError):
            os.write(self._writable, title.encode() + b"\n")


def _clock() -> str:
    return time.strftime("%H:%M:%S")
