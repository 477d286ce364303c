"""Can what the settings name be run, and does it report where the daemon listens?"""

import os
from collections.abc import Iterator
from pathlib import Path

from agent_console.cli.doctor.finding import Finding, ok, problem, warning
from agent_console.cli.doctor.situation import Situation
from agent_console.cli.install import durable, scripts, units
from agent_console.cli.install.telling import short
from agent_console.errors import ConfigError

INSTALL = "agent-console install"


def interpreter(situation: Situation) -> Iterator[Finding]:
    """The Python that hooks are run by is there and works."""
    for python in dict.fromkeys(link.python for link in situation.links):
        if not os.access(python, os.X_OK):
            yield problem("interpreter", f"{python} is gone, so no hook runs.", INSTALL)
        elif not durable.runs_hooks(python):
            yield problem("interpreter", f"{python} cannot run the hook script.", INSTALL)
        elif durable.is_temporary(python):
            yield warning("interpreter", f"{python} lies in a temporary folder.", INSTALL)
        else:
            yield ok("interpreter", f"{python} runs.")


def script(situation: Situation) -> Iterator[Finding]:
    """The hook script and what belongs to it are there, and of this version."""
    for path in dict.fromkeys(link.script for link in situation.links):
        folder = Path(path).parent
        try:
            originals = scripts.originals()
        except ConfigError as error:
            yield problem("hook script", str(error), "Install agent-console anew.")
            return
        missing = [name for name in originals if not (folder / name).is_file()]
        other = [
            name
            for name, content in originals.items()
            if name not in missing and (folder / name).read_bytes() != content
        ]
        if missing:
            yield problem("hook script", f"{short(folder)} lacks {', '.join(missing)}.", INSTALL)
        elif other:
            yield warning(
                "hook script",
                f"{short(folder)} is of another version: {', '.join(other)}.",
                INSTALL,
            )
        else:
            yield ok("hook script", f"{short(path)} is this version's.")


def socket_agreement(situation: Situation) -> Iterator[Finding]:
    """Hooks, command line and systemd mean the same socket."""
    ours = situation.socket
    said = {f"hooks report to {short(link.socket)}": link.socket for link in situation.links}
    listens = _unit_socket()
    if listens is not None:
        said[f"{units.SOCKET} listens on {short(listens)}"] = listens
    wrong = [
        text for text, socket in said.items() if os.path.realpath(socket) != os.path.realpath(ours)
    ]
    if wrong:
        hint = "agent-console install" + (" --systemd" if listens is not None else "")
        yield problem(
            "socket path",
            f"The command line uses {short(ours)}, but {' and '.join(wrong)}.",
            f"{hint} (check AGENT_CONSOLE_SOCKET and XDG_RUNTIME_DIR if they differ by shell)",
        )
    elif said:
        yield ok("socket path", f"All parts use {short(ours)}.")


def _unit_socket() -> str | None:
    """Where the installed socket unit listens."""
    try:
        text = (units.folder() / units.SOCKET).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    for line in text.splitlines():
        if line.startswith("ListenStream="):
            runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
            value = line.partition("=")[2].replace("%%", "\0").replace("%t", runtime)
            return value.replace("\0", "%")
    return None
