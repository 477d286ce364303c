"""What may lie in the ledger's place: a file, or nothing.

Rule: a pipe or a device is never opened, for opening alone may wait for ever.
"""

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path


def refuse_no_file(path: "Path | str") -> None:
    """Nothing, when there is a file or nothing.

    Raises:
        LedgerError: Something else is there.
    """
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return  # there is nothing, or opening it says what is wrong
    if stat.S_ISREG(mode):
        return
    from agent_console.errors import LedgerError  # noqa: PLC0415 - rarely needed

    what = "a folder" if stat.S_ISDIR(mode) else "a pipe, a socket or a device"
    raise LedgerError(f"The ledger {path} cannot be opened: that is {what}. Move it away.")
