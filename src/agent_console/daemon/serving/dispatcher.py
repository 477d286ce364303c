"""What becomes of a request: when it is carried out, by whom, and how it is answered.

Rule: a client's answers keep the order of its requests. Called by the actor only, within its turn.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import anyio
from msgspec import UNSET, Struct

from agent_console.daemon.serving.connection import Connection
from agent_console.daemon.serving.counts import Counts
from agent_console.daemon.serving.publisher import Publisher
from agent_console.daemon.serving.signals import Signals
from agent_console.daemon.state.encoded_sessions import EncodedSessions
from agent_console.daemon.state.machine import State, StateRequest
from agent_console.daemon.state.outcome import Change, Failure, Outcome
from agent_console.errors import ProtocolError
from agent_console.model.session import Session, Status
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
    ServerStatusResult,
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

INTERNAL = "The daemon failed on this request and changed nothing: its log says why."
MAX_UNSENT_BYTES = 1024 * 1024
"""A client's further requests wait while it has more than this to read."""


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


class Dispatcher:
    """Takes requests to the rules, and answers back to who asked.

    Attributes:
        changes: What subscribers are to be told at the end of this turn.
        entries: What the ledger is to be asked at the end of this turn.
        accepting: Requests are carried out; otherwise answered with `shutting_down`.
    """

    def __init__(
        self,
        state: State,
        publisher: Publisher,
        *,
        encoded: EncodedSessions,
        counts: Counts,
        signals: Signals,
        epoch: str,
        pid: int,
        describe: Callable[[], ServerStatusResult],
    ) -> None:
        """Serve what clients ask.

        Args:
            state: The rules.
            publisher: Tells subscribers.
            encoded: Sessions as bytes, shared with the publisher.
            counts: What is counted for STATUS.
            signals: What other tasks wait for.
            epoch: The identity of this boot.
            pid: This process.
            describe: The answer to STATUS.
        """
        self.changes: list[Change] = []
        self.entries: list[tuple[Ticket, LedgerEntry]] = []
        self.accepting = True
        self._state = state
        self._rules = state.rules
        self._publisher = publisher
        self._encoded = encoded
        self._counts = counts
        self._signals = signals
        self._epoch = epoch
        self._pid = pid
        self._describe = describe

    # ---- requests ------------------------------------------------------------------------

    def feed(self, connection: Connection, data: bytes, at_ms: int) -> None:
        """Carry out what a client has sent; the path of every SET and GET, so it calls little."""
        requests: Sequence[Request | ProtocolError] | None = None
        if connection.between_lines and data[-1:] == b"\n":
            requests = codec.decode_requests(data)
        if requests is None:
            requests = self._each_by_itself(connection, data)
        self._counts.requests += len(requests)
        if not self.accepting:
            requests = list(map(_too_late, requests))
        waiting = iter(requests)
        if not (connection.queue or connection.in_flight or connection.backlog):
            self._until_one_waits(connection, waiting, at_ms)
        for request in waiting:
            self._in_order(connection, request, at_ms)

    def _each_by_itself(
        self, connection: Connection, data: bytes
    ) -> Sequence[Request | ProtocolError]:
        """The requests that these bytes complete; what is none comes as why it is none."""
        refused_before = connection.refused
        requests = [self._decoded_line(line) for line in connection.lines(data) if line]
        if connection.refused and not refused_before:
            self._counts.bad_lines += 1
            message = (
                f"A line may have {MAX_LINE_BYTES >> 20} MiB, a HOOK "
                f"{MAX_HOOK_LINE_BYTES >> 20} MiB: send less at once."
            )
            requests.append(ProtocolError("frame_too_large", message))
        return requests

    def _decoded_line(self, line: bytes) -> Request | ProtocolError:
        try:
            return codec.decode_request(line)
        except ProtocolError as error:
            self._counts.bad_lines += 1
            return error

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

    def proceed(self, connection: Connection, at_ms: int) -> None:
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
        self._until_one_waits(connection, iter((request,)), at_ms)

    def _until_one_waits(self, connection: Connection, requests: Iterator[Any], at_ms: int) -> None:
        """Carry out requests until the ledger has to answer one, or there is much to read."""
        rules, outgoing = self._rules, connection.outgoing
        for request in requests:
            rule = rules.get(request.__class__)
            if rule is None:
                self._about_the_daemon(connection, request, at_ms)
                return
            try:
                outcome = rule(request, at_ms)
            except Exception as error:  # noqa: BLE001 - whatever a rule raises, the daemon lives
                outcome = self._failed(error)
            if outcome.ledger or outcome.processes_changed:
                self.carry_out(outcome, connection, request.id)
                return
            if outcome.changes:
                self.changes += outcome.changes
            self._answer(connection, request.id, outcome.answer)
            if len(outgoing) > MAX_UNSENT_BYTES:
                return

    def _about_the_daemon(
        self, connection: Connection, request: Request | ProtocolError, at_ms: int
    ) -> None:
        """What is about the daemon itself, not about sessions."""
        signals = self._signals
        match request:
            case ProtocolError():
                self._refuse(connection, request)
            case Subscribe():
                answer, missed = self._publisher.subscribe(connection, request)
                self._answer(connection, request.id, answer)
                self._publisher.tell(connection, missed)
                signals.subscribed.set()
                signals.occupation_changed.set()
            case Ping():
                pong = Pong(
                    pong=True,
                    version=PROTOCOL_VERSION,
                    server=__version__,
                    epoch=self._epoch,
                    pid=self._pid,
                )
                self._answer(connection, request.id, pong)
            case Unsubscribe():
                self._publisher.forget(connection)
                signals.occupation_changed.set()
                self._answer(connection, request.id, Unsubscribed(unsubscribed=True))
            case ServerStatus():
                outcome = self.guarded(lambda: Outcome(self._describe()))
                self.carry_out(outcome, connection, request.id)
            case Dump():
                outcome = self.guarded(lambda: Outcome(self._state.dump(self._epoch, at_ms)))
                self.carry_out(outcome, connection, request.id)
            case Stop():
                self._stop(connection, request)
            case _:
                raise AssertionError(request)

    def _stop(self, connection: Connection, request: Stop) -> None:
        working = sum(1 for s in self._state.sessions.values() if s.status is Status.WORKING)
        if working and not request.force:
            plural = "sessions are" if working > 1 else "session is"
            message = f"{working} {plural} working: send `force` to stop all the same."
            self._answer(connection, request.id, Failure("conflict", message))
            return
        self._answer(connection, request.id, Stopping(stopping=True))
        self._signals.stopping.set()

    # ---- outcomes ------------------------------------------------------------------------

    def guarded(self, rule: Callable[..., Outcome], *args: Any) -> Outcome:
        """A rule's outcome; one that raises has changed nothing and is answered so."""
        try:
            return rule(*args)
        except Exception as error:  # noqa: BLE001 - whatever a rule raises, the daemon lives
            return self._failed(error)

    def _failed(self, error: Exception) -> Outcome:
        self._counts.note_failure(error, "A rule failed; nothing was changed.")
        return Outcome(Failure("internal", INTERNAL))

    def carry_out(
        self,
        outcome: Outcome,
        connection: Connection | None = None,
        request_id: str | int | None = None,
        *,
        own: OwnRequest | None = None,
    ) -> None:
        """Do what a rule says, and answer who asked, now or when the ledger has."""
        if outcome.changes:
            self.changes.extend(outcome.changes)
        if outcome.processes_changed:
            self._signals.processes_changed.set()
        waits = outcome.waits
        for entry in outcome.ledger:
            ticket = Ticket(entry, connection, request_id, own) if waits else Ticket(entry)
            waits = False
            self.entries.append((ticket, entry))
        if own is not None and not outcome.waits:
            own.settle(outcome.answer)
        if connection is None:
            return
        if outcome.waits:
            connection.in_flight += 1
            if isinstance(outcome.ledger[0], AddUsage):
                self._counts.upserts += 1
        else:
            self._answer(connection, request_id, outcome.answer)

    def deliver(self, ticket: Ticket, result: LedgerResult, at_ms: int) -> None:
        """The ledger has answered: so is who waits for it."""
        if isinstance(result, UsageAdded) and result.usage is None and not result.set_aside:
            self._counts.duplicates += 1
        try:
            outcome = self._state.committed(ticket.entry, result, at_ms)
        except Exception as error:  # noqa: BLE001 - whatever a rule raises, the daemon lives
            outcome = self._failed(error)
        if outcome.changes:
            self.changes += outcome.changes
        if isinstance(result, LedgerRefusal) and not isinstance(ticket.entry, AddUsage):
            self._refused(ticket.entry, result)
        if ticket.own is not None:
            ticket.own.settle(outcome.answer)
        connection = ticket.connection
        if connection is None:
            return
        self._answer(connection, ticket.request_id, outcome.answer)
        connection.in_flight -= 1
        if connection.queue:
            self.proceed(connection, at_ms)
        else:
            connection.resume()

    def _refused(self, entry: LedgerEntry, refusal: LedgerRefusal) -> None:
        """The ledger did not keep or tell something: what nobody waits for is tried again."""
        counts = self._counts
        if refusal.retryable:
            self._signals.ledger_refused.set()
        if isinstance(entry, KeepUserFields) and counts.last_error != refusal.message:
            counts.last_error = refusal.message
            again = "It is tried again." if refusal.retryable else "It is not kept."
            _log.warning("What was written on a session: %s %s", refusal.message, again)

    # ---- answers -------------------------------------------------------------------------

    def _answer(self, connection: Connection, request_id: str | int | None, data: Any) -> None:
        if type(data) is Session:
            if data.history is not UNSET or self._publisher.subscribers:
                data = self._encoded.of(data)  # it is asked for again, or told as well
        elif type(data) is Failure:
            line = codec.encode_refusal(
                request_id, data.code, data.message, retryable=data.retryable
            )
            connection.write(line)
            return
        outgoing = connection.outgoing
        try:
            codec.append_success(outgoing, request_id, data)
        except Exception as error:  # noqa: BLE001 - the wall around what a client may ask
            del outgoing[outgoing.rfind(b"\n") + 1 :]
            self._counts.note_failure(error, "An answer could not be written.")
            connection.write(codec.encode_refusal(request_id, "internal", INTERNAL))

    def _refuse(self, connection: Connection, error: ProtocolError) -> None:
        code = cast("ErrorCode", error.code)
        retryable = code == "shutting_down"
        line = codec.encode_refusal(error.request_id, code, str(error), retryable=retryable)
        connection.write(line)


def _too_late(request: Request | ProtocolError) -> ProtocolError:
    if isinstance(request, ProtocolError):
        return request
    message = "The daemon is stopping: try again in a moment."
    return ProtocolError("shutting_down", message, request.id)
