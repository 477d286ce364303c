"""Programs that will still be there tomorrow: what Claude Code and systemd are told to run.

Rule: no path in a temporary folder is ever written down, and the hooks never run a virtual
environment's interpreter, which goes with the environment. Whatever lies in the person's home is
taken to be as durable as the home itself.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from agent_console.errors import ConfigError

TEMPORARY_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm", "/private/tmp", "/var/folders", "/run")  # noqa: S108 - named to be avoided
SYSTEM_INTERPRETERS = ("/usr/bin/python3", "/usr/local/bin/python3", "/opt/homebrew/bin/python3")
_CHECK = "import _signal, _socket, posix, sys; sys.exit(sys.version_info < (3, 8))"


def is_temporary(path: str) -> bool:
    """Whether a path lies where things are cleaned away."""
    real = os.path.realpath(path)
    if _is_inside(real, os.path.realpath(Path.home())):
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

    A link such as ~/.local/bin/agent-console is kept: what it points to moves with versions.

    Raises:
        ConfigError: There is none, or only in a temporary folder.
    """
    beside = os.path.join(os.path.dirname(sys.executable), "agent-console")
    found = [os.path.abspath(path) for path in (shutil.which("agent-console"), beside) if path]
    for path in found:
        if os.access(path, os.X_OK) and not is_temporary(path):
            return path
    raise ConfigError(
        "systemd needs an agent-console that stays where it is"
        + (f", and {found[0]} is in a temporary folder" if found else ", and none is on PATH")
        + ": install it with `uv tool install agent-console` or `pipx install agent-console`."
    )


def _stable(path: str) -> str:
    """Homebrew's name for a Python that survives its upgrades, when `path` is one of Homebrew's."""
    before, cellar, after = path.partition("/Cellar/")
    if not cellar:
        return path
    formula, _, rest = after.partition("/")
    stable = os.path.join(before, "opt", formula, *rest.split("/")[1:])
    return stable if os.path.exists(stable) else path


def _is_virtual(python: str) -> bool:
    folder = os.path.dirname(python)
    return any(
        os.path.exists(os.path.join(above, "pyvenv.cfg")) for above in (folder, f"{folder}/..")
    )


def _is_inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
