"""What the daemon tells of itself when a client asks with STATUS.

Rule: it only reads. Each figure is kept by the part that it is about, and taken as it is now.
"""

import os
import platform
import resource
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from agent_console.daemon.serving.actor import Actor
from agent_console.model.session import Status
from agent_console.protocol.messages import PROTOCOL_VERSION, IndexingStatus, ServerStatusResult
from agent_console.version import __version__


def server_status(
    actor: Actor,
    *,
    started_ms: int,
    socket: str,
    database: Path,
    ledger_error: str | None,
    watching: Iterable[Path],
    indexing: IndexingStatus | None,
) -> ServerStatusResult:
    """The daemon as it is now.

    Args:
        actor: Its sessions, subscribers and counts.
        started_ms: When it started, Unix milliseconds.
        socket: The socket's path.
        database: The ledger's path.
        ledger_error: Why the ledger failed last.
        watching: The folders whose registries are followed.
        indexing: How far transcripts are read.
    """
    by_status: dict[str, int] = {status.value: 0 for status in Status}
    for session in actor.state.sessions.values():
        by_status[session.status.value] += 1
    return ServerStatusResult(
        pid=os.getpid(),
        server=__version__,
        version=PROTOCOL_VERSION,
        epoch=actor.epoch,
        python=platform.python_version(),
        event_loop="uvloop" if sys.modules.get("uvloop") else "asyncio",
        uptime_ms=time.time_ns() // 1_000_000 - started_ms,
        socket=socket,
        database=str(database),
        ledger_error=ledger_error,
        sessions=by_status,
        subscribers=actor.publisher.statuses(),
        connections=len(actor.connections),
        counters=actor.counts.told(actor.state.hooks_counted),
        loop_lag_p99_ms=actor.loop_lag_p99_ms,
        rss_bytes=_rss_bytes(),
        watching=tuple(str(folder) for folder in watching),
        last_error=actor.counts.last_error,
        indexing=indexing,
    )


def _rss_bytes() -> int:
    """What the process holds in memory now; at its peak where the system tells only that."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return pages * resource.getpagesize()
