"""Notices that a session has waited for the person too long.

Rule: there is a timer only while the alert is wanted and a session waits that has not been told;
otherwise this sleeps until the board changes.
"""

import time
from collections.abc import Iterable

import anyio

from agent_console.daemon.actor import Actor
from agent_console.daemon.outcome import Change
from agent_console.daemon.state import State

LONGEST_SECONDS = 3_600.0
"""The clock of the machine may be set meanwhile: look again."""


class WaitingWatch:
    """Looks when the next session is due.

    Args:
        actor: Whose board it is.
    """

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._changed = anyio.Event()

    def heed(self, changes: Iterable[Change]) -> None:
        """Think anew when sessions have changed."""
        if self._actor.state.wanted_alerts.waiting_minutes and any(
            change.event == "session" for change in changes
        ):
            self._changed.set()

    def configured(self) -> None:
        """Think anew: what is wanted may be something else."""
        self._changed.set()

    async def run(self) -> None:
        """Watch for ever."""
        actor = self._actor
        while True:
            self._changed = anyio.Event()
            due_ms = actor.state.next_waiting_ms()
            if due_ms is None:
                await self._changed.wait()
                continue
            seconds = due_ms / 1000 - time.time()
            if seconds > 0:
                with anyio.move_on_after(min(seconds, LONGEST_SECONDS)):
                    await self._changed.wait()
                continue
            actor.observe(State.raise_waiting)
            await actor.after_turn()
