"""Changing a file completely or not at all.

Rule: through the links that lead to it; nothing is written when nothing changes.
"""

import os
import stat
from pathlib import Path

from agent_console.errors import ConfigError
from agent_console.private_folder import make_private_folder
from agent_console.whole_file import replace_whole


def read(path: Path) -> bytes | None:
    """The content; None when there is no file.

    Raises:
        ConfigError: It is there and cannot be read.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # a pipe would be waited for
            raise ConfigError(f"{path} cannot be read: it is no ordinary file.")
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error


def write(path: Path, content: bytes, mode: int | None = None) -> None:
    """Give a file this content.

    Args:
        path: The file, or a link to it.
        content: All of it.
        mode: Its permissions; None keeps those it has.

    Raises:
        ConfigError: It cannot be written.
    """
    real = Path(os.path.realpath(path))
    try:
        make_private_folder(real.parent)
        replace_whole(real, [content], mode)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.") from error


def remove(path: Path) -> bool:
    """Take a file away, or the file that a link leads to; whether it was there.

    Raises:
        ConfigError: It cannot be removed.
    """
    try:
        Path(os.path.realpath(path)).unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise ConfigError(f"{path} cannot be removed: {error.strerror}.") from error
    return True
