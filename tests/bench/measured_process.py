"""Run one command and print what it cost, as JSON: exit code, wall and CPU seconds, peak memory.

    python -I -S tests/bench/measured_process.py '{"command": […], "env": {…}, …}'

Rule: this is a small process of its own, because Linux counts the memory of whoever starts a
program to that program's peak. It uses the standard library only. The peak is that of the largest
single process, CPU that of the command and all it waited for.
"""

import json
import os
import signal
import sys
import time

POLL_SECONDS = 0.02


def main() -> None:
    """Run what the first argument describes.

    Keys: `command`, `env`, `stdin`, `stdout` and `stderr` (files), `seconds` (a limit), `until` (a
    text in its output at which it is ended, for programs that never end by themselves, or null).
    """
    given = json.loads(sys.argv[1])
    stdout: str = given["stdout"]
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, given["stdin"], os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, stdout, flags, 0o600),
        (os.POSIX_SPAWN_OPEN, 2, given["stderr"], flags, 0o600),
    ]
    command: list[str] = given["command"]
    started = time.perf_counter()
    pid = os.posix_spawn(command[0], command, given["env"], file_actions=actions)
    limit = started + given["seconds"]
    wall = None
    if given["until"] is not None:
        wall = _wait_for(pid, stdout, given["until"], limit) - started
        _end(pid)
    signal.signal(signal.SIGALRM, lambda _number, _frame: _end(pid))
    signal.setitimer(signal.ITIMER_REAL, max(limit - time.perf_counter(), 0.01))
    _, status, usage = os.wait4(pid, 0)
    if wall is None:
        wall = time.perf_counter() - started
    kib = usage.ru_maxrss / (1 if sys.platform == "linux" else 1024)
    code = 0 if given["until"] is not None else os.waitstatus_to_exitcode(status)
    figures = {
        "code": code,
        "wall_seconds": wall,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_mb": kib * 1024 / 1e6,
    }
    sys.stdout.write(json.dumps(figures) + "\n")


def _wait_for(pid: int, path: str, text: str, limit: float) -> float:
    """When `text` stood in the file, or the process was gone, or the limit was reached."""
    while time.perf_counter() < limit:
        with open(path, "rb") as file:
            if text.encode() in file.read():
                break
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            break
        time.sleep(POLL_SECONDS)
    return time.perf_counter()


def _end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    main()
