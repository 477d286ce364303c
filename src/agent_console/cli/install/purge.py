"""Purge: everything we ever wrote goes, the ledger included.

Rule: only what is ours by name is removed, never what a link leads to. A socket's folder may be
anybody's (a checkout of this very project is called agent-console too), so there only the socket
and what lies beside it goes.
"""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from agent_console.cli import running_daemon
from agent_console.cli.install import belongings, manifest, units
from agent_console.daemon import socket_record
from agent_console.errors import AgentConsoleError, ConfigError
from agent_console.paths import APP, home


class Purge(Struct, frozen=True):
    """What is removed, or would be.

    Attributes:
        gone: Files and whole folders.
        kept: What lies among them and is not ours.
        problems: What could not be removed, and why.
    """

    gone: list[Path]
    kept: list[Path]
    problems: list[str]


def sockets(present: str) -> list[str]:
    """Every daemon socket that we know of.

    The present one, those of earlier installations, and those of daemons on the same database.
    """
    installed: tuple[str, ...] = ()
    with suppress(ConfigError):
        installed = manifest.load().sockets
    return list(dict.fromkeys((present, *installed, *socket_record.sockets())))


def plan(known_sockets: list[str]) -> Purge:
    """What would be removed, as far as it is there."""
    beside = belongings.beside(known_sockets)
    folders = belongings.in_folders(beside)
    gone = [path for folder in folders for path in folder.told]
    gone += [path for path in beside if os.path.lexists(path)]
    gone = [path for path in dict.fromkeys(gone) if not any(up in gone for up in path.parents)]
    return Purge(gone, [path for folder in folders for path in folder.foreign], [])


def apply(known_sockets: list[str], emptied: list[Path], narrate: Callable[[str], None]) -> Purge:
    """End the daemons and remove everything.

    Args:
        known_sockets: From `sockets`, before the manifest went.
        emptied: Folders out of which uninstalling took files.
        narrate: Told of steps that take a moment.
    """
    problems: list[str] = []
    for socket in known_sockets:
        try:
            if running_daemon.end(socket, force=True):
                narrate(f"Stopped the daemon on {socket}.")
        except AgentConsoleError as error:
            problems.append(str(error))
    if problems:
        # A daemon that still runs would write its files anew.
        return Purge([], [], problems)
    planned = plan(known_sockets)
    beside = belongings.beside(known_sockets)
    folders = belongings.in_folders(beside)
    for path in [*beside, *(path for folder in folders for path in folder.ours)]:
        try:
            _remove(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            problems.append(f"{path} could not be removed: {error.strerror}.")
    for folder in folders:
        _remove_if_empty(folder.folder)
    for socket in known_sockets:
        if Path(socket).parent.name == APP:
            _remove_if_empty(Path(socket).parent)
    for emptied_folder in (*belongings.folders(), units.drop_in().parent, *emptied):
        remove_empty_above(emptied_folder)
    gone = [path for path in planned.gone if not os.path.lexists(path)]
    return Purge(gone, planned.kept, problems)


def remove_empty_above(folder: Path) -> None:
    """Remove a folder and those above it, up to the person's home, while they are empty.

    Installing makes them where they are missing; nobody misses an empty one.
    """
    users = Path(home())
    while users in folder.parents:
        if os.path.lexists(folder):
            try:
                folder.rmdir()
            except OSError:
                return
        folder = folder.parent


def _remove(path: Path) -> None:
    """Remove a file, a link or a folder of ours; a link without what it leads to."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _remove_if_empty(folder: Path) -> None:
    """Remove a folder, and then the link to it if it is one."""
    real = belongings.leads_to(folder)
    with suppress(OSError):
        (real or folder).rmdir()
        if real is not None:
            folder.unlink()
