"""Takes in the events that hooks left because no daemon took them.

Rule: an event is forgotten only after the turn that applied it.
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
        drained = spool.drain(self._folder)
        counts = self._actor.counts
        counts.spool_dropped += drained.dropped
        if not drained.events:
            return
        events = [event for line in drained.lines if (event := _read(line)) is not None]
        for event in events:
            self._actor.observe(partial(_apply, event))
        await self._actor.after_turn()
        counts.spool_drained += len(events)
        counts.spool_dropped += len(drained.events) - len(events)
        spool.forget(drained)


def _read(line: bytes) -> Hook | None:
    """An event; null when a hook's payload was no JSON, and there is nobody left to tell."""
    try:
        request = decode_request(line)
    except ProtocolError:
        return None
    return request if isinstance(request, Hook) else None


def _apply(event: Hook, state: State, at_ms: int) -> Outcome:
    return state.apply(event, at_ms)
