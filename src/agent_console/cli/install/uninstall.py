"""Uninstall: take out of other people's files what is ours, then our own scripts and units.

Rule: settings first, scripts after them, the manifest last, so that whatever interrupts us, running
it again finishes the work. The ledger is kept; `purge.py` is what removes it.
"""

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct

from agent_console.claude_code import settings_hooks, settings_status_line
from agent_console.claude_code.settings import is_blank
from agent_console.claude_code.settings_text import decode, parse
from agent_console.cli.install import (
    files,
    manifest,
    moving,
    report_units,
    scripts,
    settings_file,
    status_line_chain,
    targets,
    units,
    user_manager,
)
from agent_console.cli.install.settings_file import FileChange
from agent_console.errors import ConfigError
from agent_console.paths import data_dir


class Uninstalled(Struct, frozen=True):
    """What was done.

    Attributes:
        changes: Every file that was looked at.
        commands: For the person to type, because systemd could not be reached.
        problems: Files that could not be cleaned, and why.
    """

    changes: list[FileChange]
    commands: list[str]
    problems: list[str]


@dataclass(slots=True)
class _Known:
    settings: list[Path]
    own: list[Path]
    units: list[Path]


def plan() -> Uninstalled:
    """What uninstalling would do; writes nothing."""
    known, problems = _known()
    changes: list[FileChange] = []
    for path in known.settings:
        try:
            changes.append(settings_file.plan(path, moving.moved_out(path)))
        except ConfigError as error:
            problems.append(str(error))
    changes += [FileChange(path, files.read(path), None) for path in (*known.own, *known.units)]
    return Uninstalled([change for change in changes if change.changes], [], problems)


def apply(narrate: Callable[[str], None]) -> Uninstalled:
    """Uninstall as much as can be; a settings file that cannot be cleaned is told and kept in mind.

    Args:
        narrate: Told of steps that take a moment.
    """
    missing = [folder for folder in (data_dir(), *data_dir().parents) if not folder.exists()]
    with manifest.only_one():
        known, problems = _known()
        commands = _switch_off(known.units, narrate)
        changes: list[FileChange] = []
        for path in known.settings:
            try:
                changes.append(settings_file.rewrite(path, moving.moved_out(path)))
            except ConfigError as error:
                problems.append(str(error))
            else:
                _forget(path)
        gone = list(known.units)
        if not problems:
            # What a settings file still names must stay, above all the person's own status line.
            gone += known.own
        changes += [FileChange(path, files.read(path), None) for path in gone]
        _remove_units(known.units)
        if not problems:
            _remove_own(known.own)
        for folder in missing:  # only the lock has made them
            _remove_if_empty(folder)
        return Uninstalled([change for change in changes if change.changes], commands, problems)


def _known() -> tuple[_Known, list[str]]:
    """Everything of ours that can be found, and what could not be looked into."""
    kept = manifest.load()
    problems: list[str] = []
    settings = [Path(name) for name in kept.settings]
    for path in targets.settings_files():
        try:
            if path not in settings and _is_ours(path):
                settings.append(path)
        except ConfigError as error:
            problems.append(f"{path} may hold our entries: {error}")
    copied = [scripts.folder() / name for name in scripts.originals()]
    own = {*copied, *map(Path, kept.scripts), *status_line_chain.folder().glob("*.sh")}
    unit_files = {units.folder() / units.SERVICE, units.folder() / units.SOCKET, units.drop_in()}
    unit_files |= {*report_units.paths(), *map(Path, kept.units)}
    return _Known(
        settings,
        sorted(path for path in own if path.exists()),
        sorted(path for path in unit_files if path.exists()),
    ), problems


def _is_ours(path: Path) -> bool:
    content = files.read(path)
    names = (
        settings_hooks.HOOK_SCRIPT.encode(),
        settings_hooks.GATE_SCRIPT.encode(),
        settings_status_line.STATUS_LINE_SCRIPT.encode(),
    )
    if content is None or not any(name in content for name in names):
        return False
    text = decode(content)
    if is_blank(text):
        return False
    said = parse(text).value
    return bool(settings_hooks.ours(said)) or settings_status_line.is_ours(said)


def _forget(settings: Path) -> None:
    now = manifest.load()
    if str(settings) in now.settings:
        left = {name: kept for name, kept in now.settings.items() if name != str(settings)}
        manifest.save(msgspec.structs.replace(now, settings=left))


def _switch_off(unit_files: list[Path], narrate: Callable[[str], None]) -> list[str]:
    names = {path.name for path in unit_files}
    calls: list[tuple[str, ...]] = []
    if units.SOCKET in names:
        calls += user_manager.DISABLE
    if report_units.TIMER in names:
        calls += report_units.DISABLE
    if not calls:
        return []
    if not user_manager.is_reachable():
        return user_manager.commands(user_manager.ended(calls))
    problem = next(filter(None, map(user_manager.run, calls)), None)
    if problem is not None:
        narrate(f"systemd did not let go of our units: {problem}")
    return []


def _remove_units(unit_files: list[Path]) -> None:
    units.remove(unit_files)
    _remove_if_empty(units.drop_in().parent)
    if unit_files and user_manager.is_reachable():
        user_manager.run(("daemon-reload",))


def _remove_own(own: list[Path]) -> None:
    for path in own:
        files.remove(path)
    shutil.rmtree(scripts.folder() / "__pycache__", ignore_errors=True)
    for folder in (scripts.folder(), status_line_chain.folder()):
        _remove_if_empty(folder)
    manifest.save(manifest.Manifest())


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()
