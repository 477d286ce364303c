"""Whether a process is there, and whether it is the same as before.

Rule: a pid alone proves nothing, since the system gives it out again; a process is the same when
its start time is (field 22 of /proc/<pid>/stat, proc(5)).
"""

import os
import sys

_START_TIME_FIELD = 22


def process_start(pid: int) -> str | None:
    """When a process started, in clock ticks since boot; null when it is gone or nobody says."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            content = file.read()
    except OSError:
        return None
    # The second field is the program's name in parentheses and may hold anything.
    fields = content[content.rfind(b")") + 2 :].split()
    index = _START_TIME_FIELD - 3
    # A zombie has ended; only its parent has not noticed.
    if len(fields) <= index or fields[0] in {b"Z", b"X"}:
        return None
    return fields[index].decode()


def is_alive(pid: int, start: str | None) -> bool:
    """Whether this very process still runs."""
    if sys.platform == "linux":
        now = process_start(pid)
        alive = now is not None and (start is None or now == start)
    else:
        alive = process_exists(pid)
    return alive


def process_exists(pid: int) -> bool:
    """Whether some process has this number now, whoever it belongs to."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True
