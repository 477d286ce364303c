"""A file or folder of the person's that cannot be had, where no command expected it.

Rule: only what the file system says of a path that it names; any other OSError stays a bug of ours.
"""

import errno
import os

from agent_console.errors import AgentConsoleError

_OTHERS = (errno.EACCES, errno.EPERM)
_CODES = (
    *_OTHERS,
    errno.EROFS,
    errno.ENOTDIR,
    errno.ENAMETOOLONG,
    errno.ELOOP,
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EIO,
    errno.ESTALE,
)


def out_of_reach(error: OSError) -> AgentConsoleError | None:
    """The sentence about it; None when it is something else."""
    if not isinstance(error.filename, (str, bytes)) or error.errno not in _CODES:
        return None
    said = f"{os.fsdecode(error.filename)} cannot be used: {error.strerror}."
    if error.errno in _OTHERS:
        said += " It is not yours, or not open to you (`sudo` makes files of root's)."
    return AgentConsoleError(said)
