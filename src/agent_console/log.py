"""The daemon's log: stderr, which is the journal under systemd and a file when a client started us.

Rule: never log a payload, an environment or a text of a conversation. Say what happened, to which
session id, and what a person can do.
"""

import logging
import os
import sys

ROOT = "agent_console"
"""Our loggers live under this name; other libraries keep theirs."""

_JOURNAL_PRIORITIES = (
    (logging.CRITICAL, 2),
    (logging.ERROR, 3),
    (logging.WARNING, 4),
    (logging.INFO, 6),
    (logging.NOTSET, 7),
)


def configure(level: str) -> None:
    """Send our log to stderr, from `level` (`debug`, `info`, `warning`, `error`) on.

    May be called again, when the configuration was read anew.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _JournalFormatter("%(message)s")
        if stderr_is_journal()
        else logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    )
    logger = logging.getLogger(ROOT)
    logger.handlers = [handler]
    logger.setLevel(level.upper())
    logger.propagate = False


def stderr_is_journal() -> bool:
    """Whether stderr is the journal's socket, which systemd names in `$JOURNAL_STREAM`.

    The variable alone proves nothing: children inherit it and may have another stderr
    (systemd.exec(5)).
    """
    try:
        stat = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{stat.st_dev}:{stat.st_ino}"


class _JournalFormatter(logging.Formatter):
    """The journal keeps the time itself and reads the priority from a prefix of each line."""

    def format(self, record: logging.LogRecord) -> str:
        priority = next(rank for least, rank in _JOURNAL_PRIORITIES if record.levelno >= least)
        text = super().format(record)
        return "\n".join(f"<{priority}>{line}" for line in text.splitlines() or [""])
