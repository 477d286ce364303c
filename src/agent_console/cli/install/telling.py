"""What install and uninstall tell: differences for a dry run, sentences, and JSON.

Rule: paths are told as the person knows them, and the content of a script is never printed.
"""

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from agent_console.cli.install import belongings
from agent_console.cli.install.settings_file import FileChange
from agent_console.paths import home


def differences(changes: Iterable[FileChange]) -> str:
    """A unified diff of every change; of scripts only the names."""
    parts: list[str] = []
    for change in changes:
        if not change.changes:
            continue
        if change.path.suffix in {".py", ".sh"}:
            parts.append(f"{_verb(change)} {change.path}\n")
        else:
            parts.append(_difference(change))
    return "".join(parts)


def action(change: FileChange) -> str:
    """What happened to a file, in one word."""
    if not change.changes:
        return "unchanged"
    if change.before is None:
        return "created"
    return "removed" if change.after is None else "changed"


def as_data(changes: Iterable[FileChange]) -> list[dict[str, Any]]:
    """Changes for JSON."""
    return [{"path": str(change.path), "action": action(change)} for change in changes]


def short(path: Path | str) -> str:
    """A path with the home folder as `~`."""
    users = home()
    text = str(path)
    return f"~{text.removeprefix(users)}" if text.startswith(f"{users}/") else text


def whole(path: Path) -> str:
    """A path with what goes when it goes."""
    leads_to = belongings.leads_to(path)
    if leads_to is None:
        return f"{path} and everything in it" if path.is_dir() else str(path)
    if path in belongings.folders():
        return f"{path}, a link to {leads_to}, and everything in it"
    return f"{path}, a link; {leads_to} stays"


def _verb(change: FileChange) -> str:
    return {"created": "copy", "changed": "replace", "removed": "remove"}[action(change)]


def _difference(change: FileChange) -> str:
    lines = difflib.unified_diff(
        _lines(change.before),
        _lines(change.after),
        "/dev/null" if change.before is None else str(change.path),
        "/dev/null" if change.after is None else str(change.path),
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(content: bytes | None) -> list[str]:
    # Not splitlines: a JSON string may hold U+2028, which ends no line of a file.
    text = (content or b"").decode(errors="replace")
    return [f"{line}\n" for line in text.split("\n")[:-1]] + [
        last for last in text.split("\n")[-1:] if last
    ]
