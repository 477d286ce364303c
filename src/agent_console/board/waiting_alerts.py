"""The alerts that wait for the person: neither acknowledged nor put off.

Rule: the ledger keeps them, whoever raised them; they are asked for when the daemon is there, and
kept up to date by what it tells.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from agent_console.errors import AgentConsoleError
from agent_console.model.usage import Alert
from agent_console.protocol.messages import Acknowledge, Alerts

if TYPE_CHECKING:
    from agent_console.client.asynchronous import AsyncClient

SNOOZE_MS = 60 * 60 * 1000
"""How long an alert is put off by one key."""


class WaitingAlerts:
    """The waiting ones, latest first.

    Args:
        changed: Called when they are different.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._alerts: dict[str, Alert] = {}
        self._told_meanwhile: list[Alert] | None = None
        self._changed = changed

    def __len__(self) -> int:
        return len(self._alerts)

    def __contains__(self, alert_id: object) -> bool:
        return alert_id in self._alerts

    def __iter__(self) -> Iterator[Alert]:
        return iter(sorted(self._alerts.values(), key=lambda alert: -alert.at_ms))

    @property
    def exceeded(self) -> bool:
        """One of them says that a limit is exceeded."""
        return any(alert.severity == "exceeded" for alert in self._alerts.values())

    def take(self, alert: Alert) -> None:
        """What the daemon tells: a new one, or one that the person has taken note of somewhere."""
        if self._told_meanwhile is not None:
            self._told_meanwhile.append(alert)
        if alert.acknowledged_at_ms is None and alert.snoozed_until_ms is None:
            self._alerts[alert.alert_id] = alert
        else:
            self._alerts.pop(alert.alert_id, None)
        self._changed()

    async def load(self, client: "AsyncClient") -> None:
        """Ask for all of them; what is known stays when nobody answers.

        What is told meanwhile, over the subscriber's connection, is newer than the answer.
        """
        told: list[Alert] = []
        self._told_meanwhile = told
        try:
            found = await client.request(Alerts(unacknowledged=True))
        except AgentConsoleError:
            return
        finally:
            if self._told_meanwhile is told:  # another asking may have begun
                self._told_meanwhile = None
        self._alerts = {alert.alert_id: alert for alert in found}
        for alert in told:
            self.take(alert)
        self._changed()

    async def acknowledge(
        self, client: "AsyncClient", alert_id: str | None, until_ms: int | None = None
    ) -> int:
        """Take note of one, or of all; how many are others now.

        Args:
            client: The daemon.
            alert_id: Which; null for all.
            until_ms: They come back then, Unix milliseconds; null: never.

        Raises:
            AgentConsoleError: The daemon does not answer, or says no.
        """
        ids = None if alert_id is None else (alert_id,)
        answer = await client.request(Acknowledge(alert_ids=ids, snooze_until_ms=until_ms))
        return answer.changed
