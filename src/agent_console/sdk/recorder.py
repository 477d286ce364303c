"""Hands reports over to the daemon, beside the program: a thread with a bounded mailbox.

Rule 1: nobody waits here, and nothing is raised: `tell` puts a report into a dict. The thread does
        the talking, however long that takes.
Rule 2: what no daemon took is left in the spool folder, from which the daemon takes it in when it
        starts, before it listens. Reports may be told twice, so whatever was not answered is left
        there, also at the end of the program.
"""

import atexit
import logging
import os
import threading
import time
import weakref
from collections.abc import Hashable, Iterable

from agent_console.claude_code import spool
from agent_console.client.answers import line_of
from agent_console.client.blocking import connect
from agent_console.errors import AgentConsoleError, RequestRefusedError
from agent_console.paths import socket_path, spool_dir
from agent_console.sdk.reporting import Report, key, later

_log = logging.getLogger(__name__)

MOST_WAITING = 10_000
"""Reports that wait; beyond that responses are passed over, which the totals make up for."""

PAUSE_SECONDS = 1.0
"""After a report was left in the spool folder, so that an absent daemon costs few files."""

EXIT_SECONDS = 0.05
"""How long the end of the program waits for what is under way."""

MOST_KEPT_BYTES = 256 * 1024
"""A file in the spool folder is written anew until it holds so much."""

_Reports = dict[Hashable, Report]


class Recorder:
    """A mailbox and the thread that empties it; started when first used.

    Args:
        socket: The daemon's, when it is not the usual one.
        pause_seconds: How long to gather while no daemon is there.

    Attributes:
        dropped: Reports that had to be passed over.
    """

    def __init__(self, socket: str | None = None, pause_seconds: float = PAUSE_SECONDS) -> None:
        self.dropped = 0
        self._socket = socket
        self._pause_seconds = pause_seconds
        self._begin()
        _RECORDERS.add(self)

    def _begin(self) -> None:
        """Nothing waits; also what a forked child begins with: the rest is its parent's."""
        self._lock = threading.Lock()
        self._waiting: _Reports = {}
        self._under_way: _Reports = {}
        self._kept: _Reports = {}
        self._kept_in: str | None = None
        self._last_left_ms = 0.0
        self._keeping = threading.Lock()
        self._work = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def tell(self, reports: Iterable[Report]) -> None:
        """Have the daemon told, soon; never waits and never raises."""
        try:
            found = list(reports)
            if found and not self._ending.is_set():
                self._put(found)
        except Exception:  # noqa: BLE001 - a bug here must not become the program's
            _log.debug("A report could not be made.", exc_info=True)

    def _put(self, reports: list[Report]) -> None:
        with self._lock:
            for report in reports:
                place = key(report)
                if place not in self._waiting and len(self._waiting) >= MOST_WAITING:
                    self.dropped += 1
                    continue
                self._waiting[place] = later(self._waiting.get(place), report)
            self._idle.clear()
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="agent-console-recorder", daemon=True
                )
                self._thread.start()
        self._work.set()

    def flush(self, timeout: float) -> bool:
        """Whether everything was told, or left in the spool folder, within `timeout` seconds."""
        return self._idle.wait(timeout)

    def close(self, timeout: float = EXIT_SECONDS) -> None:
        """Tell no more; what was not answered in time is left in the spool folder."""
        self._ending.set()
        if self._idle.wait(timeout):
            return
        with self._lock:
            left = {**self._under_way, **self._waiting}
            self._waiting = {}
        self._keep(left)

    # ---- in the thread ---------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            self._work.wait()
            self._work.clear()
            with self._lock:
                batch, self._waiting = self._waiting, {}
                self._under_way = batch
                if not batch:
                    self._idle.set()
                    continue
            try:
                refused = self._deliver(list(batch.values()))
                if refused:
                    self._keep({key(report): report for report in refused})
            except Exception:  # noqa: BLE001 - the program must not suffer, nor the thread end
                _log.debug("Reports were lost.", exc_info=True)
                refused = []
            with self._lock:
                self._under_way = {}
                if not self._waiting:
                    self._idle.set()
            if refused:
                self._ending.wait(self._pause_seconds)
            self._work.set()

    def _deliver(self, reports: list[Report]) -> list[Report]:
        """Tell them; those that the daemon could not take now."""
        try:
            with connect(self._socket) as client:
                answers = client.requests(reports)
        except (AgentConsoleError, OSError) as error:
            _log.debug("No daemon took %d reports: %s", len(reports), error)
            return reports
        self._kept, self._kept_in = {}, None  # a daemon that listens has taken them
        later_on: list[Report] = []
        for report, answer in zip(reports, answers, strict=True):
            if isinstance(answer, RequestRefusedError):
                _log.debug("The daemon refused a report: %s", answer)
                if answer.retryable:
                    later_on.append(report)
        return later_on

    def _keep(self, reports: _Reports) -> None:
        """Leave them in the spool folder, together with those that were left before."""
        with self._keeping:
            self._leave(reports)

    def _leave(self, reports: _Reports) -> None:
        for place, report in reports.items():
            self._kept[place] = later(self._kept.get(place), report)
        lines = b"".join(map(line_of, self._kept.values()))
        folder = spool_dir(socket_path(self._socket))
        self._last_left_ms = max(time.time() * 1000, self._last_left_ms + 0.001)
        before = self._kept_in
        try:
            self._kept_in = spool.leave(folder, self._last_left_ms, lines)
        except OSError as error:
            self.dropped += len(reports)
            _log.debug("Reports cannot be kept in %s: %s", folder, error)
            return
        if before is not None and before != self._kept_in:
            spool.take_back(folder, before)
        if len(lines) > MOST_KEPT_BYTES:
            self._kept, self._kept_in = {}, None


_RECORDERS: "weakref.WeakSet[Recorder]" = weakref.WeakSet()


def _close_all() -> None:
    for recorder in list(_RECORDERS):
        try:
            recorder.close()
        except Exception:  # noqa: BLE001 - the program ends as it would without us
            _log.debug("Reports were lost.", exc_info=True)


def _begin_all() -> None:
    for recorder in list(_RECORDERS):
        recorder._begin()  # pyright: ignore[reportPrivateUsage]


atexit.register(_close_all)
os.register_at_fork(after_in_child=_begin_all)

OF_THIS_PROCESS = Recorder()
