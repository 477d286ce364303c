"""Changing a file completely or not at all.

Rule: a file is replaced by a rename of a finished, synced one beside it, with its mode and owner,
through the links that lead to it; nothing is written when nothing changes.
"""

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from agent_console.errors import ConfigError

NEW_FILE_MODE = 0o600


def read(path: Path) -> bytes | None:
    """The content; None when there is no file.

    Raises:
        ConfigError: It is there and cannot be read.
    """
    try:
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
        real.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(real, content, mode)
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


def _replace(path: Path, content: bytes, mode: int | None) -> None:
    now = _status(path)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            if now is not None and (now.st_uid, now.st_gid) != (os.geteuid(), os.getegid()):
                with suppress(PermissionError):
                    os.fchown(file.fileno(), now.st_uid, now.st_gid)
            if mode is None:
                mode = NEW_FILE_MODE if now is None else stat.S_IMODE(now.st_mode)
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    _sync_folder(path.parent)


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
