"""Purge: everything we ever wrote goes, the ledger included.

Rule: only what is ours by name is removed. A socket's folder may be anybody's (a checkout of this
very project is called agent-console too), so there only the socket and what lies beside it goes.
"""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from agent_console.cli.install import manifest, running_daemon
from agent_console.errors import AgentConsoleError, ConfigError
from agent_console.paths import APP, config_path, data_dir, state_dir

BESIDE_SOCKET = ("", ".lock", ".starting", ".spool")


def sockets(present: str) -> list[str]:
    """Every daemon socket that we know of: the present one and those of earlier installations."""
    with suppress(ConfigError):
        return list(dict.fromkeys((present, *manifest.load().sockets)))
    return [present]


def plan(known_sockets: list[str]) -> list[Path]:
    """What would be removed, as far as it is there."""
    wanted = [data_dir(), config_path().parent, state_dir()]
    wanted += [Path(f"{socket}{suffix}") for socket in known_sockets for suffix in BESIDE_SOCKET]
    there = [path for path in dict.fromkeys(wanted) if os.path.lexists(path)]
    return [path for path in there if not any(folder in path.parents for folder in there)]


def apply(known_sockets: list[str], narrate: Callable[[str], None]) -> tuple[list[Path], list[str]]:
    """End the daemons and remove everything; what is gone, and what could not be removed.

    Args:
        known_sockets: From `sockets`, before the manifest went.
        narrate: Told of steps that take a moment.
    """
    problems: list[str] = []
    for socket in known_sockets:
        try:
            if running_daemon.end(socket):
                narrate(f"Stopped the daemon on {socket}.")
        except AgentConsoleError as error:
            problems.append(str(error))
    if problems:
        # A daemon that still runs would write its files anew.
        return [], problems
    gone: list[Path] = []
    for path in plan(known_sockets):
        try:
            _remove(path)
        except OSError as error:
            problems.append(f"{path} could not be removed: {error.strerror}.")
        else:
            gone.append(path)
    for socket in known_sockets:
        folder = Path(socket).parent
        if folder.name == APP:
            with suppress(OSError):
                folder.rmdir()
    return gone, problems


def _remove(path: Path) -> None:
    if path.is_symlink():
        real = Path(os.path.realpath(path))
        path.unlink()
        if real.is_dir():
            shutil.rmtree(real)
        return
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
