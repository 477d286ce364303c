"""What the daemon and its index worker tell each other, a JSON object a line."""

from msgspec import Struct

from agent_console.model.metadata import SessionMetadata
from agent_console.model.usage import UsageEntry


class IndexerOrder(Struct, frozen=True, omit_defaults=True):
    """To the worker.

    Attributes:
        path: A transcript that may have changed.
        config_dir: Another folder of Claude Code.
        prices: Something was used that may have no price yet.
    """

    path: str | None = None
    config_dir: str | None = None
    prices: bool = False


class Indexed(Struct, frozen=True, omit_defaults=True):
    """From the worker.

    Attributes:
        sessions: New totals.
        usage: What rows have gained, those of recent messages.
        bytes_read, bytes_in_all: How far a long reading has come.
        files: How many transcripts there are; told at the end of a sweep.
        is_caught_up: All that was there has been read.
        prices_changed: Costs are others than before, for all sessions.
        alerts_raised: The ledger has alerts to tell.
        error: What the daemon's log should say.
    """

    sessions: tuple[SessionMetadata, ...] = ()
    usage: tuple[UsageEntry, ...] = ()
    bytes_read: int = 0
    bytes_in_all: int = 0
    files: int | None = None
    is_caught_up: bool = False
    prices_changed: bool = False
    alerts_raised: bool = False
    error: str | None = None
