"""The terminal app: its screens, what they share, and how it begins and ends.

Rule: what the screens show comes from `link` (the daemon, live) or from the ledger's queries; the
app computes no number of its own.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.signal import Signal

from agent_console.config import Config, load
from agent_console.tui.feed import Feed
from agent_console.tui.link import Changes, Link
from agent_console.tui.screens.activity import ActivityScreen
from agent_console.tui.screens.board import BoardScreen
from agent_console.tui.themes import DEFAULT, THEMES, meanings

if TYPE_CHECKING:
    from textual.screen import Screen

    from agent_console.protocol.codec import Notification


def _usage_screen() -> "Screen[None]":
    # Charts are imported when somebody looks at them.
    from agent_console.tui.screens.usage import UsageScreen  # noqa: PLC0415

    return UsageScreen()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class ConsoleApp(App[None]):
    """The board people keep open.

    Args:
        socket: The daemon's socket, when it is not the usual one.
        start: Start a daemon when there is none.
        config: The person's settings; read from the file when not given.

    Attributes:
        link: The daemon, live.
        changes: Published with what is different, at most 20 times a second.
        feed: The last events.
        now_ms: The clock, Unix milliseconds.
        config: The person's settings as they are now.
    """

    TITLE = "agent-console"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    MODES: ClassVar[dict[str, "str | Callable[[], Screen[Any]]"]] = {
        "board": BoardScreen,
        "usage": _usage_screen,
        "activity": ActivityScreen,
    }
    DEFAULT_MODE = "board"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "switch_mode('board')", "Board"),
        Binding("u", "switch_mode('usage')", "Usage"),
        Binding("a", "switch_mode('activity')", "Activity"),
        Binding("q", "quit", "Quit"),
    ]

    def __init__(
        self, socket: str | None = None, *, start: bool = True, config: Config | None = None
    ) -> None:
        self.config = load() if config is None else config
        super().__init__()
        self.changes: Signal[Changes] = Signal(self, "changes")
        self.feed = Feed()
        self.now_ms: Callable[[], int] = _now_ms
        self.link = Link(socket, start=start, changed=self.changes.publish, told=self._tell)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Colours of meanings, for the ground the theme has."""
        return dict(meanings(dark=self.current_theme.dark))

    def on_mount(self) -> None:
        """Take the person's theme, and begin to follow the daemon."""
        for theme in THEMES:
            self.register_theme(theme)
        wanted = self.config.tui.theme
        self.theme = wanted if wanted in self.available_themes else DEFAULT
        self.run_worker(self.link.run(), name="link", group="link")

    def _tell(self, notification: "Notification") -> None:
        self.feed.take(notification, self.now_ms())
