"""What the daemon has counted since it started.

Rule: counters only grow; STATUS shows them and nothing decides by them.
"""

import logging

from agent_console.protocol.messages import Counters

_log = logging.getLogger(__name__)


class Counts:
    """Counted by the actor and those who hand things to it.

    Attributes:
        last_error: What went wrong last, as a sentence.
    """

    def __init__(self) -> None:
        self.requests = 0
        self.bad_lines = 0
        self.upserts = 0
        self.duplicates = 0
        self.internal_errors = 0
        self.spool_drained = 0
        self.spool_dropped = 0
        self.last_error: str | None = None

    def note_failure(self, error: Exception, what: str) -> None:
        """Count a bug of ours, log it, and remember it for STATUS."""
        self.internal_errors += 1
        self.last_error = f"{type(error).__name__}: {error}"
        _log.exception(what)

    def told(self, hooks: dict[str, int]) -> Counters:
        """The counters as STATUS tells them, with the hook events by name."""
        return Counters(
            self.requests,
            dict(sorted(hooks.items())),
            self.bad_lines,
            self.upserts,
            self.duplicates,
            self.internal_errors,
            self.spool_drained,
            self.spool_dropped,
        )
