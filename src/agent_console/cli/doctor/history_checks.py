"""Will history still be there: transcripts, ledger, and events on their way?"""

from collections.abc import Iterator
from contextlib import suppress

from agent_console.claude_code import spool
from agent_console.claude_code.retention import retention_days, retention_words
from agent_console.cli.doctor.finding import Finding, ok, problem, warning
from agent_console.cli.doctor.situation import Situation
from agent_console.cli.install.telling import short
from agent_console.errors import DamagedLedgerError, LedgerError
from agent_console.model.format import counted
from agent_console.paths import database_path, spool_dir
from agent_console.presence import is_missing
from agent_console.usage.database.denied import denial


def retention(situation: Situation) -> Iterator[Finding]:
    """When Claude Code deletes transcripts, and what stays."""
    files = (*situation.users, *situation.others)
    text = retention_words(retention_days(file.value for file in files))
    path = database_path()
    if is_missing(path):
        yield warning(
            "retention",
            f"{text}, and there is no ledger yet that keeps their costs.",
            "agent-console daemon start",
        )
        return
    from agent_console.usage.maintenance.integrity import keeps_history  # noqa: PLC0415 - SQLite

    if keeps_history(path):
        yield ok("retention", f"{text}; tokens and costs stay in {short(path)}.")
    else:
        yield warning(
            "retention",
            f"{text}, and {short(path)} cannot keep their costs as it is now.",
            "Mend the ledger, then: agent-console ingest",
        )


def ledger(_situation: Situation) -> Iterator[Finding]:
    """The database can be read and is whole, as far as a look tells that takes no time."""
    path = database_path()
    if is_missing(path):
        return
    from agent_console.usage.maintenance.integrity import quick_look  # noqa: PLC0415 - imports SQLite

    try:
        found = quick_look(path)
    except DamagedLedgerError as error:
        yield problem("ledger", str(error), "agent-console db repair")
        return
    except LedgerError as error:
        denied = denial(path)
        if denied is None:
            yield problem("ledger", str(error), "Do what it says there.")
        else:
            yield problem("ledger", denied.text, denied.mend)
        return
    if found.is_empty:
        yield warning(
            "ledger",
            f"{short(path)} is empty: no history is in it.",
            "agent-console ingest, or agent-console db restore when there was some",
        )
    elif found.damages:
        yield problem(
            "ledger",
            f"{short(path)} is damaged: {found.damages[0]}",
            "agent-console db repair",
        )
    elif found.left_out:
        yield ok(
            "ledger",
            f"{short(path)} is whole but for what would take long to look through "
            f"({', '.join(found.left_out)}): `agent-console db check` looks at all of it.",
        )
    else:
        yield ok("ledger", f"{short(path)} is whole.")


def spooled(situation: Situation) -> Iterator[Finding]:
    """No event waits for a daemon that runs, and none was lost."""
    folder = spool_dir(situation.socket)
    waiting = len(spool.pending(folder))
    status = situation.daemon.status
    lost = 0 if status is None else status.counters.spool_dropped
    with suppress(OSError):
        lost += (folder / "dropped").stat().st_size
    if waiting and status is not None:
        yield warning(
            "spool",
            f"The daemon runs and leaves {counted(waiting, 'event')} in {short(folder)}.",
            "agent-console daemon restart",
        )
    elif waiting:
        yield ok("spool", f"The daemon takes in {counted(waiting, 'event')} when it starts.")
    if lost:
        yield warning(
            "spool",
            f"{counted(lost, 'event')} lost: the spool was full, or a file in it was broken.",
            "Let the daemon run while Claude Code does: agent-console install --systemd",
        )
    if not waiting and not lost:
        yield ok("spool", "No event waits or was lost.")
