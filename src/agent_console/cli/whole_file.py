"""Files that a command writes for the person.

Rule: a file appears whole or not at all, and an old one is replaced only then.
"""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from agent_console.errors import AgentConsoleError


def write_whole(target: Path, pieces: Iterable[bytes]) -> None:
    """Write a file that only the person can read.

    Args:
        target: Where.
        pieces: Its content, in pieces.

    Raises:
        AgentConsoleError: It cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with open(handle, "wb") as file:
                file.writelines(pieces)
            os.replace(name, target)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise AgentConsoleError(
            f"{target} cannot be written: {error.strerror or error}."
        ) from error
