"""A home of the demo's own, and a daemon in it.

Rule: while the scratch home is entered, this process's environment is the scratch environment.
There is one resolver for every path and it reads the environment, so nothing the demo calls (the
client, the configuration, the daemon, the hooks) can reach the person's own files or daemon.
"""

import fcntl
import os
import shutil
import signal
import site
import tempfile
from collections import deque
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from agent_console.cli import daemon_control
from agent_console.client.starting import start
from agent_console.errors import AgentConsoleError, DaemonUnreachableError
from agent_console.paths import MAX_SOCKET_PATH_BYTES, config_path, log_path

if TYPE_CHECKING:
    from collections.abc import Generator

KEPT = ("PATH", "TZ", "TERM", "COLORTERM", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TMPDIR")
KEPT_PREFIXES = ("LANG", "LC_", "PYTHON", "LD_LIBRARY_PATH", "DYLD_")
"""What programs need to run and to draw. All else would tell the demo about the person."""

CONFIG = "[daemon]\nidle_exit_minutes = 1\n"
"""Should the demo itself be killed (SIGKILL), its daemon ends by itself soon after."""

_SOCKET = "daemon.sock"
_PREFIX = "agent-console-demo-"


class ScratchHome(Struct, frozen=True):
    """Where the demo lives.

    Attributes:
        path: The home folder, removed at the end.
        socket: The daemon's.
        sessions: Claude Code's session registry.
    """

    path: Path
    socket: str
    sessions: Path


@contextmanager
def scratch_home() -> "Generator[ScratchHome]":
    """A home folder that is the process's own until the end, then is gone.

    Raises:
        AgentConsoleError: It cannot be made, or not be removed.
    """
    path = _folder()
    try:
        home = ScratchHome(path, str(path / _SOCKET), path / ".claude" / "sessions")
        with _environment(home):
            home.sessions.mkdir(parents=True)
            config_path().parent.mkdir(parents=True)
            config_path().write_text(CONFIG, encoding="utf-8")
            yield home
    finally:
        shutil.rmtree(path, ignore_errors=True)
        if path.exists():
            raise AgentConsoleError(f"{path} could not be removed: remove it yourself.")


@contextmanager
def scratch_daemon(home: ScratchHome) -> "Generator[None]":
    """The real daemon, serving the scratch home until the end.

    Raises:
        DaemonUnreachableError: It could not be started; the message has its last words.
    """
    try:
        start(home.socket)
        yield
    except DaemonUnreachableError as error:
        raise DaemonUnreachableError(f"{error}{_last_words()}") from error
    finally:
        with suppress(AgentConsoleError):
            daemon_control.stop(home.socket, force=True)
        _kill_holder(f"{home.socket}.lock")


def _folder() -> Path:
    """A new folder, for our eyes only, in which a socket's path is not too long."""
    for parent in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 - mkdtemp makes it safely
        try:
            path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent)).resolve()
        except OSError as error:
            failure = f"No folder can be made in {parent}: {error.strerror}."
            continue
        if len(os.fsencode(path / _SOCKET)) <= MAX_SOCKET_PATH_BYTES:
            return path
        path.rmdir()
        failure = f"{parent} is too long a path for a socket: set TMPDIR to a shorter one."
    raise AgentConsoleError(failure)


@contextmanager
def _environment(home: ScratchHome) -> "Generator[None]":
    before = dict(os.environ)
    kept = {
        name: value
        for name, value in before.items()
        if name in KEPT or name.startswith(KEPT_PREFIXES)
    }
    # Installed with `pip install --user`, our package is found by way of the person's home.
    user_base = {"PYTHONUSERBASE": site.getuserbase()} if site.ENABLE_USER_SITE else {}
    root = home.path
    os.environ.clear()
    os.environ.update(
        user_base
        | kept
        | {
            "HOME": str(root),
            "AGENT_CONSOLE_SOCKET": home.socket,
            "XDG_CONFIG_HOME": str(root / ".config"),
            "XDG_DATA_HOME": str(root / ".local" / "share"),
            "XDG_STATE_HOME": str(root / ".local" / "state"),
            "XDG_CACHE_HOME": str(root / ".cache"),
            "XDG_RUNTIME_DIR": str(root),
        }
    )
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _last_words() -> str:
    """The end of the daemon's log, which is about to be removed."""
    try:
        with log_path().open(encoding="utf-8", errors="replace") as log:
            lines = deque(log, maxlen=20)
    except OSError:
        return ""
    return "\nThe daemon's log ends with:\n" + "".join(lines).rstrip() if lines else ""


def _kill_holder(lock: str) -> None:
    """End the daemon that did not stop when it was asked to, if there is one."""
    try:
        with open(lock, "rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pid = file.read(32).strip()
                if pid.isdigit():
                    os.kill(int(pid), signal.SIGKILL)
                    fcntl.flock(file, fcntl.LOCK_EX)  # it is gone when its lock is
    except OSError:
        return
