"""The person's own status line command, kept in a file that our status line script runs.

Rule: the file holds the command as a shell takes it and nothing else, so /bin/sh can run it alone.
"""

import json
from pathlib import Path

from agent_console.claude_code import settings_status_line
from agent_console.claude_code.settings import Footprint
from agent_console.cli.install import files
from agent_console.cli.install.targets import key
from agent_console.paths import data_dir


def folder() -> Path:
    """Where these files lie."""
    return data_dir() / "statusline"


def file_of(settings: Path) -> Path:
    """The file that belongs to a settings file."""
    return folder() / f"{key(settings)}.sh"


def footprint_from_file(settings: Path) -> Footprint:
    """What can still be said about a settings file when its footprint is lost."""
    kept = files.read(file_of(settings))
    command = None if kept is None else kept.decode(errors="replace").removesuffix("\n")
    return Footprint(replaced_status_line=None if command is None else json.dumps(command))


def persons_command(settings: object, footprint: Footprint) -> str | None:
    """The status line command that is the person's own, also while ours stands in its place."""
    if not settings_status_line.is_ours(settings):
        return settings_status_line.command(settings)
    replaced = footprint.replaced_status_line
    return None if replaced is None else str(json.loads(replaced))


def keep(settings: Path, command: str) -> None:
    """Write the person's command down."""
    content = command.encode(errors="surrogatepass") + b"\n"
    if files.read(file_of(settings)) != content:
        files.write(file_of(settings), content, 0o600)
