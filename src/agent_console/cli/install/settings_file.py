"""One settings.json on the disk: read, changed, backed up, and replaced if nobody else was quicker.

Rule: Claude Code and people write these files too. What we write is made from what stands there at
the last moment; when that changed meanwhile, the change is worked out anew.
"""

import hashlib
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from agent_console.claude_code.settings_text import decode
from agent_console.cli.install import files
from agent_console.cli.install.targets import key
from agent_console.errors import ConfigError
from agent_console.paths import data_dir

ATTEMPTS = 10
KEPT_BACKUPS = 20
"""Of each settings file."""


@dataclass(frozen=True, slots=True)
class FileChange:
    """What happens to a file: None stands for no file."""

    path: Path
    before: bytes | None
    after: bytes | None

    @property
    def changes(self) -> bool:
        """Whether anything happens."""
        return self.before != self.after


def plan(path: Path, edit: Callable[[str | None], str | None]) -> FileChange:
    """What an edit of its text would do to a settings file.

    Raises:
        ConfigError: The file cannot be read, is write-protected, or the edit refuses it. It is not
            changed.
    """
    before = files.read(path)
    try:
        text = None if before is None else decode(before)
        after = edit(text)
    except ConfigError as error:
        raise ConfigError(f"{path} is left as it is: {error}") from error
    change = FileChange(path, before, None if after is None else after.encode())
    if before is not None and change.changes and not path.stat().st_mode & stat.S_IWUSR:
        raise ConfigError(
            f"{path} is left as it is: it is write-protected. If it may be changed, run "
            f"`chmod u+w {path}`."
        )
    return change


def rewrite(
    path: Path,
    edit: Callable[[str | None], str | None],
    before_writing: Callable[[], None] = lambda: None,
) -> FileChange:
    """Edit a settings file.

    Args:
        path: The file, or a link to it.
        edit: Makes the new text of the present one; called again when that changed meanwhile.
        before_writing: Called with a change worked out and not yet made.

    Raises:
        ConfigError: The file cannot be read or written, the edit refuses it, or others do not stop
            writing it.
    """
    for _ in range(ATTEMPTS):
        change = plan(path, edit)
        if change.changes and change.before is not None:
            _back_up(path, change.before)
        before_writing()
        if not change.changes:
            return change
        if files.read(path) != change.before:
            continue
        if change.after is None:
            files.remove(path)
        else:
            files.write(path, change.after)
        return change
    raise ConfigError(f"{path} is left as it is: somebody else keeps writing it. Try again.")


def backups_dir() -> Path:
    """Where former settings are kept."""
    return data_dir() / "settings-backups"


def _back_up(path: Path, content: bytes) -> None:
    stem = key(path)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    digest = hashlib.sha256(content).hexdigest()[:8]
    kept = sorted(backups_dir().glob(f"{stem}-*.json"))
    if any(old.name.endswith(f"-{digest}.json") for old in kept):
        return
    files.write(backups_dir() / f"{stem}-{stamp}-{digest}.json", content, 0o600)
    for old in kept[: max(0, len(kept) + 1 - KEPT_BACKUPS)]:
        with suppress(OSError):
            old.unlink()
