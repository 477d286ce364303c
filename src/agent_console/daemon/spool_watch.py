"""Takes in the events that hooks left because no daemon took them.

Rule: an event is forgotten only after the turn that applied it.
"""

from functools import partial
from pathlib import Path

import anyio
from anyio.abc import TaskStatus

from agent_console.claude_code import spool
from agent_console.daemon.actor import Actor
from agent_console.daemon.folder_watch import watch_folders
from agent_console.daemon.outcome import Outcome
from agent_console.daemon.state import State
from agent_console.errors import ProtocolError
from agent_console.protocol.codec import decode_request
from agent_console.protocol.messages import Hook


class SpoolWatch:
    """The spool folder beside the socket."""

    def __init__(self, folder: Path, actor: Actor) -> None:
        self._folder = folder
        self._actor = actor

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Follow for ever; started when all that lay there has been applied."""
        spool.prepare(self._folder)
        started = False
        async for _ in watch_folders([self._folder]):
            await self._drain()
            if not started:
                started = True
                task_status.started()

    async def _drain(self) -> None:
        drained = spool.drain(self._folder)
        counts = self._actor.counts
        counts.spool_dropped += drained.dropped
        if not drained.events:
            return
        for line in drained.lines:
            self._actor.observe(partial(_apply, line))
        await self._actor.after_turn()
        counts.spool_drained += len(drained.events)
        spool.forget(drained)


def _apply(line: bytes, state: State, at_ms: int) -> Outcome:
    try:
        request = decode_request(line)
    except ProtocolError:
        return Outcome()  # a hook's payload was no JSON; there is nobody left to tell
    return state.apply(request, at_ms) if isinstance(request, Hook) else Outcome()
