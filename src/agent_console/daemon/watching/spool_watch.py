"""Takes in the events that hooks left because no daemon took them, and reports of programs.

Rule: an event is forgotten only after the turn that applied it, a report after it is on the disk;
while the ledger cannot take it, it stays and is tried again. A turn takes a bounded amount, so that
whoever else asks is answered while many long ones are drained.
"""

import logging
from contextlib import aclosing, suppress
from functools import partial
from pathlib import Path

import anyio
from anyio.abc import TaskStatus

from agent_console.claude_code import spool
from agent_console.daemon.serving.actor import Actor
from agent_console.daemon.serving.dispatcher import OwnRequest
from agent_console.daemon.state.machine import State
from agent_console.daemon.state.outcome import Failure, Outcome
from agent_console.daemon.watching.folder_watch import watch_folders
from agent_console.errors import ProtocolError
from agent_console.protocol.codec import decode_request
from agent_console.protocol.messages import Hook, SetSession, Upsert

_log = logging.getLogger(__name__)

TRY_AGAIN_SECONDS = 5.0
"""After which a report that the ledger could not take is tried again."""

TURN_BYTES = 1024 * 1024
"""A turn takes no further event after this much."""


class SpoolWatch:
    """The spool folder beside the socket."""

    def __init__(self, folder: Path, actor: Actor) -> None:
        self._folder = folder
        self._actor = actor
        self._draining = self._wanted = False
        self._refused = anyio.Event()

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Follow for ever; started when all that lay there has been applied."""
        try:
            spool.prepare(self._folder)
        except OSError as error:
            _log.warning("No spooled events are taken from %s: %s.", self._folder, error.strerror)
            task_status.started()
            return
        started = False
        async with (
            anyio.create_task_group() as tasks,
            aclosing(watch_folders([self._folder])) as changes,
        ):
            tasks.start_soon(self._try_again)
            async for _ in changes:
                await self._drain()
                if not started:
                    started = True
                    task_status.started()

    async def _try_again(self) -> None:
        while True:
            await self._refused.wait()
            await anyio.sleep(TRY_AGAIN_SECONDS)
            self._refused = anyio.Event()
            await self._drain()

    async def _drain(self) -> None:
        self._wanted = True
        if self._draining:
            return  # whoever does sees that there is more
        self._draining = True
        try:
            while self._wanted:
                self._wanted = False
                while await self._drain_some():
                    pass
        finally:
            self._draining = False

    async def _drain_some(self) -> bool:
        """Take in the oldest events; whether there are more that can be taken."""
        drained = spool.drain(self._folder, TURN_BYTES)
        counts = self._actor.counts
        counts.spool_dropped += drained.dropped
        if not drained.events:
            return drained.more and drained.dropped > 0
        taken: list[spool.SpooledEvent] = []
        reports: list[tuple[spool.SpooledEvent, list[OwnRequest]]] = []
        for spooled in drained.events:
            if spooled.is_report:
                asked = [self._actor.ask(request) for request in _requests(spooled.line)]
                reports.append((spooled, asked))
                continue
            event = _read(spooled.line)
            if event is None:
                counts.spool_dropped += 1
            else:
                counts.spool_drained += 1
                self._actor.observe(partial(_apply, event))
            taken.append(spooled)
        await self._actor.after_turn()
        for report, asked in reports:
            for own in asked:
                await own.done.wait()
            if any(isinstance(own.answer, Failure) and own.answer.retryable for own in asked):
                self._refused.set()
            else:
                counts.spool_drained += 1
                taken.append(report)
        # What cannot be removed would be read for ever: it waits for the folder's next change.
        done = spool.forget(drained._replace(events=tuple(taken)))
        return drained.more and done == len(drained.events)


def _requests(lines: bytes) -> list[SetSession | Upsert]:
    """What a program reports; a line that cannot be read is nobody's any more."""
    found: list[SetSession | Upsert] = []
    for line in lines.split(b"\n"):
        with suppress(ProtocolError):
            request = decode_request(line)
            if isinstance(request, SetSession | Upsert):
                found.append(request)
    return found


def _read(line: bytes) -> Hook | None:
    """An event; null when a hook's payload was no JSON, and there is nobody left to tell."""
    try:
        request = decode_request(line)
    except ProtocolError:
        return None
    return request if isinstance(request, Hook) else None


def _apply(event: Hook, state: State, at_ms: int) -> Outcome:
    return state.apply(event, at_ms)
