"""What is ours by name in the folders we write to.

Rule: whatever has another name is somebody else's, also in a folder that is called like us, and
also where a link leads. A link itself goes; what it leads to stays, unless it leads to one of our
folders: there the same names are ours.
"""

import os
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

from msgspec import Struct

from agent_console.paths import config_path, data_dir, state_dir

DATA_NAMES = (
    "metrics.db*",
    ".metrics.db.*",
    "sockets",
    "hooks",
    "statusline",
    "settings-backups",
    "backups",
    "install.json",
    ".install.json.*",
)
CONFIG_NAMES = ("config.toml", ".config-*.toml")
STATE_NAMES = ("daemon.log*", "saved-sessions")
BESIDE_SOCKET = ("", ".lock", ".starting", ".spool", ".notifier")


class Belongings(Struct, frozen=True):
    """One folder of ours.

    Attributes:
        folder: It, or a link to it.
        ours: What in it is ours.
        foreign: What in it is not; the folder stays with it.
    """

    folder: Path
    ours: list[Path]
    foreign: list[Path]

    @property
    def told(self) -> list[Path]:
        """What goes, in as few words as say it."""
        return self.ours if self.foreign else [self.folder]


def in_folders(beside_sockets: Iterable[Path]) -> list[Belongings]:
    """What lies in each of our folders, as far as these are there.

    Args:
        beside_sockets: What belongs to sockets; some of it may lie in our folders.
    """
    sockets = set(beside_sockets)
    named = zip(folders(), (DATA_NAMES, CONFIG_NAMES, STATE_NAMES), strict=True)
    return [_look(folder, names, sockets) for folder, names in named if folder.is_dir()]


def folders() -> tuple[Path, Path, Path]:
    """Our own folders: data, configuration, state."""
    return data_dir(), config_path().parent, state_dir()


def beside(sockets: Iterable[str]) -> list[Path]:
    """What we put where each socket is."""
    return [Path(f"{socket}{suffix}") for socket in sockets for suffix in BESIDE_SOCKET]


def leads_to(path: Path) -> Path | None:
    """Where a link leads; None for what is no link."""
    return Path(os.path.realpath(path)) if path.is_symlink() else None


def _look(folder: Path, names: tuple[str, ...], sockets: set[Path]) -> Belongings:
    inside = sorted(folder.iterdir())
    ours = [
        path
        for path in inside
        if path in sockets or any(fnmatchcase(path.name, name) for name in names)
    ]
    return Belongings(folder, ours, [path for path in inside if path not in ours])
