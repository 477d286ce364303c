"""Files that killed processes left of copies they had not finished.

Rule: only names that this program gives are looked at, and only those of processes that are gone.
"""

import os
import re
from contextlib import suppress
from pathlib import Path

_END = re.compile(r"\.(?P<pid>\d+)\.(?:ready|partial)(?:-journal|-wal|-shm)?\Z")


def remove_leftovers(folder: Path, name: str) -> None:
    """Remove what is left of copies whose names begin with `name`.

    Args:
        folder: Where they lie; it may be missing.
        name: Of the file that was copied or made, or how it begins.
    """
    try:
        entries = os.listdir(folder)
    except OSError:
        return
    for entry in entries:
        if entry.startswith(".") and entry.lstrip(".").startswith(name.lstrip(".")):
            end = _END.search(entry)
            if end is not None and _is_gone(int(end["pid"])):
                with suppress(OSError):
                    os.unlink(folder / entry)


def _is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        pass  # somebody else's
    return False
