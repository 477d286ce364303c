"""The terminal app: its screens, what they share, and how it begins and ends.

Rule: what the screens show comes from `link` (the daemon, live) or from the ledger's queries; the
app computes no number of its own.
"""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.signal import Signal

from agent_console.board.feed import Feed
from agent_console.board.money import Money
from agent_console.board.waiting_alerts import WaitingAlerts
from agent_console.client.link import Changes, Link, LinkState
from agent_console.config import Config, load
from agent_console.errors import AgentConsoleError
from agent_console.model.session_words import doing, one_line
from agent_console.model.usage import Alert
from agent_console.tui.board_cells import id_ending
from agent_console.tui.screens.activity import ActivityScreen
from agent_console.tui.screens.board import BoardScreen
from agent_console.tui.screens.help import HelpScreen
from agent_console.tui.telling import Telling
from agent_console.tui.terminal_gone import ending_with_the_terminal
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
        titles: A file descriptor; each line that comes from it stands above everything.

    Attributes:
        link: The daemon, live.
        changes: Published with what is different, at most 20 times a second.
        feed: The last events.
        money: Today's figures and budgets.
        alerts: Those that wait for the person.
        now_ms: The clock, Unix milliseconds.
        config: The person's settings as they are now.
        banner: A line that stands above everything; null for none.
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
        Binding("comma", "settings", "Settings"),
        Binding("question_mark", "help", "Keys"),
        Binding("q", "quit", "Quit"),
        Binding("ctrl+c", "quit", "Quit", show=False, priority=True),
        Binding("S", "start_daemon", "Start the daemon", show=False),
    ]

    def __init__(
        self,
        socket: str | None = None,
        *,
        start: bool = True,
        config: Config | None = None,
        titles: int | None = None,
    ) -> None:
        self.config = load() if config is None else config
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        wanted = self.config.tui.theme
        # Without telling anybody: a theme that is changed later has all styles made once more.
        self.set_reactive(ConsoleApp.theme, wanted if wanted in self.available_themes else DEFAULT)
        self.banner: str | None = None
        self._titles = titles
        self.changes: Signal[Changes] = Signal(self, "changes")
        self.feed = Feed()
        self.now_ms: Callable[[], int] = _now_ms
        self.link = Link(socket, start=start, changed=self._draw, told=self._tell)
        drawn_soon = partial(self.link.add, Changes(money=True))
        self.money = Money(lambda: self.config, self._now, drawn_soon)
        self.alerts = WaitingAlerts(drawn_soon)
        self._telling = Telling(self, socket)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Colours of meanings, for the ground the theme has."""
        return dict(meanings(dark=self.current_theme.dark))

    def on_mount(self) -> None:
        """Begin to follow the daemon."""
        if not self.is_headless:
            # Whoever ends us gets the terminal back as it was.
            for number in (signal.SIGTERM, signal.SIGHUP):
                asyncio.get_running_loop().add_signal_handler(number, self.exit)
        if self._titles is not None:
            asyncio.get_running_loop().add_reader(self._titles, self._read_title, self._titles)
        self.run_worker(self.link.run(), name="link", group="link")
        self.run_worker(self.money.run(), name="money", group="money")

    def on_unmount(self) -> None:
        """The end: another program may tell of changes."""
        self._telling.close()

    def use(self, config: Config) -> None:
        """Take other settings; every screen draws itself anew."""
        self.config = config
        self._telling.configure(config)
        if config.tui.theme in self.available_themes:
            self.theme = config.tui.theme
        self.changes.publish(Changes(board=True))

    def get_system_commands(self, screen: "Screen[Any]") -> "Iterable[SystemCommand]":
        """What the command palette offers: the app's own, and each session by name."""
        yield SystemCommand("Board", "Who needs you now", lambda: self.switch_mode("board"))
        yield SystemCommand("Usage", "What it costs", lambda: self.switch_mode("usage"))
        yield SystemCommand("Activity", "What happened last", lambda: self.switch_mode("activity"))
        yield SystemCommand("Settings", "Theme, density, columns", self.action_settings)
        yield SystemCommand("Keys", "What every key does", self.action_help)
        board = self.link.cache.board
        names = Counter(session.display_name for session in board)
        for session in board:
            name, session_id = one_line(session.display_name), session.session_id
            if names[session.display_name] > 1:
                name += id_ending(session_id)
            yield SystemCommand(
                f"Session {name}",
                doing(session) or session.status,
                partial(self.open_session, session_id),
            )
            yield SystemCommand(
                f"Jump to {name}", "Focus its terminal", partial(self.jump_to, session_id)
            )
        for command in super().get_system_commands(screen):  # pyright: ignore[reportUnknownMemberType]
            if command.title != "Keys":  # Textual's own list of them
                yield command

    def open_session(self, session_id: str) -> None:
        """Show one session."""
        from agent_console.tui.screens.session import SessionScreen  # noqa: PLC0415 - on demand

        self.push_screen(SessionScreen(session_id))

    def jump_to(self, session_id: str) -> None:
        """Focus a session's terminal, or say why that cannot be done."""
        session = self.link.cache.sessions.get(session_id)
        if session is None:
            self.notify("It is no longer on the board.", severity="warning")
            return
        from agent_console.tui.jumping import jump  # noqa: PLC0415 - on demand

        jump(self, session)

    def action_help(self) -> None:
        """Say what every key does."""
        self.push_screen(HelpScreen(self.screen))

    def action_settings(self) -> None:
        """Let the person choose."""
        from agent_console.tui.screens.settings import SettingsScreen  # noqa: PLC0415 - on demand

        self.push_screen(SettingsScreen())

    @work(exclusive=True, group="start")
    async def action_start_daemon(self) -> None:
        """Start the daemon, because the person asks for it."""
        try:
            await self.link.retry()
        except AgentConsoleError as error:
            self.notify(str(error), severity="error", markup=False)

    def _read_title(self, descriptor: int) -> None:
        lines = os.read(descriptor, 4096).decode(errors="replace").splitlines()
        if lines:
            self.banner = one_line(lines[-1])
            self.changes.publish(Changes(link=True))
        else:
            asyncio.get_running_loop().remove_reader(descriptor)

    def _now(self) -> int:
        return self.now_ms()

    def _draw(self, changes: Changes) -> None:
        """Let the screens draw what is different."""
        if changes.usage or changes.board:
            self.money.read_again()
        if changes.link and self.link.state is LinkState.CONNECTED:
            self.run_worker(self.alerts.load(self.link.client), group="alerts", exclusive=True)
        self.changes.publish(changes)

    def _tell(self, notification: "Notification") -> None:
        self.feed.take(notification, self.now_ms())
        self._telling.take(notification)
        if isinstance(notification.data, Alert):
            self.alerts.take(notification.data)


def run_app(socket: str | None, *, start: bool, titles: int | None = None) -> int:
    """Run the app until the person leaves it; the exit code.

    Args:
        socket: As for ConsoleApp.
        start: As for ConsoleApp.
        titles: As for ConsoleApp.
    """

    async def run() -> int:
        app = ConsoleApp(socket, start=start, titles=titles)
        with ending_with_the_terminal():
            await app.run_async()
        return app.return_code or 0

    return asyncio.run(run())
