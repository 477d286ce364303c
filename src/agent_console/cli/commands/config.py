"""`agent-console config …`: what is configured, and where it says so."""

import os
import stat
import tempfile
from pathlib import Path

import click

from agent_console import config
from agent_console.cli.daemon_access import json_option
from agent_console.cli.output import emit, emit_json, narrate
from agent_console.errors import ConfigError
from agent_console.paths import config_path
from agent_console.private_folder import make_private_folder
from agent_console.whole_file import replace_whole

_WIDEST_COLUMN = 60
"""A value that is longer than this stands over the edge instead of moving the others' origin."""


@click.group("config")
def command() -> None:
    """Show, check or create the configuration.

    Without a file every value is its default.
    """


@command.command("path")
@json_option
def path(as_json: bool) -> None:
    """Print where the configuration file is looked for."""
    where = config_path()
    if as_json:
        emit_json({"path": str(where), "exists": where.exists()})
    else:
        emit(str(where))


@command.command("show")
@json_option
def show(as_json: bool) -> None:
    """Show every effective value and where it comes from."""
    settings = config.settings()
    if as_json:
        emit_json(
            {
                setting.key: {"value": setting.value, "from": _origin(setting)}
                for setting in settings
            }
        )
        return
    lines = [f"{setting.key} = {setting.shown}" for setting in settings]
    width = max(len(line) for line in lines if len(line) <= _WIDEST_COLUMN)
    for line, setting in zip(lines, settings, strict=True):
        emit(f"{line.ljust(width)}  # {_origin(setting)}")


@command.command("init", short_help="Create a file that explains every value.")
@json_option
def init(as_json: bool) -> None:
    """Create a configuration file that explains every value and changes none.

    An existing file is never touched (exit 2), unless it is empty.
    """
    where = config_path()
    try:
        _create(where)
    except OSError as error:
        raise ConfigError(f"{where} cannot be written: {error.strerror}.") from error
    if as_json:
        emit_json({"path": str(where)})
    else:
        narrate(f"Created {where}.")


def _create(where: Path) -> None:
    make_private_folder(where.parent)
    with tempfile.NamedTemporaryFile("w", dir=where.parent, encoding="utf-8") as file:
        file.write(config.commented_file())
        file.flush()
        os.fsync(file.fileno())
        try:
            # A link, unlike a rename, never replaces what is there.
            os.link(file.name, where)
        except FileExistsError:
            if not _is_empty(where):
                raise ConfigError(f"{where} exists already and was left as it is.") from None
            replace_whole(where, [config.commented_file().encode()])


def _is_empty(where: Path) -> bool:
    """A file without a byte in it, as taking away the only price of it leaves."""
    found = where.stat()
    return stat.S_ISREG(found.st_mode) and not found.st_size


@command.command("validate")
@json_option
def validate(as_json: bool) -> None:
    """Check the configuration file.

    Exits 2 when it cannot be used. Unknown keys are only warned of: another version may know them.
    """
    try:
        config.load()
        unknown = config.unknown_keys()
    except ConfigError as error:
        if as_json:
            emit_json({"valid": False, "path": str(config_path()), "error": str(error)})
        raise
    for key in unknown:
        narrate(f"Warning: {config_path()}: `{key}` is unknown and has no effect.")
    if as_json:
        emit_json({"valid": True, "path": str(config_path()), "unknown_keys": unknown})
    else:
        narrate(
            f"{config_path()} is valid."
            if config_path().exists()
            else "There is no file: all defaults."
        )


def _origin(setting: config.Setting) -> str:
    return str(config_path()) if setting.from_file else "default"
