"""Install: work out every change, then make them in the order in which a crash does no harm.

Rule: nothing is written before every settings file has been read and found fit; scripts are in
place before the first settings name them, and the socket belongs to nobody else before systemd
takes it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct

from agent_console.cli import running_daemon
from agent_console.cli.install import (
    durable,
    manifest,
    scripts,
    settings_file,
    units,
    user_manager,
)
from agent_console.cli.install.moving import Link, MoveIn
from agent_console.cli.install.settings_file import FileChange
from agent_console.errors import ConfigError
from agent_console.paths import state_dir
from agent_console.private_folder import make_private_folder


@dataclass(frozen=True, slots=True)
class Options:
    """What the person asked for.

    Attributes:
        settings: The settings files to move into.
        socket: The daemon's.
        status_line: Take the status line, give it back, or (None) leave that as it is.
        systemd: Put the units in place.
        hardening: With the stricter drop-in.
        gate: Put the gate in, take it out, or (None) leave that as it is.
    """

    settings: list[Path]
    socket: str
    status_line: bool | None = None
    systemd: bool = False
    hardening: bool = False
    gate: bool | None = None


class Installed(Struct, frozen=True):
    """What was done.

    Attributes:
        changes: Every file that was looked at.
        python: Runs the hooks.
        socket: Where they report.
        status_lines: The settings in which the status line is ours.
        gates: The settings in which the gate is.
        commands: For the person to type, because systemd could not be reached.
        problems: What did not work, and what to do.
    """

    changes: list[FileChange]
    python: str
    socket: str
    status_lines: list[str]
    gates: list[str]
    commands: list[str]
    problems: list[str]


def plan(options: Options) -> Installed:
    """What installing would do; writes nothing.

    Raises:
        ConfigError: It cannot be done; the message says why.
    """
    if not options.settings:
        raise ConfigError("There is no settings file to install into.")
    durable.check_places(options.socket)
    link = Link(durable.interpreter(), options.socket)
    moves = {
        path: MoveIn(path, link, options.status_line, options.gate) for path in options.settings
    }
    changes = scripts.plan()
    changes += [settings_file.plan(path, move.edit) for path, move in moves.items()]
    changes += _units(options)
    return _installed(changes, link, moves)


def apply(options: Options, narrate: Callable[[str], None]) -> Installed:
    """Install.

    Args:
        options: What the person asked for.
        narrate: Told of steps that take a moment.

    Raises:
        ConfigError: It cannot be done; nothing was changed then unless a disk failed.
    """
    plan(options)
    link = Link(durable.interpreter(), options.socket)
    moves = {
        path: MoveIn(path, link, options.status_line, options.gate) for path in options.settings
    }
    with manifest.only_one():
        unit_changes = _units(options)
        copies = scripts.plan()
        now = manifest.load()
        manifest.save(
            msgspec.structs.replace(
                now,
                scripts=_with(now.scripts, (str(change.path) for change in copies)),
                units=_with(now.units, (str(change.path) for change in unit_changes)),
                sockets=_with(now.sockets, (options.socket,)),
            )
        )
        changes = scripts.copy()
        changes += [
            settings_file.rewrite(path, move.edit, move.keep) for path, move in moves.items()
        ]
        units.write(unit_changes)
    running_daemon.reload(options.socket)
    commands, problems = _switch_on(options, unit_changes, narrate) if options.systemd else ([], [])
    done = _installed(changes + unit_changes, link, moves)
    return msgspec.structs.replace(done, commands=commands, problems=problems)


def _units(options: Options) -> list[FileChange]:
    if not options.systemd:
        return []
    return units.plan(durable.executable(), options.socket, hardening=options.hardening)


def _switch_on(
    options: Options, changes: list[FileChange], narrate: Callable[[str], None]
) -> tuple[list[str], list[str]]:
    """Have systemd hold the socket; the commands for the person, and what went wrong."""
    make_private_folder(state_dir())  # hardening.conf opens it for writing
    if not user_manager.is_reachable():
        return user_manager.commands(user_manager.ENABLE), []
    calls = list(user_manager.ENABLE)
    active, _ = user_manager.ask(("is-active", "--quiet", units.SOCKET))
    if active != 0:
        if running_daemon.end(options.socket, force=True):
            narrate("Stopped the daemon that was running; systemd starts it when it is needed.")
    elif any(change.changes for change in changes):
        calls = [*user_manager.RELOAD, ("restart", units.SOCKET, units.SERVICE)]
    for call in calls:
        problem = user_manager.run(call)
        if problem is not None:
            said = " ".join(("systemctl --user", *call))
            return user_manager.commands(user_manager.ENABLE), [f"`{said}` failed: {problem}"]
    return [], []


def _installed(changes: list[FileChange], link: Link, moves: dict[Path, MoveIn]) -> Installed:
    status_lines = [str(path) for path, move in moves.items() if move.has_status_line]
    gates = [str(path) for path, move in moves.items() if move.has_gate]
    return Installed(changes, link.python, link.socket, status_lines, gates, [], [])


def _with(known: tuple[str, ...], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *more)))
