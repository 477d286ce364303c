"""What the daemon has counted since it started.

Rule: counters only grow; STATUS shows them and nothing decides by them.
"""

from agent_console.protocol.messages import Counters


class Counts:
    """Counted by the actor and those who hand things to it."""

    def __init__(self) -> None:
        self.requests = 0
        self.bad_lines = 0
        self.upserts = 0
        self.duplicates = 0
        self.internal_errors = 0
        self.spool_drained = 0
        self.spool_dropped = 0

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
