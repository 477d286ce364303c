"""The one task that owns the state.

Rule: nothing else reads or writes the tables, and a turn never waits, so there are no locks. Each
turn takes all that has arrived since the last one, applies it in order, writes every answer
straight to its socket, hands the ledger's entries over in one batch, and tells subscribers.
"""

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable
from typing import TypeAlias

import anyio

from agent_console.daemon.journal import Journal, Recalled
from agent_console.daemon.serving.bell import Bell
from agent_console.daemon.serving.connection import Connection, flush_all
from agent_console.daemon.serving.counts import Counts
from agent_console.daemon.serving.dispatcher import Dispatcher, OwnRequest, Ticket
from agent_console.daemon.serving.poller import Poller
from agent_console.daemon.serving.publisher import Publisher
from agent_console.daemon.serving.signals import Signals
from agent_console.daemon.state.encoded_sessions import EncodedSessions
from agent_console.daemon.state.machine import State, StateRequest
from agent_console.daemon.state.outcome import Change, Outcome
from agent_console.model.usage import Alert
from agent_console.protocol.messages import ServerStatusResult
from agent_console.usage.entries import LedgerResult

LAG_SAMPLES = 1_024

Observation: TypeAlias = Callable[[State, int], Outcome]
"""What a watcher has seen: a rule to apply at a time."""


class Actor:
    """Owns the state, the subscribers and the turn.

    Attributes:
        state: The tables. Only this task touches them.
        epoch: The identity of this boot; sequence numbers count within it.
        counts: What STATUS counts.
        signals: What other tasks wait for.
        connections: Everybody who is connected; the listener adds and takes away.
        publisher: Tells subscribers.
        poller: Says when clients have sent something, and has the turn taken for it.
        changed_at: When the state last changed, by `time.perf_counter`.
        heeding: Told of the changes of each turn, beside subscribers; must not wait.
    """

    def __init__(
        self,
        state: State,
        journal: Journal[Ticket],
        epoch: str,
        pid: int,
        describe: Callable[["Actor"], ServerStatusResult],
    ) -> None:
        self.state = state
        self.epoch = epoch
        self.counts = Counts()
        self.signals = Signals()
        self.connections: set[Connection] = set()
        self.heeding: Callable[[list[Change]], object] = len
        self.changed_at = 0.0
        self._journal = journal
        self._inbox: list[tuple[Connection | None, bytes, Observation | OwnRequest | None]] = []
        self._results: list[tuple[Ticket, LedgerResult]] = []
        self._recalled: list[Recalled] = []
        self._drained: list[Connection] = []
        self._held: list[Connection] = []
        self._bell = Bell()
        self.poller = Poller(self._take_turn, lambda: not journal.backlog)
        self._woken_at = 0.0
        self._lags: deque[float] = deque(maxlen=LAG_SAMPLES)
        encoded = EncodedSessions()
        self.publisher = Publisher(state, epoch, encoded, self.drained)
        self._dispatcher = Dispatcher(
            state,
            self.publisher,
            encoded=encoded,
            counts=self.counts,
            signals=self.signals,
            epoch=epoch,
            pid=pid,
            describe=lambda: describe(self),
        )
        self._writing = True
        self._turn_done: anyio.Event | None = None

    # ---- what others hand in ---------------------------------------------------------------

    def receive(self, connection: Connection, data: bytes) -> None:
        """Bytes from a client, to be applied in the next turn; none means that it sends no more."""
        self._inbox.append((connection, data, None))

    def observe(self, observation: Observation) -> None:
        """Something a watcher has seen."""
        self._inbox.append((None, b"", observation))
        self._awake()

    def ask(self, request: StateRequest) -> OwnRequest:
        """Something to be carried out like a client's request, in order with all else."""
        own = OwnRequest(request)
        self._inbox.append((None, b"", own))
        self._awake()
        return own

    def deliver(self, results: Iterable[tuple[Ticket, LedgerResult]]) -> None:
        """Answers of the ledger."""
        self._results.extend(results)
        self._awake()

    def recall(self, recalled: Recalled) -> None:
        """What the ledger holds, read late or of another one; comes before any later answer."""
        self._recalled.append(recalled)
        self._awake()

    def drained(self, connection: Connection) -> None:
        """A client that was behind has read all that was sent to it."""
        self._drained.append(connection)
        self._awake()

    def tell_alerts(self, alerts: tuple[Alert, ...]) -> None:
        """Alerts that subscribers have to hear."""
        self.observe(lambda state, _: state.take_alerts(alerts))

    def _awake(self) -> None:
        if self._bell.ring():
            self._woken_at = time.perf_counter()

    # ---- the turn --------------------------------------------------------------------------

    async def run(self) -> None:
        """Take turns for ever."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self.poller.run)
            while True:
                await self._bell.heard()
                self._take_turn(self._woken_at)

    async def _turned(self) -> None:
        """Wait for the end of a turn."""
        if self._turn_done is None:
            self._turn_done = anyio.Event()
        await self._turn_done.wait()

    async def after_turn(self) -> None:
        """Wait until everything that was handed in by now has been applied and written."""
        self._awake()
        await self._turned()

    async def settle(self) -> None:
        """Wait until all that was asked by now has been answered, and what was written kept."""
        await self.after_turn()
        while self.state.unkept or any(connection.owed for connection in self.connections):
            await self._turned()

    def _take_turn(self, woken_at: float) -> float:
        """Take a turn for what has been there since then; when it is done."""
        self._turn(woken_at)
        done, self._turn_done = self._turn_done, None
        if done is not None:
            done.set()
        done_at = time.perf_counter()
        self._lags.append(done_at - woken_at)
        return done_at

    def _turn(self, woken_at: float) -> None:
        at_ms = time.time_ns() // 1_000_000
        dispatcher = self._dispatcher
        if self._recalled or self._results or self._held or self._drained:
            drained = self._take_up(at_ms)
        else:
            drained = []
        inbox, self._inbox = self._inbox, []
        answered: list[Connection] = []
        for connection, data, own in inbox:
            if connection is not None:
                if data:
                    dispatcher.feed(connection, data, at_ms)
                    answered.append(connection)
                else:
                    connection.ended = True
                    connection.resume()
            elif isinstance(own, OwnRequest):
                outcome = dispatcher.guarded(self.state.apply, own.request, at_ms)
                dispatcher.carry_out(outcome, own=own)
            elif own is not None:
                dispatcher.carry_out(dispatcher.guarded(own, self.state, at_ms))
        self._flush(answered)  # not before: each answer wakes a client, which costs us time
        if dispatcher.entries:
            entries, dispatcher.entries = dispatcher.entries, []
            if self._writing:  # afterwards only questions of our own come, which can wait
                self._journal.submit(entries)
        if dispatcher.changes:
            changes, dispatcher.changes = dispatcher.changes, []
            self.changed_at = woken_at
            self.publisher.publish(changes)
            self.heeding(changes)
        for behind in drained:
            self.publisher.catch_up(behind)
        if self._held:
            self._awake()

    def _take_up(self, at_ms: int) -> list[Connection]:
        """What had to wait: for the ledger, or for a client to read. Who has read all by now."""
        dispatcher, state = self._dispatcher, self.state
        recalled, self._recalled = self._recalled, []
        for each in recalled:
            rule = state.ledger_replaced if each.replaces else state.recall_user_fields
            dispatcher.carry_out(dispatcher.guarded(rule, each.user_fields, at_ms))
        results, self._results = self._results, []
        answered: dict[Connection, None] = {}
        for ticket, result in results:
            dispatcher.deliver(ticket, result, at_ms)
            if ticket.connection is not None:
                answered[ticket.connection] = None
        held, self._held = self._held, []
        drained, self._drained = self._drained, []
        for waiting in (*held, *drained):
            dispatcher.proceed(waiting, at_ms)
            answered[waiting] = None
        self._flush(answered)
        return drained

    def _flush(self, answered: Collection[Connection]) -> None:
        flush_all(answered)
        for connection in answered:
            if connection.queue and not connection.in_flight and not connection.backlog:
                self._held.append(connection)

    # ---- the end -----------------------------------------------------------------------------

    def refuse_from_now(self) -> None:
        """Answer whatever comes from now on with `shutting_down`."""
        self._dispatcher.accepting = False

    def close_journal(self) -> None:
        """Hand nothing to the journal from now on."""
        self._writing = False

    async def say_goodbye(self, reason: str) -> None:
        """Tell subscribers that the daemon stops on purpose, each when it has read all else."""
        self.publisher.say_goodbye(reason)
        await self.after_turn()
        while any(c.backlog or c.queue for c in self.connections if c.open):
            await self._turned()

    def heartbeat(self, _: State, at_ms: int) -> Outcome:
        """Tell each subscriber that it still hears everything."""
        self.publisher.heartbeat(at_ms)
        return Outcome()

    # ---- for STATUS --------------------------------------------------------------------------

    @property
    def occupied(self) -> bool:
        """Whether there are open sessions or subscribers."""
        return bool(self.publisher.subscribers) or any(
            not session.closed for session in self.state.sessions.values()
        )

    @property
    def loop_lag_p99_ms(self) -> float:
        """How long what arrived waited for the end of its turn, at the 99th percentile."""
        lags = sorted(self._lags)
        return round(lags[int(len(lags) * 0.99)] * 1000, 3) if lags else 0.0
