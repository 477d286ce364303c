"""Which config dirs of Claude Code there are, so that their registries can be watched.

Rule: three sources, and none of them knows all: our own environment and the usual places, what
`install` wrote down, and what hooks say of the process they belong to. The last is bounded, since
anything may stand in it, and the one named longest ago gives way.
"""

from pathlib import Path

import msgspec
from msgspec import Raw, Struct

from agent_console.paths import claude_config_dirs, home, manifest_path

DEFAULT = ""
"""What a process without `CLAUDE_CONFIG_DIR` is in."""


class _Manifest(Struct):
    settings: dict[str, Raw] = {}


def known_config_dirs() -> list[Path]:
    """The config dirs that can be known before any hook was heard; they need not exist."""
    return list(dict.fromkeys([*claude_config_dirs(), *_installed()]))


def config_dir(named: str) -> Path:
    """The folder that a hook's process works with."""
    return Path(home(), ".claude") if named == DEFAULT else Path(named)


def _installed() -> list[Path]:
    """The folders whose settings run our hooks; none when that cannot be read."""
    try:
        settings = msgspec.json.decode(manifest_path().read_bytes(), type=_Manifest).settings
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return []
    return [Path(name).parent for name in settings if name.startswith("/")]
