"""What the daemon says, as metrics: sessions, the account's limits, and how it is itself.

Rule: without a daemon there is `agent_console_daemon_up 0` and nothing else of it.
"""

from agent_console.metrics.family import Family, Sample, counter, gauge, one
from agent_console.model.session import Status
from agent_console.model.usage import Limits
from agent_console.protocol.messages import ServerStatusResult

_COUNTERS = (
    ("requests", "requests", "Requests of clients."),
    ("bad_lines", "bad_lines", "Lines that were no request."),
    ("upserts", "upserts", "UPSERT requests."),
    ("duplicates", "duplicate_upserts", "UPSERT requests that told a known response again."),
    ("internal_errors", "internal_errors", "Errors of the daemon's own; each is a bug."),
    ("spool_drained", "spool_drained", "Hook events that were delivered late."),
    ("spool_dropped", "spool_dropped", "Hook events that were too old to be delivered."),
)


class DaemonFacts:
    """What a daemon answered.

    Attributes:
        status: How it is.
        limits: Those of the account.
    """

    __slots__ = ("limits", "status")

    def __init__(self, status: ServerStatusResult, limits: Limits) -> None:
        self.status = status
        self.limits = limits


def daemon_families(facts: DaemonFacts | None, at_ms: int) -> list[Family]:
    """All that the daemon tells.

    Args:
        facts: Null when none answers.
        at_ms: Now, Unix milliseconds.
    """
    up = one(
        "agent_console_daemon_up", "Whether a daemon answers: 1 or 0.", float(facts is not None)
    )
    if facts is None:
        return [up]
    return [up, *_board(facts.status), *_limits(facts.limits, at_ms), *_health(facts.status, at_ms)]


def _board(status: ServerStatusResult) -> list[Family]:
    counts = {str(each): status.sessions.get(each, 0) for each in Status}
    return [
        gauge(
            "agent_console_sessions",
            "Sessions on the board, by status.",
            [Sample(count, {"status": name}) for name, count in counts.items()],
        )
    ]


def _limits(limits: Limits, at_ms: int) -> list[Family]:
    known = [
        (window, limit)
        for window, limit in (("five_hour", limits.five_hour), ("seven_day", limits.seven_day))
        if limit is not None and (limit.resets_at_ms is None or limit.resets_at_ms > at_ms)
    ]
    return [
        gauge(
            "agent_console_limit_used_ratio",
            "How much of the account's limit is used; 1 is all of it.",
            [
                Sample(limit.used_percent / 100, {"window": window, "source": limit.source})
                for window, limit in known
            ],
        ),
        gauge(
            "agent_console_limit_reset_timestamp_seconds",
            "When the account's limit is reset, Unix seconds.",
            [
                Sample(limit.resets_at_ms / 1000, {"window": window})
                for window, limit in known
                if limit.resets_at_ms is not None
            ],
        ),
    ]


def _health(status: ServerStatusResult, at_ms: int) -> list[Family]:
    since_ms = at_ms - status.uptime_ms
    counts = status.counters
    indexing = status.indexing
    return [
        gauge(
            "agent_console_daemon_info",
            "Always 1; what runs is in the labels.",
            [
                Sample(
                    1,
                    {
                        "version": status.server,
                        "python": status.python,
                        "event_loop": status.event_loop,
                    },
                )
            ],
        ),
        one(
            "agent_console_daemon_uptime_seconds",
            "Seconds since the daemon started.",
            status.uptime_ms / 1000,
        ),
        one(
            "agent_console_daemon_resident_memory_bytes",
            "Resident memory of the daemon in bytes.",
            status.rss_bytes,
        ),
        one(
            "agent_console_daemon_loop_lag_p99_seconds",
            "How late the daemon's event loop is at worst, in 99 of 100 cases.",
            status.loop_lag_p99_ms / 1000,
        ),
        one(
            "agent_console_daemon_connections",
            "Connections to the daemon that are open.",
            status.connections,
        ),
        one(
            "agent_console_daemon_subscribers",
            "Subscribers of the daemon.",
            len(status.subscribers),
        ),
        one(
            "agent_console_daemon_ledger_up",
            "Whether the daemon can use the ledger: 1 or 0.",
            float(status.ledger_error is None),
        ),
        one(
            "agent_console_daemon_transcripts",
            "Transcripts that the daemon follows.",
            None if indexing is None else indexing.files,
        ),
        one(
            "agent_console_daemon_transcripts_caught_up",
            "Whether all transcripts have been read: 1 or 0.",
            None if indexing is None else float(indexing.caught_up),
        ),
        *(
            counter(
                f"agent_console_daemon_{name}_total",
                text,
                [Sample(getattr(counts, attribute))],
                since_ms,
            )
            for attribute, name, text in _COUNTERS
        ),
        counter(
            "agent_console_daemon_hooks_total",
            "Hook events, by event.",
            [Sample(count, {"event": event}) for event, count in counts.hooks.items()],
            since_ms,
        ),
    ]
