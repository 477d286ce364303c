"""Notices that a session has waited for the person too long.

Rule: there is a timer only while the alert is wanted and a session waits that has not been told;
otherwise this sleeps until the first to wait is another. A change costs what it is about, and
nothing where the alert is not wanted.
"""

from collections.abc import Iterable

import anyio

from agent_console.daemon.serving.actor import Actor
from agent_console.daemon.state.outcome import Change
from agent_console.daemon.state.waiting_sessions import MINUTE_MS, WaitingSessions
from agent_console.daemon.wall_clock import seconds_until


class WaitingWatch:
    """Looks when the next session is due.

    Args:
        actor: Whose board it is.
    """

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._sessions: WaitingSessions | None = None
        self._awaited_ms: int | None = None
        self._changed = anyio.Event()
        self.configured()

    def heed(self, changes: Iterable[Change]) -> None:
        """Take note of what has changed, and think anew when another session is the first."""
        if self._sessions is not None:
            self._sessions.heed(changes)
            if self._sessions.first_since_ms() != self._awaited_ms:
                self._changed.set()

    def configured(self) -> None:
        """Think anew: what is wanted may be something else."""
        state = self._actor.state
        if not state.wanted_alerts.waiting_minutes:
            self._sessions = None
        elif self._sessions is None:
            self._sessions = WaitingSessions()
            for session in state.sessions.values():
                self._sessions.look_at(session)
        self._changed.set()

    async def run(self) -> None:
        """Watch for ever."""
        actor = self._actor
        while True:
            self._changed = anyio.Event()
            sessions = self._sessions
            since_ms = None if sessions is None else sessions.first_since_ms()
            self._awaited_ms = since_ms
            if sessions is None or since_ms is None:
                await self._changed.wait()
                continue
            minutes = actor.state.wanted_alerts.waiting_minutes
            seconds = seconds_until(since_ms + minutes * MINUTE_MS)
            if seconds > 0:
                with anyio.move_on_after(seconds):
                    await self._changed.wait()
                continue
            actor.observe(sessions.raise_due)
            await actor.after_turn()
