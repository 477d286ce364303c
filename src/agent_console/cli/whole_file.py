"""Files that a command writes for the person.

Rule: a file appears whole or not at all, and an old one is replaced only then. What is no file (a
pipe, a device) is never replaced: it is opened and written into.
"""

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from agent_console.cli.output import OutputClosedError
from agent_console.errors import AgentConsoleError
from agent_console.whole_file import NEW_FILE_MODE, replace_whole

_STREAMS = {Path("/dev/stdout"): 1, Path("/dev/stderr"): 2}
_FOLDERS_OF_STREAMS = (Path("/dev/fd"), Path("/proc/self/fd"))


def write_whole(target: Path, pieces: Iterable[bytes]) -> None:
    """Write a file that only the person can read, or into what is no file.

    Args:
        target: Where.
        pieces: Its content, in pieces.

    Raises:
        OutputClosedError: Whoever read the pipe has gone.
        AgentConsoleError: It cannot be written.
    """
    try:
        descriptor = _opened(target)
        if descriptor is None:
            replace_whole(target, pieces, NEW_FILE_MODE)
        else:
            with os.fdopen(descriptor, "wb") as stream:
                stream.writelines(pieces)
    except BrokenPipeError as error:
        raise OutputClosedError(f"Nobody reads {target}.") from error
    except OSError as error:
        raise AgentConsoleError(
            f"{target} cannot be written: {error.strerror or error}."
        ) from error


def _opened(target: Path) -> int | None:
    """What to write into, when that is there and no file.

    A stream that is open goes on where it is, also when the shell opened a file for it.
    """
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return None
    stream = _stream(target)
    if stream is not None:
        return os.dup(stream)
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return None
    return os.open(target, os.O_WRONLY)


def _stream(target: Path) -> int | None:
    """The number of an open stream of this process, when it is called by one of its names."""
    if target.parent in _FOLDERS_OF_STREAMS and target.name.isdecimal():
        return int(target.name)
    return _STREAMS.get(target)
