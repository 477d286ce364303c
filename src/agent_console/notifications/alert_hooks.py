"""Runs the user's own commands for alerts (`[[alerts.on]]`), once for each.

Rule: quiet hours and switches are for people; a command decides for itself.
"""

from agent_console.client.alert_commands import Ran, run_commands
from agent_console.config_alerts import AlertCommand
from agent_console.model.usage import Alert

REMEMBERED = 1_000


class AlertHooks:
    """Remembers for which alerts commands were run.

    Args:
        commands: `config.alerts.on`.
    """

    def __init__(self, commands: tuple[AlertCommand, ...]) -> None:
        self._commands = commands
        self._ran_for: dict[tuple[str, str], None] = {}

    async def take(self, alert: Alert) -> list[Ran]:
        """Run what is wanted for an alert, unless that was done; what became of each command."""
        key = (alert.alert_id, alert.severity)
        if alert.snoozed_until_ms is not None:
            self._ran_for.pop(key, None)  # it comes again
            return []
        if alert.acknowledged_at_ms is not None or key in self._ran_for or not self._commands:
            return []
        self._ran_for[key] = None
        if len(self._ran_for) > REMEMBERED:
            del self._ran_for[next(iter(self._ran_for))]
        return await run_commands(alert, self._commands)
