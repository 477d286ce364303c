"""How the demo is watched: drawn on a terminal, or told line by line.

Rule: both are fed by the same subscription that `watch` uses, and make nothing up.
"""

import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Protocol, Self, TypeAlias

import anyio
from rich.console import Group, RenderableType
from rich.text import Text

from agent_console.board.session_table import session_table
from agent_console.board.watch_lines import WatchLines
from agent_console.cli.output import columns, emit, rows
from agent_console.cli.redrawing import redrawing
from agent_console.client.cache import SessionCache
from agent_console.protocol.codec import Notification

REDRAW_SECONDS = 0.1
FEED_LINES = 8
LINES_AROUND = 5
"""The title, the table's head, blank lines, and the one below where the cursor stands."""


class Viewer(Protocol):
    """Something that shows a board as it changes. Used as a context manager."""

    def __enter__(self) -> Self:
        """Begin to show."""
        ...

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Give the terminal back."""
        ...

    def tell(self, notification: Notification) -> None:
        """The board has changed."""
        ...

    async def run(self) -> None:
        """Whatever must be done from time to time; cancelled at the end."""
        ...


MakeViewer: TypeAlias = Callable[[SessionCache], Viewer]
"""Gives a viewer, for what is known of the sessions."""


class LineViewer:
    """Tells every change in a line."""

    def __init__(self, _cache: SessionCache) -> None:
        self._lines = WatchLines(activity=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return

    def tell(self, notification: Notification) -> None:
        """Print what is new."""
        for line in self._lines.lines(notification, _clock()):
            emit(line, wide=True)

    async def run(self) -> None:
        """Nothing happens here but what is told."""
        await anyio.sleep_forever()


class BoardViewer:
    """Draws the board, and below it the last changes.

    Args:
        title: Stands above.
        cache: What is known of the sessions.
    """

    def __init__(self, title: str, cache: SessionCache) -> None:
        self._cache = cache
        self._title = Text(title, style="bold", no_wrap=True, overflow="ellipsis")
        self._lines = WatchLines(activity=True)
        self._feed: deque[Text] = deque(maxlen=FEED_LINES)
        self._screen = ExitStack()

    def __enter__(self) -> Self:
        self._draw = self._screen.enter_context(redrawing())
        self._draw(self._drawing())
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._screen.close()

    def tell(self, notification: Notification) -> None:
        """Remember what is new for the next drawing."""
        self._feed += self._lines.lines(notification, _clock())

    async def run(self) -> None:
        """Draw, also when nothing is new: times pass."""
        while True:
            await anyio.sleep(REDRAW_SECONDS)
            self._draw(self._drawing())

    def _drawing(self) -> RenderableType:
        board = self._cache.board
        if not board:
            return Group(self._title, Text(""), Text("Starting…", style="dim"))
        table = session_table(board, time.time_ns() // 1_000_000, columns(), cut=True)
        room = max(0, rows() - LINES_AROUND - len(board))
        feed = list(self._feed)[-room:] if room else []
        return Group(self._title, Text(""), table, Text(""), *feed)


def _clock() -> str:
    return time.strftime("%H:%M:%S")
