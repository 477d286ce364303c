"""Is everything that was billed in the ledger's totals, as far as it can be known?

Rule: what nobody can mend is no warning: it is said, and well. A ledger that cannot be read is told
by its own check.
"""

from collections.abc import Iterator

from agent_console.cli.doctor.finding import Finding, ok, warning
from agent_console.cli.doctor.process_checks import registered_in
from agent_console.cli.doctor.situation import Situation
from agent_console.cli.install.telling import short
from agent_console.errors import LedgerError
from agent_console.model.format import counted
from agent_console.paths import database_path
from agent_console.presence import is_missing

NAMED = 5
"""So many of the newest are named."""


def complete(situation: Situation) -> Iterator[Finding]:
    """Which sessions' totals may lack something, and what cannot be read."""
    if is_missing(database_path()):
        return
    from agent_console.usage.maintenance.gaps import gaps  # noqa: PLC0415 - imports SQLite

    try:
        found = gaps(database_path())
    except LedgerError:
        return
    if found is None:
        return
    running = {entry.session_id for entry in registered_in(situation)}
    ended = [session_id for session_id in found.without_bill if session_id not in running]
    if ended:
        yield ok(
            "totals",
            f"{counted(len(ended), 'session')} ended without Claude Code's own account of "
            f"{'it' if len(ended) == 1 else 'them'} (it was killed, or an older version): requests "
            "that stand in no transcript, like naming and compaction, may be missing from "
            f"{'its' if len(ended) == 1 else 'their'} totals: {_some(ended)}.",
        )
    else:
        yield ok("totals", "Claude Code's own account is known of every session that ended.")
    if found.rows_set_aside:
        yield ok(
            "totals",
            f"{counted(found.rows_set_aside, 'row')} of "
            f"{counted(found.sessions_set_aside, 'session')}, told by clients and by transcripts: "
            "kept and counted once.",
        )
    for file in found.unreadable:
        yield warning(
            "transcripts",
            f"{short(file.path)} cannot be read: {file.reason or 'no reason is known'}.",
            "Make it readable for you, then: agent-console ingest",
        )


def _some(session_ids: list[str]) -> str:
    named = ", ".join(session_ids[:NAMED])
    return named if len(session_ids) <= NAMED else f"{named} and {len(session_ids) - NAMED:,} more"
