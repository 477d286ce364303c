"""The desktop's own notifications, by desktop-notifier.

Rule: only here is desktop-notifier known. It is imported when something is to be told, because it
brings D-Bus with it; where it or a desktop is missing, the answer is no and nothing is raised.
"""

import logging
import sys
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING

import anyio

from agent_console.notifications.notice import Notice

if TYPE_CHECKING:
    from desktop_notifier import DesktopNotifier

APP_NAME = "agent-console"
LIMIT_SECONDS = 3.0
"""A desktop that does not answer within that time has none."""

_SIGNS = ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY")


def may_exist(environ: Mapping[str, str]) -> bool:
    """Whether there may be a desktop: its variables are there, and we can talk to it."""
    has_desktop = sys.platform == "darwin" or any(environ.get(name) for name in _SIGNS)
    return has_desktop and find_spec("desktop_notifier") is not None


class Desktop:
    """One connection to the desktop. It needs asyncio as the event loop."""

    def __init__(self) -> None:
        self._notifier: DesktopNotifier | None = None

    async def tell(
        self, notice: Notice, *, sound: bool, on_click: Callable[[], None] | None = None
    ) -> bool:
        """Show a notice; whether the desktop took it.

        Args:
            notice: What to show.
            sound: With the desktop's sound for it.
            on_click: Called when the person clicks it.
        """
        try:
            return await self._send(notice, sound=sound, on_click=on_click)
        except (ImportError, OSError, RuntimeError):
            return False

    async def _send(
        self, notice: Notice, *, sound: bool, on_click: Callable[[], None] | None
    ) -> bool:
        from desktop_notifier import DEFAULT_SOUND, DesktopNotifier, Urgency  # noqa: PLC0415

        if self._notifier is None:
            # It logs a failure with its traceback and goes on; we go on with the terminal.
            logging.getLogger("desktop_notifier").setLevel(logging.CRITICAL)
            self._notifier = DesktopNotifier(app_name=APP_NAME, app_icon=None)
        taken: list[bool] = []
        with anyio.move_on_after(LIMIT_SECONDS):
            await self._notifier.send(
                title=notice.title,
                message=notice.body,
                urgency=Urgency.Critical if notice.pressing else Urgency.Normal,
                on_dispatched=lambda: taken.append(True),
                on_clicked=on_click,
                sound=DEFAULT_SOUND if sound else None,
            )
        return bool(taken)
