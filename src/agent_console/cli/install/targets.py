"""Which settings files we move into.

Rule: a Claude Code folder that does not exist is made only when it is the default one, or when
$CLAUDE_CONFIG_DIR names it, as Claude Code itself would; one in --config-dir may be mistyped.
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from agent_console.errors import ConfigError
from agent_console.paths import claude_config_dirs, home

FILE_NAME = "settings.json"


def settings_files(config_dirs: Sequence[str] = (), *, project: bool = False) -> list[Path]:
    """The settings files to move into.

    Args:
        config_dirs: Named by the person; else `$CLAUDE_CONFIG_DIR` or the usual folders.
        project: The project's settings instead of the user's.

    Raises:
        ConfigError: Both were asked for, or a folder that was named does not exist.
    """
    if project:
        if config_dirs:
            raise ConfigError("--project and --config-dir exclude each other.")
        return [_project_folder() / ".claude" / FILE_NAME]
    if config_dirs:
        return [_existing(name) / FILE_NAME for name in config_dirs]
    folders = claude_config_dirs()
    if not os.environ.get("CLAUDE_CONFIG_DIR"):
        default = Path(home(), ".claude")
        folders = [folder for folder in folders if folder == default or os.path.isdir(folder)]
    return [Path(os.path.abspath(folder)) / FILE_NAME for folder in dict.fromkeys(folders)]


def _existing(name: str) -> Path:
    folder = Path(os.path.abspath(Path(name).expanduser()))
    if os.path.lexists(folder) and not os.path.isdir(folder):
        raise ConfigError(f"{folder} is no folder: check --config-dir.")
    if not os.path.isdir(folder):
        raise ConfigError(
            f"There is no folder {folder}: check --config-dir, or make it first (`mkdir {folder}`) "
            "if Claude Code shall use it."
        )
    return folder


def key(settings: Path) -> str:
    """A short name for a settings file, for the names of files that belong to it."""
    path = str(settings).encode(errors="surrogateescape")
    return f"{settings.parent.name.lstrip('.')}-{hashlib.sha256(path).hexdigest()[:8]}"


def _project_folder() -> Path:
    """The folder above us that is a project to Claude Code or to git, else the present one."""
    here = Path.cwd()
    users = Path(home())
    for folder in (here, *here.parents):
        # ~/.claude is the user's, not a project's.
        if folder != users and ((folder / ".claude").is_dir() or (folder / ".git").exists()):
            return folder
    return here
