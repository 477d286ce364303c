"""Our hook scripts, copied to where no upgrade and no deleted environment takes them away.

Rule: what is copied is what travels with this version, byte for byte; `doctor` compares the two.
"""

from pathlib import Path

from agent_console.cli.install import files
from agent_console.cli.install.settings_file import FileChange
from agent_console.errors import ConfigError
from agent_console.paths import bundled, data_dir

RUNNABLE = 0o755
READABLE = 0o644


def folder() -> Path:
    """Where the copies lie."""
    return data_dir() / "hooks"


def originals() -> dict[str, bytes]:
    """The scripts of this version, by name.

    Raises:
        ConfigError: They are not there: the package is not whole.
    """
    source = bundled("hooks")
    found = {
        script.name: script.read_bytes()
        for script in sorted(source.glob("*"))
        if script.suffix in {".py", ".sh"}
    }
    if not found:
        raise ConfigError(f"There are no hook scripts in {source}: install agent-console anew.")
    return found


def plan() -> list[FileChange]:
    """What copying would change."""
    return [
        FileChange(folder() / name, files.read(folder() / name), content)
        for name, content in originals().items()
    ]


def copy() -> list[FileChange]:
    """Copy the scripts; what is there already stays as it is.

    Raises:
        ConfigError: A script cannot be written.
    """
    changes = plan()
    for change in changes:
        if change.changes and change.after is not None:
            runnable = change.after.startswith(b"#!")
            files.write(change.path, change.after, RUNNABLE if runnable else READABLE)
    return changes
