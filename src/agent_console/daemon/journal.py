"""The journal: one thread that writes to the ledger, so that the actor never waits for a disk.

Rule: the thread and the event loop share three things only, a queue to the thread, a deque back
from it, and a byte through a socket pair that says there is something in the deque. The ledger
belongs to the thread once it runs.

The thread takes everything that waits and carries it out in one transaction: many waiting UPSERTs
share one commit, and the longer a commit takes, the more the next one carries.

The ledger itself notices when another is put in its place; who remembers what the earlier one held
is told so, before any later answer.

A ledger that cannot be opened stops nothing: each entry is answered as the ledger's own answers
in an outage are, and opening is tried again when entries come, at most once in RETRY_SECONDS.
What the person had written on sessions is then read late, and told before any later answer.
"""

import contextlib
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Generic, TypeAlias, TypeVar

import anyio
from msgspec import Struct

from agent_console.config import Config
from agent_console.daemon.wall_clock import seconds_until
from agent_console.errors import LedgerError
from agent_console.model.usage import Alert
from agent_console.usage.database.identity import LedgerIdentity
from agent_console.usage.database.progress import Tell
from agent_console.usage.entries import KeepUserFields, LedgerEntry, LedgerResult
from agent_console.usage.writing.ledger import Ledger
from agent_console.usage.writing.outages import answer_without_ledger

Ticket = TypeVar("Ticket")
"""What the caller knows its entry by; the journal only hands it back."""

_Handed: TypeAlias = "list[tuple[Ticket, LedgerResult]] | Recalled | AlertsTold"

Deliver: TypeAlias = Callable[[list[tuple[Ticket, LedgerResult]]], None]


class Recalled(Struct, frozen=True):
    """What the ledger holds, read after the start.

    Attributes:
        user_fields: What the person wrote on sessions.
        replaces: Another ledger is in the place of the one that was read before: what that held is
            no more. Otherwise it could not be read at the start.
    """

    user_fields: tuple[KeepUserFields, ...]
    replaces: bool


Recall: TypeAlias = Callable[[Recalled], None]


class AlertsTold(Struct, frozen=True):
    """Alerts that subscribers have to hear."""

    alerts: tuple[Alert, ...]


Alerted: TypeAlias = Callable[[tuple[Alert, ...]], None]

RETRY_SECONDS = 1.0


class Journal(Generic[Ticket]):
    """A writer thread on the ledger. `open` starts it.

    Attributes:
        path: The database.
        user_fields: What the person had written on sessions when the journal was opened; null
            when that could not be read.
        last_error: Why the ledger cannot be opened or the last batch failed; null when it is fine.
    """

    def __init__(self, path: Path, config: Config, tell: Tell | None) -> None:
        """Use `open`; this starts nothing."""
        self.path = path
        self.user_fields: tuple[KeepUserFields, ...] | None = None
        self.last_error: str | None = None
        self._config = config
        self._tell = tell
        self._ledger: Ledger | None = None
        self._told_of: LedgerIdentity | None = None
        self._tried_at = 0.0
        self._waiting: SimpleQueue[list[tuple[Ticket, LedgerEntry]] | None] = SimpleQueue()
        self._finished: deque[_Handed[Ticket] | None] = deque()
        self._bell, self._ear = socket.socketpair()
        self._bell.setblocking(False)
        self._ear.setblocking(False)
        self._thread = threading.Thread(target=self._write, name="journal", daemon=True)
        self._backlog = 0
        self._deliver: Deliver[Ticket] | None = None
        self._recall: Recall | None = None
        self._alerted: Alerted | None = None
        self._undelivered: list[tuple[Ticket, LedgerResult]] = []
        self._listener_left: anyio.Event | None = None
        self._closing = False
        self._ended = False

    @classmethod
    def open(
        cls, path: Path, config: Config | None = None, tell: Tell | None = None
    ) -> "Journal[Ticket]":
        """Open the ledger, read what the person wrote on sessions, and start the thread.

        This waits for the disk: call it before the event loop has work, or in a thread. It does
        not fail when the ledger cannot be opened; `last_error` says why.

        Args:
            path: The database.
            config: What a commit survives, how the ledger cuts time, and which alerts are wanted;
                null: by default.
            tell: Hears of a migration.
        """
        journal = cls(path, config or Config(), tell)
        recalled = journal._open_ledger()
        journal.user_fields = None if recalled is None else recalled.user_fields
        journal._thread.start()
        return journal

    # ---- in the event loop -----------------------------------------------------------------

    @property
    def backlog(self) -> int:
        """How many entries were submitted and not yet delivered."""
        return self._backlog

    def submit(self, batch: list[tuple[Ticket, LedgerEntry]]) -> None:
        """Hand entries over to the thread. Never waits.

        Raises:
            RuntimeError: The journal has been closed.
        """
        if self._closing:
            raise RuntimeError("The journal is closed: nothing can be written any more.")
        if batch:
            self._backlog += len(batch)
            self._waiting.put(batch)

    async def run(
        self,
        deliver: Deliver[Ticket],
        recall: Recall | None = None,
        alerted: Alerted | None = None,
    ) -> None:
        """Deliver results as they come, all that are there in one call, until `flush_and_close`.

        Args:
            deliver: Called in the event loop, with results in the order of their entries.
            recall: Called in the event loop, when what the person had written is read late, or
                another ledger was put in the place of this one.
            alerted: Called in the event loop, with alerts that subscribers have to hear, whoever
                has raised or changed them.
        """
        self._deliver = deliver
        self._recall = recall
        self._alerted = alerted
        self._deliver_finished()
        await self._until_ended()

    async def flush_and_close(self, seconds: float) -> None:
        """Finish and deliver what was submitted, and end the thread; a second call only waits.

        A thread that is not done after `seconds` (a disk that hangs) is left behind; it does not
        keep the process from ending. What it had not finished was never acknowledged.
        """
        if not self._closing:
            self._closing = True
            self._waiting.put(None)
        with anyio.move_on_after(seconds, shield=True):
            await self._until_ended()
        if self._ended:
            self._thread.join()  # it has nothing left to do
            self._bell.close()
            self._ear.close()

    async def _until_ended(self) -> None:
        """Deliver what comes until the thread has ended.

        `run` does this, and `flush_and_close` where `run` has been cancelled; only one task may
        wait for a socket, so one listens and the other waits until it stops.
        """
        while not self._ended:
            if self._listener_left is not None:
                await self._listener_left.wait()
                continue
            self._listener_left = left = anyio.Event()
            try:
                while not self._ended:
                    await anyio.wait_readable(self._ear)
                    with contextlib.suppress(BlockingIOError):
                        while len(self._ear.recv(4096)) == 4096:
                            pass
                    self._deliver_finished()
            finally:
                self._listener_left = None
                left.set()

    def _deliver_finished(self) -> None:
        while self._finished:
            done = self._finished.popleft()
            if done is None:
                self._ended = True
            elif isinstance(done, Recalled):
                if self._recall is not None:
                    self._recall(done)
            elif isinstance(done, AlertsTold):
                if self._alerted is not None:
                    self._alerted(done.alerts)
            else:
                self._undelivered += done
        if self._undelivered and self._deliver is not None:
            results, self._undelivered = self._undelivered, []
            self._backlog -= len(results)
            self._deliver(results)

    # ---- in the thread ---------------------------------------------------------------------

    def _write(self) -> None:
        closing = False
        while not closing:
            batch: list[tuple[Ticket, LedgerEntry]] = []
            try:
                waiting = self._waiting.get(timeout=self._seconds_to_snooze_end())
            except Empty:
                self._tell_alerts()
                continue
            with contextlib.suppress(Empty):
                while waiting is not None:
                    batch += waiting
                    waiting = self._waiting.get_nowait()
                closing = True
            if batch:
                results = self._carry_out([entry for _, entry in batch])
                self._hand_back(
                    [(ticket, result) for (ticket, _), result in zip(batch, results, strict=True)]
                )
                self._tell_alerts()
        if self._ledger is not None:
            self._ledger.close()
        self._hand_back(None)

    def _carry_out(self, entries: Sequence[LedgerEntry]) -> list[LedgerResult]:
        if self._ledger is None and time.monotonic() - self._tried_at >= RETRY_SECONDS:
            untold = self._told_of is None
            recalled = self._open_ledger()
            if recalled is not None and (untold or recalled.replaces):
                self._hand_back(recalled)
        ledger = self._ledger
        if ledger is None:
            why = self.last_error or f"The ledger {self.path} is not open."
            return [answer_without_ledger(entry, why) for entry in entries]
        try:
            results = ledger.carry_out(entries)
        except Exception as error:  # noqa: BLE001 - without the thread nobody is ever answered
            self.last_error = f"The ledger {self.path} failed: {error!r}."
            return [answer_without_ledger(entry, self.last_error) for entry in entries]
        self.last_error = ledger.last_error
        if ledger.identity != self._told_of:
            with contextlib.suppress(LedgerError):  # then it is told later
                self._hand_back(self._recalled(ledger))
        if ledger.broken:
            ledger.close()
            self._ledger = None
        return results

    def _seconds_to_snooze_end(self) -> float | None:
        """After which an alert is told though nothing is written; null when none is snoozed."""
        if self._ledger is None:
            return None
        try:
            until_ms = self._ledger.snoozed_until_ms()
        except LedgerError:
            return None  # the next entry says why, and asks again
        if until_ms is None:
            return None
        seconds = seconds_until(until_ms)
        return seconds if seconds > 0 else RETRY_SECONDS  # what could not be told is tried again

    def _tell_alerts(self) -> None:
        """What subscribers have to hear: raised just now, or by another process meanwhile."""
        if self._ledger is None:
            return
        try:
            told = self._ledger.take_untold(time.time_ns() // 1_000_000)
        except LedgerError:
            return  # then they are told later
        except Exception as error:  # noqa: BLE001 - without the thread nobody is ever answered
            self.last_error = f"Alerts could not be read: {error!r}."
            return
        if told:
            self._hand_back(AlertsTold(told))

    def _recalled(self, ledger: Ledger) -> Recalled:
        """What the ledger holds, for who remembers what it held."""
        user_fields = tuple(ledger.load_user_fields())
        replaces = self._told_of not in {None, ledger.identity}
        self._told_of = ledger.identity
        return Recalled(user_fields, replaces)

    def _open_ledger(self) -> Recalled | None:
        """Open it, and read what the person wrote; null when it cannot be used."""
        self._tried_at = time.monotonic()
        ledger = None
        try:
            ledger = Ledger.configured(self.path, self._config, self._tell)
            recalled = self._recalled(ledger)
        except LedgerError as error:
            if ledger is not None:
                ledger.close()
            self.last_error = str(error)
            return None
        self._ledger = ledger
        self.last_error = None
        return recalled

    def _hand_back(self, results: "_Handed[Ticket] | None") -> None:
        self._finished.append(results)
        # A full pair has bytes to read already; a closed one has nobody left to hear.
        with contextlib.suppress(OSError):
            self._bell.send(b"\0")
