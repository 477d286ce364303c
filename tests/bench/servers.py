"""The servers that are measured: our daemon as a user starts it, and redis-server beside it.

Rule: each lives in a scratch folder of its own, with nothing of the user's environment that could
reach real data, is ended by its process id, and is gone with its folder when the `with` ends.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

Framing = Literal["lines", "resp"]
Durability = Literal["normal", "full"]
Fsync = Literal["everysec", "always"]

READY_SECONDS = 20.0
STOP_SECONDS = 10.0
_HIDE_UVLOOP = (
    "import sys; sys.modules['uvloop'] = None\n"
    "from agent_console.__main__ import main\n"
    "sys.exit(main(sys.argv[1:]))"
)
_CPUS = sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else []
LOAD_CPU = _CPUS[1] if len(_CPUS) > 1 else None
_OURS = ("AGENT_CONSOLE_", "XDG_", "CLAUDE_", "LISTEN_", "NOTIFY_SOCKET", "WATCHDOG_")


class Server(NamedTuple):
    """A server that runs.

    Attributes:
        socket: Its path.
        framing: How its replies are told apart.
        pid: Its process.
        folder: Where it keeps what it keeps.
    """

    socket: str
    framing: Framing
    pid: int
    folder: Path

    def keep_to_its_cpu(self) -> None:
        """Keep the server's main thread away from the CPU of the load generator.

        Where a scheduler puts two processes that wake each other decides by a factor of four how
        long a wake-up takes, and it changes its mind within seconds.
        """
        if len(_CPUS) > 1:
            os.sched_setaffinity(self.pid, {_CPUS[0]})

    def cpu_seconds(self) -> float | None:
        """CPU time of all its threads so far, where the kernel counts it to the nanosecond."""
        try:
            tasks = list(Path(f"/proc/{self.pid}/task").iterdir())
            return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
        except FileNotFoundError:
            return None

    def ask(self, request: bytes, answers: int = 1) -> bytes:
        """Send a request and return the last of the lines that it is answered with."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(READY_SECONDS)
            connection.connect(self.socket)
            connection.sendall(request)
            received = b""
            while received.count(b"\n") < answers:
                part = connection.recv(1 << 20)
                if not part:
                    sys.exit(f"The server ended the connection after {request[:80]!r}.")
                received += part
            return received.splitlines(keepends=True)[-1]


@contextmanager
def running_daemon(
    *, uvloop: bool = True, durability: Durability = "normal"
) -> Generator[Server, None, None]:
    """Our daemon, ready; without uvloop by hiding the package from its import system."""
    with _scratch_folder() as folder:
        config = folder / ".config" / "agent-console"
        config.mkdir(parents=True)
        (config / "config.toml").write_text(f'[daemon]\ndurability = "{durability}"\n')
        path = str(folder / "d.sock")
        start = ["-m", "agent_console"] if uvloop else ["-c", _HIDE_UVLOOP]
        ready, told = os.pipe()
        env = {k: v for k, v in os.environ.items() if not k.startswith(_OURS)}
        env |= {"HOME": str(folder), "AGENT_CONSOLE_READY_FD": str(told)}
        env["AGENT_CONSOLE_SOCKET"] = path
        command = [sys.executable, *start, "daemon", "run"]  # as systemd and clients start it
        with _running(command, folder, env, (told,)) as pid:
            os.close(told)
            with os.fdopen(ready, "rb") as ready_file:
                if ready_file.readline() != b"READY\n":  # the write end closed: it has ended
                    sys.exit(f"The daemon did not start:\n{(folder / 'output').read_text()}")
            yield Server(path, "lines", pid, folder)


@contextmanager
def running_redis(fsync: Fsync | None = None) -> Generator[Server, None, None]:
    """redis-server on a Unix socket, without persistence or with an append-only file."""
    with _scratch_folder() as folder:
        path = str(folder / "r.sock")
        command = ["redis-server", "--port", "0", "--unixsocket", path, "--save", ""]
        command += ["--dir", str(folder), "--appendonly", "no" if fsync is None else "yes"]
        if fsync is not None:
            command += ["--appendfsync", fsync]
        with _running(command, folder, dict(os.environ)) as pid:
            _wait_until_it_listens(path, folder)
            yield Server(path, "resp", pid, folder)


def redis_is_missing() -> str | None:
    """Why there is no reference, as a sentence; null when there is one."""
    if shutil.which("redis-server") is None:
        return "redis-server is not installed: no reference, only our own figures."
    return None


@contextmanager
def _scratch_folder() -> Generator[Path, None, None]:
    # A socket's path may have 107 bytes, which $TMPDIR alone can take up.
    folder = Path(tempfile.mkdtemp(prefix="ac", dir="/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(
    command: list[str], folder: Path, env: dict[str, str], descriptors: tuple[int, ...] = ()
) -> Generator[int, None, None]:
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            command,
            env=env,
            cwd=folder if command[0] == "redis-server" else None,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=descriptors,
        )
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_it_listens(path: str, folder: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(path)
            except OSError:
                if time.monotonic() > deadline:
                    sys.exit(f"redis-server did not start:\n{(folder / 'output').read_text()}")
                time.sleep(0.01)
            else:
                return
