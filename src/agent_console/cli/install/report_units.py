"""The systemd units that write a report each month: put in place and taken away.

Rule: as with the daemon's units, the manifest knows them before they are there, so that `uninstall`
finds them; a manager that cannot be reached is no error, and the person is told the commands.
"""

from pathlib import Path

import msgspec
from msgspec import Struct

from agent_console.cli.install import files, manifest, units, user_manager
from agent_console.cli.install.settings_file import FileChange

SERVICE = "agent-console-report.service"
TIMER = "agent-console-report.timer"
ENABLE = (("daemon-reload",), ("enable", "--now", TIMER))
DISABLE = (("disable", "--now", TIMER),)


class Scheduled(Struct, frozen=True):
    """What was done.

    Attributes:
        changes: The units, as they were and are.
        commands: For the person to type, because systemd could not be reached.
        problems: What did not work.
    """

    changes: list[FileChange]
    commands: list[str]
    problems: list[str]


def paths() -> tuple[Path, Path]:
    """Where the units lie."""
    return units.folder() / SERVICE, units.folder() / TIMER


def put(executable: str, folder: Path, form: str) -> Scheduled:
    """Have a report written each month.

    Args:
        executable: The `agent-console` to start.
        folder: Where the reports go.
        form: What they are written as.

    Raises:
        ConfigError: A path holds a character that no unit can, or a unit cannot be written.
    """
    values = {
        "@AGENT_CONSOLE@": units.program(executable),
        "@FORMAT@": form,
        "@FOLDER@": units.argument(str(folder)),
        "@ENVIRONMENT@": "\n".join(units.folder_environment()),
    }
    changes = [
        FileChange(path, files.read(path), units.filled(path.name, values).encode())
        for path in paths()
    ]
    with manifest.only_one():
        now = manifest.load()
        known = tuple(dict.fromkeys((*now.units, *map(str, paths()))))
        manifest.save(msgspec.structs.replace(now, units=known))
        units.write(changes)
    return _told(changes, ENABLE)


def take_away() -> Scheduled:
    """Have no more reports written; those that are there stay."""
    changes = [FileChange(path, files.read(path), None) for path in paths()]
    if not any(change.changes for change in changes):
        return Scheduled([], [], [])
    reachable = user_manager.is_reachable()
    problems = _run(DISABLE) if reachable else []
    with manifest.only_one():
        units.remove(paths())
        now = manifest.load()
        left = tuple(name for name in now.units if Path(name) not in paths())
        manifest.save(msgspec.structs.replace(now, units=left))
    if reachable:
        problems += _run(user_manager.RELOAD)
        return Scheduled(changes, [], problems)
    return Scheduled(changes, user_manager.commands(user_manager.ended(DISABLE)), [])


def _told(changes: list[FileChange], calls: tuple[tuple[str, ...], ...]) -> Scheduled:
    if not user_manager.is_reachable():
        return Scheduled(changes, user_manager.commands(calls), [])
    return Scheduled(changes, [], _run(calls))


def _run(calls: tuple[tuple[str, ...], ...]) -> list[str]:
    """What did not work."""
    for call in calls:
        problem = user_manager.run(call)
        if problem is not None:
            return [f"`{' '.join(('systemctl --user', *call))}` failed: {problem}"]
    return []
