"""Does the daemon answer, alone, and as the version that asks?"""

import os
import stat
from collections.abc import Iterator

from agent_console.cli.doctor.finding import Finding, ok, problem, warning
from agent_console.cli.doctor.situation import Situation, ask
from agent_console.cli.install.telling import short
from agent_console.paths import APP, log_path
from agent_console.usage.maintenance.finding import REPAIR
from agent_console.version import __version__

START = "agent-console daemon start"
RESTART = "agent-console daemon restart --force"


def daemon(situation: Situation) -> Iterator[Finding]:
    """It runs, answers, and is of this version."""
    found = situation.daemon
    match found.state:
        case "absent":
            yield warning("daemon", "No daemon runs; events wait in the spool for it.", START)
        case "silent":
            pid = "" if found.pid is None else f" (pid {found.pid})"
            end = START if found.pid is None else RESTART
            yield problem("daemon", f"The daemon{pid} does not answer.", end)
        case "refuses":
            yield problem("daemon", f"The daemon refuses us: {found.said}", "See its log.")
        case "answers":
            yield from _answers(situation)


def stale_socket(situation: Situation) -> Iterator[Finding]:
    """What lies at the socket's path is a socket that somebody serves."""
    path = situation.socket
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return
    if not stat.S_ISSOCK(mode):
        yield problem("socket", f"{short(path)} is no socket.", f"Move it away: {path}")
    elif situation.daemon.state == "absent":
        yield warning(
            "socket", f"{short(path)} was left by a daemon that is gone.", f"{START} replaces it."
        )


def second_daemon(situation: Situation) -> Iterator[Finding]:
    """No other daemon listens where hooks or commands of another shell may report."""
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    places = {
        f"{runtime}/{APP}/daemon.sock",
        os.path.expanduser(f"~/.local/state/{APP}/daemon.sock"),
        *(link.socket for link in situation.links),
    }
    ours = os.path.realpath(situation.socket)
    for place in sorted(places):
        if os.path.realpath(place) != ours and ask(place).state == "answers":
            yield problem(
                "second daemon",
                f"Another daemon listens on {place}: what is told to it is not on this board.",
                f"agent-console --socket {place} stop --force",
            )


def _answers(situation: Situation) -> Iterator[Finding]:
    status = situation.daemon.status
    if status is None:
        return
    if status.server != __version__:
        yield warning(
            "daemon",
            f"The daemon is version {status.server} and this is {__version__}.",
            "agent-console daemon restart",
        )
    else:
        yield ok("daemon", f"Version {status.server} answers, pid {status.pid}.")
    if status.ledger_error is not None:
        damaged = REPAIR in status.ledger_error
        mend = REPAIR if damaged else "Mend that; the daemon then goes on by itself."
        yield problem("ledger", status.ledger_error, mend)
    reading = None if status.indexing is None else status.indexing.last_error
    if reading not in {None, status.ledger_error}:
        yield warning(
            "transcripts",
            f"The daemon cannot read what is new: {reading}",
            "Mend that; the daemon tries again by itself.",
        )
    if status.last_error is not None:
        yield warning("daemon log", status.last_error, f"See {short(log_path())}")
