"""The app tells of changes while somebody looks elsewhere, as `agent-console notify` does.

Rule: the same decisions, ways and lock as there (notifications/): what one of them tells, the other
does not.
"""

from typing import TYPE_CHECKING

from agent_console.config import Config
from agent_console.model.session import Session
from agent_console.model.usage import Alert
from agent_console.notifications.alert_hooks import AlertHooks
from agent_console.notifications.notifier import Notifier
from agent_console.notifications.speaker import Speaker
from agent_console.protocol.codec import Notification

if TYPE_CHECKING:
    from agent_console.tui.app import ConsoleApp


class Telling:
    """Hands what the daemon tells to the person.

    Args:
        app: Whose settings and terminal are used.
        socket: The daemon's socket, when it is not the usual one.
    """

    def __init__(self, app: "ConsoleApp", socket: str | None) -> None:
        self._app = app
        self._speaker = Speaker(socket)
        self._hooks = AlertHooks(app.config.alerts.on)
        self._notifier = Notifier(app.config, on_click=self._clicked, to_terminal=self._write)

    def configure(self, config: Config) -> None:
        """Other settings hold from now on; what has been told stays told."""
        self._notifier.configure(config)

    def take(self, notification: Notification) -> None:
        """What the daemon tells."""
        if not self._speaker.speaks():
            self._notifier.pass_over(notification)
            return
        self._app.run_worker(self._tell(notification), group="telling")

    def close(self) -> None:
        """Let another program tell."""
        self._speaker.close()

    async def _tell(self, notification: Notification) -> None:
        await self._notifier.take(notification)
        if isinstance(notification.data, Alert):
            for ran in await self._hooks.take(notification.data):
                if ran.detail:
                    self._app.notify(ran.detail, severity="warning", markup=False)

    def _clicked(self, session: Session) -> None:
        self._app.jump_to(session.session_id)

    def _write(self, sequence: str) -> bool:
        """By the same way as what is drawn, so that neither cuts the other in two."""
        driver = self._app._driver  # pyright: ignore[reportPrivateUsage]
        if driver is None or self._app.is_headless:
            return False
        driver.write(sequence)
        return True
