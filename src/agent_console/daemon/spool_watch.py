"""Takes in the events that hooks left because no daemon took them.

Rule: an event is forgotten only after the turn that applied it. A turn takes a bounded amount, so
that whoever else asks is answered while many long ones are drained.
"""

import logging
from contextlib import aclosing
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

_log = logging.getLogger(__name__)

TURN_BYTES = 1024 * 1024
"""A turn takes no further event after this much."""


class SpoolWatch:
    """The spool folder beside the socket."""

    def __init__(self, folder: Path, actor: Actor) -> None:
        self._folder = folder
        self._actor = actor

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Follow for ever; started when all that lay there has been applied."""
        try:
            spool.prepare(self._folder)
        except OSError as error:
            _log.warning("No spooled events are taken from %s: %s.", self._folder, error.strerror)
            task_status.started()
            return
        started = False
        async with aclosing(watch_folders([self._folder])) as changes:
            async for _ in changes:
                await self._drain()
                if not started:
                    started = True
                    task_status.started()

    async def _drain(self) -> None:
        while await self._drain_some():
            pass

    async def _drain_some(self) -> bool:
        """Take in the oldest events; whether there are more that can be taken."""
        drained = spool.drain(self._folder, TURN_BYTES)
        counts = self._actor.counts
        counts.spool_dropped += drained.dropped
        if not drained.events:
            return drained.more and drained.dropped > 0
        events = [event for line in drained.lines if (event := _read(line)) is not None]
        for event in events:
            self._actor.observe(partial(_apply, event))
        await self._actor.after_turn()
        counts.spool_drained += len(events)
        counts.spool_dropped += len(drained.events) - len(events)
        # What cannot be removed would be read for ever: it waits for the folder's next change.
        stuck = spool.forget(drained) < len(drained.events)
        return drained.more and not stuck


def _read(line: bytes) -> Hook | None:
    """An event; null when a hook's payload was no JSON, and there is nobody left to tell."""
    try:
        request = decode_request(line)
    except ProtocolError:
        return None
    return request if isinstance(request, Hook) else None


def _apply(event: Hook, state: State, at_ms: int) -> Outcome:
    return state.apply(event, at_ms)
