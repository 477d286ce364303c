"""The one task that owns the state.

Rule: nothing else reads or writes the tables, so there are no locks. Each turn takes all that has
arrived since the last one, applies it in order, hands the ledger's entries over in one batch, tells
subscribers, and writes every answer straight to its socket.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, cast

import anyio
from msgspec import Struct

from agent_console.daemon.bell import Bell
from agent_console.daemon.connection import Connection
from agent_console.daemon.counts import Counts
from agent_console.daemon.encoded_sessions import EncodedSessions
from agent_console.daemon.journal import Journal, Recalled
from agent_console.daemon.outcome import Change, Failure, Outcome
from agent_console.daemon.publisher import Publisher
from agent_console.daemon.state import State, StateRequest
from agent_console.errors import ProtocolError
from agent_console.model.session import Session
from agent_console.protocol import codec
from agent_console.protocol.messages import (
    MAX_HOOK_LINE_BYTES,
    MAX_LINE_BYTES,
    PROTOCOL_VERSION,
    Dump,
    ErrorCode,
    Ping,
    Pong,
    Request,
    ServerStatus,
    Stop,
    Stopping,
    Subscribe,
    Unsubscribe,
    Unsubscribed,
    Upsert,
)
from agent_console.usage.entries import (
    AddUsage,
    KeepUserFields,
    LedgerEntry,
    LedgerRefusal,
    LedgerResult,
    UsageAdded,
)
from agent_console.version import __version__

_log = logging.getLogger(__name__)

LAG_SAMPLES = 1_024
INTERNAL = "The daemon failed on this request and changed nothing: its log says why."
MAX_UNSENT_BYTES = 1024 * 1024
"""A client's further requests wait while it has more than this to read."""

_ABOUT_THE_DAEMON = frozenset(
    (ProtocolError, Subscribe, Ping, Unsubscribe, ServerStatus, Dump, Stop)
)
"""Answered here; every other request is the state's."""

Observation = Callable[[State, int], Outcome]
"""What a watcher has seen: a rule to apply at a time."""


class OwnRequest:
    """A request of the daemon itself, for somebody who is not there any more.

    Attributes:
        request: What is asked.
        done: Set when it was carried out, durably where that matters.
        answer: Then: what a client would have been answered.
    """

    def __init__(self, request: StateRequest) -> None:
        self.request: StateRequest = request
        self.done = anyio.Event()
        self.answer: Any = None

    def settle(self, answer: Any) -> None:
        """It was carried out."""
        self.answer = answer
        self.done.set()


class Ticket(Struct, frozen=True):
    """Who waits for the ledger's answer to an entry; nobody, when there is no connection."""

    entry: LedgerEntry
    connection: Connection | None = None
    request_id: str | int | None = None
    own: OwnRequest | None = None


class Actor:
    """Owns the state, the subscribers and the turn.

    Attributes:
        state: The tables. Only this task touches them.
        epoch: The identity of this boot; sequence numbers count within it.
        stopping: Set when a client asked the daemon to end.
        processes_changed: Set in a turn after which other processes are to be watched.
        publisher: Tells subscribers.
        changed_at: When the state last changed, by `time.perf_counter`.
        occupation_changed: Set when subscribers come or go.
        heeding: Told of the changes of each turn, beside subscribers; must not wait.
        ledger_refused: Set when the ledger is to be asked again what nobody waits for.
    """

    def __init__(
        self,
        state: State,
        journal: Journal[Ticket],
        epoch: str,
        pid: int,
        describe: Callable[["Actor"], Any],
    ) -> None:
        self.state = state
        self.epoch = epoch
        self.counts = Counts()
        self.connections: set[Connection] = set()
        self.stopping = anyio.Event()
        self.processes_changed = anyio.Event()
        self.occupation_changed = anyio.Event()
        self.subscribed = anyio.Event()
        self.heeding: Callable[[list[Change]], object] = len
        self.ledger_refused = anyio.Event()
        self.last_error: str | None = None
        self._describe = describe
        self._pid = pid
        self._journal = journal
        self._inbox: list[tuple[Connection | None, bytes | Observation | OwnRequest]] = []
        self._results: list[tuple[Ticket, LedgerResult]] = []
        self._recalled: list[Recalled] = []
        self._drained: list[Connection] = []
        self._held: list[Connection] = []
        self._bell = Bell()
        self._woken_at = 0.0
        self.changed_at = 0.0
        self._encoded = EncodedSessions()
        self._lags: deque[float] = deque(maxlen=LAG_SAMPLES)
        self._changes: list[Change] = []
        self._entries: list[tuple[Ticket, LedgerEntry]] = []
        self._touched: dict[Connection, None] = {}
        self.publisher = Publisher(state, epoch, self.connections, self._touch, self.drained)
        self._accepting = True
        self._writing = True
        self._turn_done: anyio.Event | None = None

    # ---- what others hand in ---------------------------------------------------------------

    def receive(self, connection: Connection, data: bytes) -> None:
        """Bytes from a client; none means that it sends no more."""
        self._inbox.append((connection, data))
        self._awake()

    def observe(self, observation: Observation) -> None:
        """Something a watcher has seen."""
        self._inbox.append((None, observation))
        self._awake()

    def ask(self, request: StateRequest) -> OwnRequest:
        """Something to be carried out like a client's request, in order with all else."""
        own = OwnRequest(request)
        self._inbox.append((None, own))
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

    def _touch(self, connection: Connection) -> None:
        self._touched[connection] = None

    def _awake(self) -> None:
        if self._bell.ring():
            self._woken_at = time.perf_counter()

    # ---- the turn --------------------------------------------------------------------------

    async def run(self) -> None:
        """Take turns for ever."""
        while True:
            await self._bell.heard()
            woken_at = self._woken_at
            self._turn()
            self._lags.append(time.perf_counter() - woken_at)
            done, self._turn_done = self._turn_done, None
            if done is not None:
                done.set()

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

    def _turn(self) -> None:
        at_ms = time.time_ns() // 1_000_000
        recalled, self._recalled = self._recalled, []
        for each in recalled:
            rule = self.state.ledger_replaced if each.replaces else self.state.recall_user_fields
            self._carry_out(self._guarded(rule, each.user_fields, at_ms))
        results, self._results = self._results, []
        for ticket, result in results:
            self._deliver(ticket, result, at_ms)
        held, self._held = self._held, []
        drained, self._drained = self._drained, []
        for waiting in (*held, *drained):
            self._proceed(waiting, at_ms)
        inbox, self._inbox = self._inbox, []
        for connection, item in inbox:
            if connection is None:
                if isinstance(item, OwnRequest):
                    outcome = self._guarded(self.state.apply, item.request, at_ms)
                    self._carry_out(outcome, own=item)
                elif not isinstance(item, bytes):
                    self._carry_out(self._guarded(item, self.state, at_ms))
            elif isinstance(item, bytes):
                self._feed(connection, item, at_ms)
        if self._entries:
            entries, self._entries = self._entries, []
            if self._writing:  # afterwards only questions of our own come, which can wait
                self._journal.submit(entries)
        if self._changes:
            changes, self._changes = self._changes, []
            self.changed_at = self._woken_at
            self.publisher.publish(changes)
            self.heeding(changes)
        for behind in drained:
            self.publisher.catch_up(behind)
        touched, self._touched = self._touched, {}
        for connection in touched:
            connection.flush()
            if connection.queue and not connection.unsent and not connection.in_flight:
                self._held.append(connection)
        if self._held:
            self._awake()

    def _feed(self, connection: Connection, data: bytes, at_ms: int) -> None:
        if not data:
            connection.ended = True
            connection.resume()
            return
        refused_before = connection.refused
        decode = codec.decode_request
        for line in connection.lines(data):
            if not line:
                continue
            self.counts.requests += 1
            request: Request | ProtocolError
            try:
                request = good = decode(line)
            except ProtocolError as error:
                self.counts.bad_lines += 1
                request = error
            else:
                if not self._accepting:
                    message = "The daemon is stopping: try again in a moment."
                    request = ProtocolError("shutting_down", message, good.id)
            self._in_order(connection, request, at_ms)
        if connection.refused and not refused_before:
            self.counts.bad_lines += 1
            message = (
                f"A line may have {MAX_LINE_BYTES >> 20} MiB, a HOOK "
                f"{MAX_HOOK_LINE_BYTES >> 20} MiB: send less at once."
            )
            self._in_order(connection, ProtocolError("frame_too_large", message), at_ms)

    def _in_order(
        self, connection: Connection, request: Request | ProtocolError, at_ms: int
    ) -> None:
        # Answers keep their order: what comes after an entry of the ledger waits for it. UPSERTs
        # do not wait for each other; the ledger answers them in order. Nor is anything answered
        # to a client that has much to read still.
        if (
            connection.queue
            or connection.unsent > MAX_UNSENT_BYTES
            or (connection.in_flight and not isinstance(request, Upsert))
        ):
            connection.queue.append(request)
        else:
            self._request(connection, request, at_ms)

    def _proceed(self, connection: Connection, at_ms: int) -> None:
        """Carry out what had to wait, as far as it need not wait any longer."""
        queue = connection.queue
        while (
            queue
            and connection.unsent <= MAX_UNSENT_BYTES
            and (not connection.in_flight or isinstance(queue[0], Upsert))
        ):
            self._request(connection, queue.popleft(), at_ms)
        connection.resume()

    def _request(
        self, connection: Connection, request: Request | ProtocolError, at_ms: int
    ) -> None:
        """Carry out one request; the path of every SET and GET, so it calls little."""
        if type(request) in _ABOUT_THE_DAEMON:
            self._about_the_daemon(connection, request, at_ms)
            return
        asked: Any = request
        try:
            outcome = self.state.apply(asked, at_ms)
        except Exception as error:  # noqa: BLE001 - whatever a rule raises, the daemon lives
            outcome = self._failed(error)
        if outcome.ledger or outcome.processes_changed:
            self._carry_out(outcome, connection, asked.id)
            return
        if outcome.changes:
            self._changes += outcome.changes
        self._answer(connection, asked.id, outcome.answer)

    def _about_the_daemon(
        self, connection: Connection, request: Request | ProtocolError, at_ms: int
    ) -> None:
        """What is about the daemon itself, not about sessions."""
        match request:
            case ProtocolError():
                self._refuse(connection, request)
            case Subscribe():
                answer, missed = self.publisher.subscribe(connection, request)
                self._answer(connection, request.id, answer)
                self.publisher.tell(connection, missed)
                self.subscribed.set()
                self.occupation_changed.set()
            case Ping():
                pong = Pong(
                    pong=True,
                    version=PROTOCOL_VERSION,
                    server=__version__,
                    epoch=self.epoch,
                    pid=self._pid,
                )
                self._answer(connection, request.id, pong)
            case Unsubscribe():
                connection.subscription = None
                self.occupation_changed.set()
                self._answer(connection, request.id, Unsubscribed(unsubscribed=True))
            case ServerStatus():
                outcome = self._guarded(lambda: Outcome(self._describe(self)))
                self._carry_out(outcome, connection, request.id)
            case Dump():
                outcome = self._guarded(lambda: Outcome(self.state.dump(self.epoch, at_ms)))
                self._carry_out(outcome, connection, request.id)
            case Stop():
                self._stop(connection, request)
            case _:
                raise AssertionError(request)

    def _guarded(self, rule: Callable[..., Outcome], *args: Any) -> Outcome:
        """A rule's outcome; one that raises has changed nothing and is answered so."""
        try:
            return rule(*args)
        except Exception as error:  # noqa: BLE001 - whatever a rule raises, the daemon lives
            return self._failed(error)

    def _failed(self, error: Exception) -> Outcome:
        self.note_failure(error, "A rule failed; nothing was changed.")
        return Outcome(Failure("internal", INTERNAL))

    def note_failure(self, error: Exception, what: str) -> None:
        """Count a bug of ours, log it, and remember it for STATUS."""
        self.counts.internal_errors += 1
        self.last_error = f"{type(error).__name__}: {error}"
        _log.exception(what)

    def _carry_out(
        self,
        outcome: Outcome,
        connection: Connection | None = None,
        request_id: str | int | None = None,
        *,
        own: OwnRequest | None = None,
    ) -> None:
        if outcome.changes:
            self._changes.extend(outcome.changes)
        if outcome.processes_changed:
            self.processes_changed.set()
        waits = outcome.waits
        for entry in outcome.ledger:
            ticket = Ticket(entry, connection, request_id, own) if waits else Ticket(entry)
            waits = False
            self._entries.append((ticket, entry))
        if own is not None and not outcome.waits:
            own.settle(outcome.answer)
        if connection is None:
            return
        if outcome.waits:
            connection.in_flight += 1
            if isinstance(outcome.ledger[0], AddUsage):
                self.counts.upserts += 1
        else:
            self._answer(connection, request_id, outcome.answer)

    def _deliver(self, ticket: Ticket, result: LedgerResult, at_ms: int) -> None:
        if isinstance(result, UsageAdded) and result.usage is None and not result.set_aside:
            self.counts.duplicates += 1
        outcome = self._guarded(State.committed, self.state, ticket.entry, result, at_ms)
        if outcome.changes:
            self._changes.extend(outcome.changes)
        if isinstance(result, LedgerRefusal) and not isinstance(ticket.entry, AddUsage):
            self._refused(ticket.entry, result)
        if ticket.own is not None:
            ticket.own.settle(outcome.answer)
        connection = ticket.connection
        if connection is None:
            return
        self._answer(connection, ticket.request_id, outcome.answer)
        connection.in_flight -= 1
        self._proceed(connection, at_ms)

    def _refused(self, entry: LedgerEntry, refusal: LedgerRefusal) -> None:
        """The ledger did not keep or tell something: what nobody waits for is tried again."""
        if refusal.retryable:
            self.ledger_refused.set()
        if isinstance(entry, KeepUserFields) and self.last_error != refusal.message:
            self.last_error = refusal.message
            again = "It is tried again." if refusal.retryable else "It is not kept."
            _log.warning("What was written on a session: %s %s", refusal.message, again)

    # ---- answers and notifications -----------------------------------------------------------

    def _answer(self, connection: Connection, request_id: str | int | None, data: Any) -> None:
        if isinstance(data, Failure):
            line = codec.encode_refusal(
                request_id, data.code, data.message, retryable=data.retryable
            )
        else:
            try:
                if type(data) is Session:
                    data = self._encoded.of(data)
                line = codec.encode_success(request_id, data)
            except Exception as error:  # noqa: BLE001 - the wall around what a client may ask
                self.note_failure(error, "An answer could not be written.")
                line = codec.encode_refusal(request_id, "internal", INTERNAL)
        connection.send(line)
        self._touched[connection] = None

    def _refuse(self, connection: Connection, error: ProtocolError) -> None:
        code = cast("ErrorCode", error.code)
        retryable = code == "shutting_down"
        connection.send(
            codec.encode_refusal(error.request_id, code, str(error), retryable=retryable)
        )
        self._touched[connection] = None

    # ---- the end -----------------------------------------------------------------------------

    def _stop(self, connection: Connection, request: Stop) -> None:
        working = sum(1 for s in self.state.sessions.values() if s.status == "working")
        if working and not request.force:
            plural = "sessions are" if working > 1 else "session is"
            message = f"{working} {plural} working: send `force` to stop all the same."
            self._answer(connection, request.id, Failure("conflict", message))
            return
        self._answer(connection, request.id, Stopping(stopping=True))
        self.stopping.set()

    def refuse_from_now(self) -> None:
        """Answer whatever comes from now on with `shutting_down`."""
        self._accepting = False

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
        return self.publisher.subscriber_count > 0 or any(
            not session.closed for session in self.state.sessions.values()
        )

    @property
    def loop_lag_p99_ms(self) -> float:
        """How long what arrived waited for the end of its turn, at the 99th percentile."""
        lags = sorted(self._lags)
        return round(lags[int(len(lags) * 0.99)] * 1000, 3) if lags else 0.0
