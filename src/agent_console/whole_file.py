"""Give a file a content: all of it or, whatever happens meanwhile, what it had before.

Rule: a finished, synced file beside it is renamed over it, with the mode and the owner it had; what
a link leads to is replaced, not the link, and nothing that is no file. Imports what everybody has
anyway: programs of other people come here too.
"""

import errno
import os
import stat
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

NEW_FILE_MODE = 0o600


def replace_whole(path: Path, pieces: Iterable[bytes], mode: int | None = None) -> None:
    """Write a file.

    Args:
        path: The file, or a link to it; its folder is there.
        pieces: Its content.
        mode: Its permissions; null keeps those it has, and a new file is the person's alone.

    Raises:
        OSError: It cannot be written, because it is a pipe or a device for instance, and is as it
            was.
    """
    target = Path(os.path.realpath(path))
    now = _status(target)
    if now is not None and not (stat.S_ISREG(now.st_mode) or stat.S_ISDIR(now.st_mode)):
        raise OSError(errno.EINVAL, "it is no ordinary file")
    descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(pieces)
            if now is not None and (now.st_uid, now.st_gid) != (os.geteuid(), os.getegid()):
                with suppress(PermissionError):
                    os.fchown(file.fileno(), now.st_uid, now.st_gid)
            if mode is None:
                mode = NEW_FILE_MODE if now is None else stat.S_IMODE(now.st_mode)
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    _sync_folder(target.parent)


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
