"""Keeps an index worker running, tells it which transcripts hooks have named, and hears from it.

Rule: the worker is started when there is something to follow and started again, ever later, when it
ends; the daemon never waits for it, and what it cannot be told it finds by itself.
"""

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import anyio
import msgspec
from anyio.abc import Process
from msgspec.structs import replace

from agent_console.daemon.indexing.index_messages import Indexed, IndexerOrder
from agent_console.daemon.serving.actor import Actor
from agent_console.daemon.state.machine import State
from agent_console.daemon.state.outcome import Change, Outcome
from agent_console.model.session import Session
from agent_console.model.usage import UsageEntry
from agent_console.protocol.messages import IndexingStatus

_log = logging.getLogger(__name__)

WORKER = "agent_console.daemon.indexing.index_worker"
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 300.0
LOOK_SECONDS = 60.0
"""How often a daemon without transcripts looks whether there are any by now."""
END_SECONDS = 0.5
"""How long a worker may finish what it has begun when the daemon ends."""
MAX_NAMED = 10_000
"""More transcripts are forgotten and named again."""


class Indexer:
    """The daemon's side of the index worker.

    Args:
        database: The ledger.
        config_dirs: Claude Code's folders.
        actor: Who is told of new totals.
        written: Told whenever the worker has written to the ledger.

    Attributes:
        status: How far it has come.
    """

    def __init__(
        self,
        database: Path,
        config_dirs: Sequence[Path],
        actor: Actor,
        written: Callable[[], object],
    ) -> None:
        self.status = IndexingStatus(
            running=False,
            files=None,
            caught_up=False,
            bytes_read=0,
            bytes_in_all=0,
            last_error=None,
        )
        self._earlier_error: str | None = None
        self._database = database
        self._config_dirs = list(config_dirs)
        self._actor = actor
        self._written = written
        self._named: dict[str, None] = {}
        self._without_price: set[str] = set()
        self._orders: list[IndexerOrder] = []
        self._wanted = anyio.Event()
        self._ordered = anyio.Event()

    def heed(self, changes: Iterable[Change]) -> None:
        """Look for transcripts that sessions name, and prices of models, for the first time."""
        for change in changes:
            data = change.data
            if type(data) is Session:
                path = data.transcript_path
                if path is not None and path not in self._named and _has_transcripts_near(path):
                    if len(self._named) >= MAX_NAMED:
                        self._named.clear()
                    self._named[path] = None
                    self._order(IndexerOrder(path=path))
            elif type(data) is UsageEntry:
                self._heed_usage(data)

    def _heed_usage(self, usage: UsageEntry) -> None:
        """Of what no transcript tells nobody else looks up the price."""
        if usage.cost_usd or usage.model is None:
            return
        if usage.model not in self._without_price and len(self._without_price) < MAX_NAMED:
            self._without_price.add(usage.model)
            self._order(IndexerOrder(prices=True))

    def add_config_dir(self, folder: Path) -> None:
        """Follow another folder of Claude Code."""
        if folder not in self._config_dirs:
            self._config_dirs.append(folder)
            self._order(IndexerOrder(config_dir=str(folder)))

    def _order(self, order: IndexerOrder) -> None:
        self._orders.append(order)
        self._ordered.set()
        self._wanted.set()

    async def run(self) -> None:
        """Follow for ever."""
        while not self._wanted.is_set() and not self._has_transcripts():
            with anyio.move_on_after(LOOK_SECONDS):
                await self._wanted.wait()
        pause = FIRST_PAUSE_SECONDS
        while True:
            started_at = anyio.current_time()
            try:
                await self._follow()
            except OSError as error:
                self._note_error(f"The index worker cannot be started: {error}")
            if anyio.current_time() - started_at > LONGEST_PAUSE_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            _log.warning("The index worker ended; starting it again in %.0f s.", pause)
            await anyio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _has_transcripts(self) -> bool:
        return any(os.path.isdir(folder / "projects") for folder in self._config_dirs)

    async def _follow(self) -> None:
        """One life of the worker, which knows nothing of what another was told."""
        self._orders = []
        for path in self._named:
            self._order(IndexerOrder(path=path))
        command = [sys.executable, "-m", WORKER, str(self._database), *map(str, self._config_dirs)]
        process = await anyio.open_process(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self._earlier_error = self.status.last_error
        self.status = replace(self.status, running=True)
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._tell, process)
                tasks.start_soon(self._log_errors, process)
                await self._hear(process)
                tasks.cancel_scope.cancel()
        finally:
            self.status = replace(self.status, running=False, caught_up=False)
            with anyio.CancelScope(shield=True):
                await _end(process)

    async def _tell(self, process: Process) -> None:
        to = process.stdin
        if to is None:
            return
        while True:
            await self._ordered.wait()
            self._ordered = anyio.Event()
            orders, self._orders = self._orders, []
            lines = b"".join(msgspec.json.encode(order) + b"\n" for order in orders)
            with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
                await to.send(lines)

    async def _hear(self, process: Process) -> None:
        said = process.stdout
        if said is None:
            return
        partial_line = b""
        decoder = msgspec.json.Decoder(Indexed)
        async for data in said:
            *lines, partial_line = (partial_line + data).split(b"\n")
            for line in lines:
                try:
                    indexed = decoder.decode(line)
                except msgspec.MsgspecError:
                    _log.exception("The index worker said something that cannot be read.")
                    continue
                self._take(indexed)

    def _take(self, indexed: Indexed) -> None:
        if indexed.error is not None:
            self._note_error(indexed.error)
        if indexed.bytes_in_all:
            self.status = replace(
                self.status,
                caught_up=False,
                bytes_read=indexed.bytes_read,
                bytes_in_all=indexed.bytes_in_all,
            )
        if indexed.is_caught_up:
            self._caught_up(indexed.files)
        if indexed.sessions or indexed.usage or indexed.prices_changed or indexed.alerts_raised:
            self._actor.observe(partial(_observe, indexed))
            self._written()

    def _note_error(self, error: str) -> None:
        self.status = replace(self.status, last_error=error)
        _log.warning("%s", error)

    def _caught_up(self, files: int | None) -> None:
        error = self.status.last_error
        self.status = replace(
            self.status,
            files=files,
            caught_up=True,
            bytes_read=0,
            bytes_in_all=0,
            # What an earlier worker ended of is over.
            last_error=None if error == self._earlier_error else error,
        )

    async def _log_errors(self, process: Process) -> None:
        errors = process.stderr
        if errors is None:
            return
        async for data in errors:
            # The end of a line may come by itself.
            for line in filter(str.strip, data.decode(errors="replace").splitlines()):
                self.status = replace(self.status, last_error=line)
                _log.warning("Index worker: %s", line)


def _has_transcripts_near(path: str) -> bool:
    """There is a `projects` folder that the transcript lies in, or will lie in."""
    return os.path.isdir(os.path.dirname(os.path.dirname(path)))


def _observe(indexed: Indexed, state: State, at_ms: int) -> Outcome:
    return state.observe_indexed(
        indexed.sessions,
        indexed.usage,
        prices_changed=indexed.prices_changed,
        alerts_raised=indexed.alerts_raised,
        at_ms=at_ms,
    )


async def _end(process: Process) -> None:
    """Let the worker finish its transaction; end it when it does not."""
    if process.stdin is not None:
        with suppress(OSError, anyio.BrokenResourceError):
            await process.stdin.aclose()
    with anyio.move_on_after(END_SECONDS):
        await process.wait()
    if process.returncode is None:
        process.kill()
        await process.wait()
    await process.aclose()
