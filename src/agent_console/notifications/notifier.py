"""Tells the person of changes: what to tell, whether now, and by which way.

Rule: it follows no subscription by itself; whoever has one (the TUI, `agent-console notify`) hands
over what comes. Nothing is kept for later: what happened in quiet hours, or in front of the
person's eyes, is on the board.
"""

import os
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct

from agent_console.config import Config
from agent_console.config_notifications import Via
from agent_console.model.session import Session
from agent_console.notifications import desktop, terminal
from agent_console.notifications.decisions import Decisions
from agent_console.notifications.notice import Notice
from agent_console.notifications.quiet_hours import is_quiet
from agent_console.protocol.codec import Notification
from agent_console.terminals.focus import is_focused

Way: TypeAlias = Literal["desktop", "terminal", "none"]

DESKTOP_AGAIN_SECONDS = 60.0
"""How long a desktop that did not take a notice is left alone."""


class Told(Struct, frozen=True, gc=False):
    """A notice, and how the person was told; `none` when there was no way."""

    notice: Notice
    by: Way


class Notifier:
    """Everything from a notification of the protocol to a notice in front of the person.

    Args:
        config: What is told, when, and by which way.
        existing: Tell also of what waits at the beginning.
        via: Instead of what the configuration says.
        environ: The environment that says what there is to tell by; null: the process's.
        on_click: Called with the session when the person clicks a notice of the desktop.
        to_terminal: Writes a sequence to the terminal, for who draws on it; whether it could.
        now: The time where the person is.
    """

    def __init__(
        self,
        config: Config,
        *,
        existing: bool = False,
        via: Via | None = None,
        environ: Mapping[str, str] | None = None,
        on_click: Callable[[Session], None] | None = None,
        to_terminal: Callable[[str], bool] | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._given_via = via
        self._environ = os.environ if environ is None else environ
        self._on_click = on_click
        self._to_terminal = to_terminal
        self._given_now = now
        self._decisions = Decisions(config.notifications, existing=existing)
        self.configure(config)
        self._desktop = desktop.Desktop()
        self._desktop_from = 0.0

    def configure(self, config: Config) -> None:
        """What holds from now on; what has been told stays told."""
        self._config = config.notifications
        self._via = self._given_via or config.notifications.via
        self._now = self._given_now or (lambda: datetime.now(config.display.zone))
        self._decisions.configure(config.notifications)

    async def take(self, notification: Notification) -> list[Told]:
        """Take in the next notification of a subscription; what the person was told of it."""
        notices = self._decisions.notices(notification)
        if not notices or is_quiet(self._config, self._now().time()):
            return []
        return [
            Told(notice, await self._tell(notice))
            for notice in notices
            if notice.session is None or not await is_focused(notice.session)
        ]

    def pass_over(self, notification: Notification) -> None:
        """Somebody else tells of it: only remember how things stand."""
        self._decisions.notices(notification)

    async def _tell(self, notice: Notice) -> Way:
        if self._via == "none":
            return "none"
        if self._via != "terminal" and await self._tell_desktop(notice):
            return "desktop"
        if self._via != "desktop" and self._tell_terminal(notice):
            return "terminal"
        return "none"

    def _tell_terminal(self, notice: Notice) -> bool:
        sound = self._config.sound
        if self._to_terminal is None:
            return terminal.tell(notice, self._environ, sound=sound)
        return self._to_terminal(terminal.sequence(notice, self._environ, sound=sound))

    async def _tell_desktop(self, notice: Notice) -> bool:
        if time.monotonic() < self._desktop_from or not desktop.may_exist(self._environ):
            return False
        clicked, session = self._on_click, notice.session
        on_click = None
        if clicked is not None and session is not None:
            on_click = _with(clicked, session)
        taken = await self._desktop.tell(notice, sound=self._config.sound, on_click=on_click)
        if not taken:
            self._desktop_from = time.monotonic() + DESKTOP_AGAIN_SECONDS
        return taken


def _with(clicked: Callable[[Session], None], session: Session) -> Callable[[], None]:
    return lambda: clicked(session)
