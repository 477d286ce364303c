"""If systemd shall hold the daemon: does it?"""

import shutil
from collections.abc import Iterator

from agent_console.cli.doctor.finding import Finding, ok, problem, warning
from agent_console.cli.doctor.situation import Situation
from agent_console.cli.install import durable, units, user_manager
from agent_console.cli.install.telling import short
from agent_console.errors import ConfigError

INSTALL = "agent-console install --systemd"


def systemd(situation: Situation) -> Iterator[Finding]:
    """The units are there, of this version, and switched on."""
    if not (units.folder() / units.SOCKET).exists():
        if shutil.which("systemctl") is not None:
            yield ok("systemd", "Not used; the daemon is started by the first command.")
        return
    yield from _content(situation)
    if not user_manager.is_reachable():
        yield warning(
            "systemd",
            "Your systemd cannot be reached from this shell.",
            "Look where you are logged in: systemctl --user status agent-console.socket",
        )
        return
    failed, _ = user_manager.ask(("is-failed", "--quiet", units.SERVICE))
    if failed == 0:
        yield problem(
            "systemd",
            "agent-console.service has failed.",
            f"journalctl --user -u {units.SERVICE}; systemctl --user reset-failed {units.SERVICE}",
        )
    active, _ = user_manager.ask(("is-active", "--quiet", units.SOCKET))
    enabled, _ = user_manager.ask(("is-enabled", "--quiet", units.SOCKET))
    if active or enabled:
        state = "not active" if active else "not enabled, so it is gone after the next login"
        mend = f"systemctl --user enable --now {units.SOCKET}"
        yield problem("systemd", f"agent-console.socket is {state}.", mend)
    elif failed != 0:
        yield ok("systemd", "agent-console.socket is enabled and active.")


def _content(situation: Situation) -> Iterator[Finding]:
    try:
        changes = units.plan(durable.executable(), situation.socket, hardening=False)
    except ConfigError as error:
        yield warning("systemd units", str(error), INSTALL)
        return
    other = [short(change.path) for change in changes if change.changes]
    if other:
        yield warning(
            "systemd units", f"Not as this version has them: {', '.join(other)}.", INSTALL
        )
