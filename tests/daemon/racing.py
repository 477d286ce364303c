"""Two daemons that start at the same moment on one socket, again and again; a program of its own.

Rule: each is the whole daemon in a process of its own. They are forked from here, where everything
is imported already, so that nothing but the race itself takes time.
"""

import json
import os
import signal
import sys
from pathlib import Path

from tests.daemon.running import Wire, wait_readable

from agent_console.daemon.serve import serve
from agent_console.errors import AgentConsoleError


def contender(home: Path, path: str, start: int, ready: int) -> int:
    """A forked daemon; its pid."""
    pid = os.fork()
    if pid:
        return pid
    log = os.open(home / f"log-{os.getpid()}", os.O_WRONLY | os.O_CREAT, 0o600)
    os.dup2(log, 2)
    os.environ.update(HOME=str(home), AGENT_CONSOLE_READY_FD=str(ready))
    os.read(start, 1)
    try:
        code = serve(path)
    except AgentConsoleError as error:
        os.write(2, f"{error}\n".encode())
        code = error.exit_code
    os._exit(code)


def identity(path: str) -> tuple[int, int]:
    found = os.lstat(path)
    return found.st_ino, found.st_ctime_ns


def race(home: Path, number: int) -> dict[str, object]:
    """One race, and what came of it."""
    path = f"{home}/{number}/s"
    start, gun = os.pipe()
    ready, says_ready = os.pipe()
    pids = {contender(home, path, start, says_ready) for _ in range(2)}
    os.close(says_ready)
    os.write(gun, b"go")
    assert wait_readable(ready)
    said = os.read(ready, 64)
    before = identity(path)
    loser, status = os.wait()
    after = identity(path)
    (winner,) = pids - {loser}
    with Wire(path) as wire:
        served_by = wire.data(cmd="PING")["pid"]
    os.kill(winner, signal.SIGTERM)
    _, winner_status = os.waitpid(winner, 0)
    for descriptor in (start, gun, ready):
        os.close(descriptor)
    return {
        "ready": said.decode(),
        "loser_code": os.waitstatus_to_exitcode(status),
        "loser_said": (home / f"log-{loser}").read_text(encoding="utf-8"),
        "winner": winner,
        "winner_code": os.waitstatus_to_exitcode(winner_status),
        "served_by": served_by,
        "socket_untouched": before == after,
        "socket_left_behind": os.path.lexists(path),
    }


if __name__ == "__main__":
    for number in range(int(sys.argv[2])):
        print(json.dumps(race(Path(sys.argv[1]), number)), flush=True)
