"""One stream of messages under observation: collected, recorded, counted into budgets.

Rule: what goes wrong here is logged and stays here. Only what a person asked for, the end of a
budget, reaches the program, and only from where it is told to.
"""

import logging
import time
from collections.abc import Iterable
from datetime import UTC, datetime

from agent_console.sdk.collecting import Collector
from agent_console.sdk.messages import Finished, Resumed, told
from agent_console.sdk.metadata import SessionResponse
from agent_console.sdk.past import OF_THIS_PROCESS, Past
from agent_console.sdk.recorder import Recorder
from agent_console.sdk.reporting import Report, Reports

_log = logging.getLogger(__name__)


class Watch:
    """Takes in messages and never raises.

    Args:
        resumed: The session that the stream goes on with, if any.
        stays_open: The session outlives the stream.
        recorder: Who tells the daemon; null: nobody.
        past: What is known of sessions.
    """

    def __init__(
        self,
        resumed: Resumed | None = None,
        *,
        stays_open: bool = False,
        recorder: Recorder | None = None,
        past: Past = OF_THIS_PROCESS,
    ) -> None:
        self.collector = Collector(resumed, past)
        self._reports = Reports(resumed, stays_open=stays_open)
        self._recorder = recorder
        self._has_failed = False

    def prompted(self) -> None:
        """Something was asked."""
        self._tell(self._reports.prompted(self.collector.session_id))

    def take(self, message: object) -> SessionResponse | None:
        """Take in a message; the response when it is the end of a turn."""
        try:
            said = told(message)
            grown = self.collector.take(said)
            at_ms = time.time_ns() // 1_000_000
            if self._recorder is not None:
                self._recorder.tell(self._reports.of(said, grown, self.collector, at_ms))
            return self.response() if isinstance(said, Finished) else None
        except Exception:  # noqa: BLE001 - a bug here must not become the program's
            if not self._has_failed:
                _log.warning("A message could not be observed.", exc_info=True)
                self._has_failed = True
            return None

    def response(self) -> SessionResponse:
        """What was collected since the last one."""
        return self.collector.response(datetime.now(UTC))

    def ended(self, error: str | None = None) -> None:
        """The stream has ended, for this reason if it broke."""
        self._tell(self._reports.ended(error))

    def _tell(self, reports: Iterable[Report]) -> None:
        if self._recorder is not None:
            self._recorder.tell(reports)
