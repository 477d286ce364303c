"""Programs that will still be there tomorrow: what Claude Code and systemd are told to run.

Rule: no path in a temporary folder is ever written down, and neither hooks nor systemd run anything
inside a virtual environment, which goes with the environment. Whatever lies in the person's home is
taken to be as durable as the home itself.
"""

import os
import subprocess
import sys
import tempfile

from agent_console.errors import ConfigError
from agent_console.paths import data_dir, home

TEMPORARY_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm", "/private/tmp", "/var/folders", "/run")  # noqa: S108 - named to be avoided
SYSTEM_INTERPRETERS = ("/usr/bin/python3", "/usr/local/bin/python3", "/opt/homebrew/bin/python3")
_CHECK = "import _signal, _socket, posix, sys; sys.exit(sys.version_info < (3, 8))"


def is_temporary(path: str) -> bool:
    """Whether a path lies where things are cleaned away."""
    real = os.path.realpath(path)
    if _is_inside(real, os.path.realpath(home())):
        return False
    folders = {*TEMPORARY_FOLDERS, tempfile.gettempdir(), os.environ.get("TMPDIR", "")}
    return any(_is_inside(real, os.path.realpath(folder)) for folder in folders if folder)


def interpreter() -> str:
    """The Python that hooks are run by: the one ours is built on, else the system's.

    Raises:
        ConfigError: Every Python at hand lies in a temporary folder or a virtual environment.
    """
    own: str = getattr(sys, "_base_executable", "") or sys.executable
    candidates = [_stable(os.path.realpath(own)), *map(os.path.realpath, SYSTEM_INTERPRETERS)]
    for candidate in dict.fromkeys(candidates):
        if not is_temporary(candidate) and not _is_virtual(candidate) and runs_hooks(candidate):
            return candidate
    raise ConfigError(
        f"The hooks need a Python that stays where it is, and {own} does not: install agent-console"
        " with a Python of the system or of your home folder."
    )


def runs_hooks(python: str) -> bool:
    """Whether a program is a Python with what the hook script needs."""
    try:
        done = subprocess.run(
            [python, "-I", "-S", "-E", "-c", _CHECK],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def executable() -> str:
    """The `agent-console` that systemd starts, by the name that survives an upgrade.

    A link such as ~/.local/bin/agent-console is kept: what it points to moves with versions. A path
    inside a virtual environment is not taken: unlike that link it goes with the environment.

    Raises:
        ConfigError: There is none, or only in a temporary folder or a virtual environment.
    """
    folders = [*os.get_exec_path(), os.path.join(home(), ".local/bin")]
    folders.append(os.path.dirname(sys.executable))
    found = [os.path.abspath(os.path.join(folder, "agent-console")) for folder in folders if folder]
    found = [path for path in found if os.access(path, os.X_OK) and not os.path.isdir(path)]
    for path in found:
        if not is_temporary(path) and not _is_virtual(path):
            return path
    why = "none is on PATH"
    if found:
        where = "a temporary folder" if is_temporary(found[0]) else "a virtual environment"
        why = f"{found[0]} is in {where}"
    raise ConfigError(
        f"systemd needs an agent-console that stays where it is, and {why}: install it with "
        "`pipx install agent-console` or `uv tool install agent-console`, and run the command that "
        "is then in ~/.local/bin."
    )


def check_places(socket: str) -> None:
    """What hooks and units name besides a program: our data folder and the socket.

    Raises:
        ConfigError: One of them lies where things are cleaned away.
    """
    if is_temporary(str(data_dir())):
        raise ConfigError(
            f"{data_dir()} is in a temporary folder, and the hook scripts must stay where they "
            "are: set XDG_DATA_HOME to another one, or unset it."
        )
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and _is_inside(os.path.realpath(socket), os.path.realpath(runtime)):
        return  # as short-lived as the daemon itself, and made anew at each login
    if is_temporary(socket) and not _is_inside(os.path.realpath(socket), "/run"):
        raise ConfigError(
            f"The socket {socket} is in a temporary folder, and hooks must find it there for good: "
            "choose another path, or none for the usual one."
        )


def _stable(path: str) -> str:
    """Homebrew's name for a Python that survives its upgrades, when `path` is one of Homebrew's."""
    before, cellar, after = path.partition("/Cellar/")
    if not cellar:
        return path
    formula, _, rest = after.partition("/")
    stable = os.path.join(before, "opt", formula, *rest.split("/")[1:])
    return stable if os.path.exists(stable) else path


def _is_virtual(program: str) -> bool:
    folder = os.path.dirname(program)
    return any(
        os.path.exists(os.path.join(above, "pyvenv.cfg")) for above in (folder, f"{folder}/..")
    )


def _is_inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
