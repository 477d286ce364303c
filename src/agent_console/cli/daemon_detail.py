"""How the daemon is doing, in words."""

from rich.text import Text

from agent_console.cli.fields import Rows
from agent_console.model.format import elapsed, exact_tokens, printable, size
from agent_console.model.session_words import one_line
from agent_console.protocol.messages import IndexingStatus, ServerStatusResult
from agent_console.version import __version__


def daemon_rows(status: ServerStatusResult) -> Rows:
    """The answer to STATUS."""
    counters = status.counters
    server = Text(status.server)
    if status.server != __version__:
        server.append(
            f"  this command is {__version__}: `agent-console daemon restart`", style="yellow"
        )
    state = Text("running", style="green")
    state.append(f" for {elapsed(status.uptime_ms)}, pid {status.pid}", style="default")
    behind = max((subscriber.lag for subscriber in status.subscribers), default=0)
    subscribers = f"{len(status.subscribers)}"
    if behind:
        subscribers += f", the slowest {exact_tokens(behind)} changes behind"
    trouble = [
        f"{exact_tokens(count)} {name}"
        for count, name in (
            (counters.bad_lines, "bad lines"),
            (counters.internal_errors, "internal errors"),
            (counters.spool_dropped, "hook events dropped"),
        )
        if count
    ]
    reading_error = None if status.indexing is None else status.indexing.last_error
    hooks = sorted(counters.hooks.items(), key=lambda item: (-item[1], item[0]))
    return (
        ("Daemon", state),
        ("Version", server),
        (
            "Sessions",
            ", ".join(f"{count} {name}" for name, count in status.sessions.items() if count)
            or "none",
        ),
        ("Subscribers", subscribers),
        ("Connections", str(status.connections)),
        ("Requests", exact_tokens(counters.requests)),
        ("Hook events", ", ".join(f"{exact_tokens(count)} {name}" for name, count in hooks)),
        (
            "Upserts",
            f"{exact_tokens(counters.upserts)}, {exact_tokens(counters.duplicates)} repeated",
        ),
        ("From the spool", exact_tokens(counters.spool_drained) if counters.spool_drained else ""),
        ("Trouble", Text(", ".join(trouble), style="yellow")),
        ("Last error", Text(one_line(status.last_error), style="yellow")),
        ("Loop lag", f"{status.loop_lag_p99_ms:.1f} ms (99 %)"),
        ("Memory", size(status.rss_bytes)),
        ("Python", f"{status.python}, {status.event_loop}"),
        ("Socket", printable(status.socket)),
        ("Database", printable(status.database or "")),
        ("Database error", Text(one_line(status.ledger_error), style="bold red")),
        ("Transcripts", _transcripts(status.indexing)),
        ("Reading error", Text(one_line(reading_error), style="yellow")),
        ("Watching", "\n".join(printable(path) for path in status.watching)),
    )


def _transcripts(indexing: IndexingStatus | None) -> str:
    if indexing is None:
        return ""
    if indexing.caught_up:
        return f"{exact_tokens(indexing.files or 0)}, all of them read"
    if not indexing.running:
        return "not followed now"
    if not indexing.bytes_in_all:
        return "looking for what is new"
    return f"reading, {size(indexing.bytes_read)} of {size(indexing.bytes_in_all)}"
