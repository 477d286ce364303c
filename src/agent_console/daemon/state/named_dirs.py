"""The config dirs that hooks have named, the one named longest ago first.

Rule: bounded, and only what can be a folder: this is a variable of somebody's environment.
"""

from collections.abc import Iterator

NAMES_KEPT = 16
_VALUE_IS_CUT_AT = 512


class NamedDirs:
    """What `CLAUDE_CONFIG_DIR` said where hooks ran; empty where it was not set."""

    def __init__(self) -> None:
        self._names: dict[str, None] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._names))

    def note(self, env: dict[str, str]) -> bool:
        """A hook was run with these variables; whether they name a new folder."""
        name = env.get("CLAUDE_CONFIG_DIR", "")
        if "CLAUDE_PID" not in env or not _can_be_a_folder(name):
            return False
        known = name in self._names
        self._names.pop(name, None)
        self._names[name] = None
        if len(self._names) > NAMES_KEPT:
            del self._names[next(iter(self._names))]
        return not known


def _can_be_a_folder(name: str) -> bool:
    if not name:
        return True
    return name.startswith("/") and "\0" not in name and len(name) < _VALUE_IS_CUT_AT
