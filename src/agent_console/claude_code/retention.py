"""How long Claude Code keeps transcripts: `cleanupPeriodDays` of its settings.

Rule: read-only, and nothing here fails: what cannot be read says nothing. Claude Code deletes a
transcript that many days after its last change, when it starts; 30 where nothing is set (observed
with 2.1).
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from agent_console.claude_code.json_shape import as_object
from agent_console.claude_code.settings_text import decode, parse
from agent_console.errors import ConfigError

KEY = "cleanupPeriodDays"
DEFAULT_RETENTION_DAYS = 30
MANAGED_SETTINGS = (
    "/etc/claude-code/managed-settings.json",
    "/Library/Application Support/ClaudeCode/managed-settings.json",
)
"""Where an administrator's settings lie, on Linux and macOS."""


def retention_days(settings: Iterable[Mapping[str, Any]]) -> int:
    """The shortest time that any of these settings asks for; 0: nothing is kept.

    Args:
        settings: What settings files say.
    """
    said = [each.get(KEY) for each in settings]
    days = [value for value in said if isinstance(value, int) and not isinstance(value, bool)]
    return max(0, min(days, default=DEFAULT_RETENTION_DAYS))


def retention_words(days: int) -> str:
    """The beginning of a sentence about it."""
    if days <= 0:
        return f"Claude Code keeps no transcripts ({KEY} is 0)"
    return f"Claude Code deletes transcripts after {days} day{'' if days == 1 else 's'}"


def configured_retention_days(config_dirs: Iterable[Path]) -> int:
    """The same of the settings in these folders of Claude Code, and of the administrator's."""
    files = [folder / "settings.json" for folder in config_dirs]
    return retention_days(_said(file) for file in (*files, *map(Path, MANAGED_SETTINGS)))


def _said(file: Path) -> dict[str, Any]:
    try:
        if not file.is_file():  # a pipe would be waited for
            return {}
        return as_object(parse(decode(file.read_bytes())).value)
    except (OSError, ConfigError):
        return {}
