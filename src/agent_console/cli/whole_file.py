"""Files that a command writes for the person.

Rule: a file appears whole or not at all, and an old one is replaced only then.
"""

from collections.abc import Iterable
from pathlib import Path

from agent_console.errors import AgentConsoleError
from agent_console.whole_file import NEW_FILE_MODE, replace_whole


def write_whole(target: Path, pieces: Iterable[bytes]) -> None:
    """Write a file that only the person can read.

    Args:
        target: Where.
        pieces: Its content, in pieces.

    Raises:
        AgentConsoleError: It cannot be written.
    """
    try:
        replace_whole(target, pieces, NEW_FILE_MODE)
    except OSError as error:
        raise AgentConsoleError(
            f"{target} cannot be written: {error.strerror or error}."
        ) from error
