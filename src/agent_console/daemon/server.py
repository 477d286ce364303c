"""The daemon's life: socket, ledger, watchers, the actor, and an orderly end.

Rule: the order of starting is the order of promises. Ready is said only when the spool is drained,
the registry is read and the socket listens; stopping answers what was asked, then says goodbye,
then lets the ledger finish, then lets go of the socket.
"""

import gc
import logging
import os
import signal
import socket
import time
import uuid
from contextlib import closing, suppress

import anyio
from anyio.abc import TaskGroup

from agent_console import config as configuration, log, paths
from agent_console.daemon.day_backups import DayBackups
from agent_console.daemon.indexing.indexer import Indexer
from agent_console.daemon.instance import Instance, handed_over_path
from agent_console.daemon.journal import Journal
from agent_console.daemon.serving.actor import Actor
from agent_console.daemon.serving.dispatcher import Ticket
from agent_console.daemon.serving.idleness import idle_for
from agent_console.daemon.serving.listener import accept_waiting, listen
from agent_console.daemon.serving.server_status import server_status
from agent_console.daemon.state.machine import State
from agent_console.daemon.state.outcome import Change
from agent_console.daemon.systemd import Notifier, watchdog_interval_seconds
from agent_console.daemon.watching.config_dirs import config_dir, known_config_dirs
from agent_console.daemon.watching.process_watch import ProcessWatch
from agent_console.daemon.watching.registry_watch import RegistryWatch
from agent_console.daemon.watching.spool_watch import SpoolWatch
from agent_console.daemon.watching.waiting_watch import WaitingWatch
from agent_console.errors import ConfigError
from agent_console.protocol.messages import ServerStatusResult
from agent_console.usage.entries import LedgerResult, UsageAdded, UserFieldsKept

_log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15.0
MINUTE_SECONDS = 60.0
ASK_AGAIN_SECONDS = 5.0
"""After which a ledger that refused something nobody waits for is asked again."""
INSIST_SECONDS = 0.1
"""The same, once the daemon stops: it is the last occasion."""
SETTLE_SECONDS = 2.0
FLUSH_SECONDS = 1.5
GOODBYE_SECONDS = 1.0
"""What the parts of an orderly end may take; the promise is 5 s for the whole."""
READY_FD_VARIABLE = "AGENT_CONSOLE_READY_FD"
"""A client that starts the daemon waits on this descriptor for `READY`."""


class Server:
    """Everything that lives as long as the daemon does.

    Args:
        instance: The lock of the socket to serve.
        config: What the user configured.
        heartbeat_seconds: How often subscribers hear that nothing is missing.
        minute_seconds: How long a minute of the configuration is.
    """

    def __init__(
        self,
        instance: Instance,
        config: configuration.Config,
        *,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
        minute_seconds: float = MINUTE_SECONDS,
    ) -> None:
        self._heartbeat_seconds = heartbeat_seconds
        self._minute_seconds = minute_seconds
        self._instance = instance
        self._config = config
        self._config_error: str | None = None
        self._started_ms = time.time_ns() // 1_000_000
        self._notifier = Notifier()
        self._stop = anyio.Event()
        self._stop_reason = "stopped"
        self._database = paths.database_path()
        self._journal: Journal[Ticket] = Journal.open(self._database, config, _log.info)
        self._actor = Actor(
            State(self._journal.user_fields or (), config.alerts),
            self._journal,
            str(uuid.uuid4()),
            os.getpid(),
            self._describe,
        )
        self._actor.state.keep_closed(config.daemon.keep_closed_days)
        self._installed = known_config_dirs()
        self._registry = RegistryWatch(self._installed, self._actor)
        self._backups = DayBackups(self._database)
        self._indexer = Indexer(
            self._database, self._installed, self._actor, self._backups.note_written
        )
        self._waiting = WaitingWatch(self._actor)
        self._actor.heeding = self._heed

    async def run(self) -> None:
        """Start, serve and stop."""
        with closing(self._actor.poller):
            await self._live()

    async def _live(self) -> None:
        actor = self._actor
        listening = self._instance.listen()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._obey_signals)
            tasks.start_soon(actor.run)
            tasks.start_soon(self._journal.run, self._deliver, actor.recall, actor.tell_alerts)
            tasks.start_soon(self._ask_ledger_again)
            tasks.start_soon(self._feed_watchdog)
            async with anyio.create_task_group() as sources:
                sources.start_soon(self._watch_processes, sources)
                await sources.start(SpoolWatch(paths.spool_dir(self._instance.path), actor).run)
                self._follow_registries()
                await sources.start(self._registry.run)
                await actor.after_turn()
                sources.start_soon(listen, listening, actor, tasks)
                sources.start_soon(self._indexer.run)
                sources.start_soon(self._waiting.run)
                sources.start_soon(self._beat)
                sources.start_soon(self._leave_when_idle)
                sources.start_soon(self._leave_when_asked)
                self._say_ready()
                await self._stop.wait()
                sources.cancel_scope.cancel()
            await self._end(listening, tasks)
            tasks.cancel_scope.cancel()

    def _say_ready(self) -> None:
        gc.collect()
        gc.freeze()
        self._notifier.tell("READY=1", f"STATUS=Listening on {self._instance.path}")
        descriptor = os.environ.pop(READY_FD_VARIABLE, "")
        if descriptor.isdigit():
            with suppress(OSError):
                os.write(int(descriptor), b"READY\n")
                os.close(int(descriptor))
        _log.info("Listening on %s.", self._instance.path)

    async def _end(self, listening: socket.socket, tasks: TaskGroup) -> None:
        """Answer what was asked by now, have it written, and say goodbye."""
        _log.info("Stopping: %s.", self._stop_reason)
        self._notifier.tell("STOPPING=1")
        actor = self._actor
        with suppress(OSError):
            accept_waiting(listening, actor, tasks)
        for connection in actor.connections:
            connection.take_sent()
        await actor.after_turn()
        actor.refuse_from_now()
        with anyio.move_on_after(SETTLE_SECONDS):
            await actor.settle()
        self._backups.finish()
        actor.close_journal()
        await self._journal.flush_and_close(FLUSH_SECONDS)
        with anyio.move_on_after(GOODBYE_SECONDS):
            await actor.say_goodbye(self._stop_reason)

    def _deliver(self, results: list[tuple[Ticket, LedgerResult]]) -> None:
        self._actor.deliver(results)
        if any(isinstance(result, UsageAdded | UserFieldsKept) for _, result in results):
            self._backups.note_written()

    def _heed(self, changes: list[Change]) -> None:
        self._indexer.heed(changes)
        self._waiting.heed(changes)

    def request_stop(self, reason: str) -> None:
        """End in good order."""
        if not self._stop.is_set():
            self._stop_reason = reason
            self._stop.set()

    async def _obey_signals(self) -> None:
        with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT, signal.SIGHUP) as signals:
            async for number in signals:
                if number == signal.SIGHUP:
                    self._reload()
                else:
                    self.request_stop(f"received {signal.Signals(number).name}")

    def _reload(self) -> None:
        """Read the configuration again; a broken one is told and changes nothing."""
        try:
            config = configuration.load()
        except ConfigError as error:
            _log.error("The configuration stays as it was: %s", error)
            self._actor.counts.last_error = self._config_error = str(error)
            return
        if self._actor.counts.last_error == self._config_error:
            self._actor.counts.last_error = None
        self._config_error = None
        if config.daemon.durability != self._config.daemon.durability:
            _log.warning("`daemon.durability` takes effect at the next start.")
        if config.display.timezone != self._config.display.timezone:
            _log.warning("`display.timezone` takes effect at the next start.")
        if not _same_in_ledger(config, self._config):
            _log.warning("Alerts about usage and `display.week_start` change at the next start.")
        self._config = config
        self._actor.state.wanted_alerts = config.alerts
        self._actor.state.keep_closed(config.daemon.keep_closed_days)
        self._waiting.configured()
        log.configure(config.daemon.log_level)
        self._actor.signals.occupation_changed.set()
        self._installed = known_config_dirs()
        self._follow_registries()
        _log.info("Read the configuration again.")

    async def _ask_ledger_again(self) -> None:
        """While the ledger refuses to keep or tell something, ask it again now and then."""
        actor = self._actor
        while True:
            await actor.signals.ledger_refused.wait()
            actor.signals.ledger_refused = anyio.Event()
            with anyio.move_on_after(ASK_AGAIN_SECONDS):
                await self._stop.wait()
                await anyio.sleep(INSIST_SECONDS)
            actor.observe(State.ask_again)

    async def _watch_processes(self, tasks: TaskGroup) -> None:
        actor, registry = self._actor, self._registry
        watch = ProcessWatch(tasks, registry.process_ended)
        while True:
            await actor.signals.processes_changed.wait()
            actor.signals.processes_changed = anyio.Event()
            self._follow_registries()
            watch.watch_exactly(actor.state.processes.keys() - registry.foreign.keys())

    def _follow_registries(self) -> None:
        """Follow what hooks have named, beside what is known without them."""
        named = [config_dir(name) for name in self._actor.state.config_dirs]
        self._registry.follow_also((*self._installed, *named))
        for folder in (*self._installed, *named):
            self._indexer.add_config_dir(folder)

    async def _beat(self) -> None:
        """A heartbeat, while somebody subscribes."""
        actor = self._actor
        while True:
            await actor.signals.subscribed.wait()
            actor.signals.subscribed = anyio.Event()
            while actor.publisher.subscribers:
                await anyio.sleep(self._heartbeat_seconds)
                actor.observe(actor.heartbeat)

    async def _feed_watchdog(self) -> None:
        interval = watchdog_interval_seconds()
        if interval is None:
            return
        while True:
            await self._actor.after_turn()
            self._notifier.tell("WATCHDOG=1", f"STATUS={self._summary()}")
            await anyio.sleep(interval)

    async def _leave_when_idle(self) -> None:
        """Without systemd, which would start us again at need, an unused daemon leaves."""
        if self._notifier.under_systemd or handed_over_path() is not None:
            return
        minutes = await idle_for(
            self._actor, lambda: self._config.daemon.idle_exit_minutes, self._minute_seconds
        )
        self.request_stop(f"idle for {minutes} min")

    async def _leave_when_asked(self) -> None:
        await self._actor.signals.stopping.wait()
        self.request_stop("asked to")

    def _summary(self) -> str:
        sessions = self._actor.state.sessions.values()
        waiting = sum(1 for s in sessions if s.status in ("attention", "question"))
        return f"{len(sessions)} sessions, {waiting} waiting for a person"

    def _describe(self, actor: Actor) -> ServerStatusResult:
        return server_status(
            actor,
            started_ms=self._started_ms,
            socket=self._instance.path,
            database=self._database,
            ledger_error=self._journal.last_error,
            watching=self._registry.folders,
            indexing=self._indexer.status,
        )


def _same_in_ledger(one: configuration.Config, other: configuration.Config) -> bool:
    """What the ledger's writer was told when it was opened is the same in both."""
    told = [
        (
            each.display.week_start,
            each.alerts.burn_usd_per_hour,
            each.alerts.session_usd,
            each.alerts.unpriced_model,
            each.alerts.anomaly,
        )
        for each in (one, other)
    ]
    return told[0] == told[1]
