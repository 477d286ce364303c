"""The systemd units with this machine's paths in them.

Rule: what is filled in is quoted for systemd (`%` and `$` mean something to it), and the daemon
under systemd sees the same folders as the shell that installed it.
"""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from agent_console.cli.install import files
from agent_console.cli.install.settings_file import FileChange
from agent_console.errors import ConfigError
from agent_console.paths import bundled, config_home, data_dir, state_dir

SERVICE = "agent-console.service"
SOCKET = "agent-console.socket"
HARDENING = "hardening.conf"
FOLDER_VARIABLES = (
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "CLAUDE_CONFIG_DIR",
)
"""What the user manager may not know, and decides where everything lies."""


def folder() -> Path:
    """Where the user manager looks for units."""
    return Path(config_home(), "systemd", "user")


def drop_in() -> Path:
    """Where the hardening goes."""
    return folder() / f"{SERVICE}.d" / HARDENING


def plan(executable: str, socket: str, *, hardening: bool) -> list[FileChange]:
    """What installing the units would change; a hardening that is there stays up to date.

    Args:
        executable: The `agent-console` to start.
        socket: The daemon's socket.
        hardening: Put the stricter drop-in there too.
    """
    wanted = {
        folder() / SERVICE: render(SERVICE, executable, socket),
        folder() / SOCKET: render(SOCKET, executable, socket),
    }
    if hardening or drop_in().exists():
        wanted[drop_in()] = render(HARDENING, executable, socket)
    return [FileChange(path, files.read(path), text.encode()) for path, text in wanted.items()]


def write(changes: list[FileChange]) -> None:
    """Put the units in place.

    Raises:
        ConfigError: One cannot be written.
    """
    for change in changes:
        if change.changes and change.after is not None:
            files.write(change.path, change.after, 0o644)


def remove(paths: Iterable[Path]) -> None:
    """Take units away, with what systemd has made for them and leaves where it is not asked.

    Raises:
        ConfigError: One cannot be removed.
    """
    for path in paths:
        files.remove(path)
        for enabled in path.parent.glob("*.target.wants"):
            with suppress(OSError):
                if (enabled / path.name).is_symlink():
                    (enabled / path.name).unlink()
                    enabled.rmdir()  # which fails where others are enabled
        with suppress(OSError):
            _stamp(path.name).unlink()


def _stamp(timer: str) -> Path:
    """When systemd started a timer's service last (systemd.timer(5), Persistent=).

    One that is left has the timer's service started at once when the timer comes back.
    """
    return data_dir().parent / "systemd" / "timers" / f"stamp-{timer}"


def render(name: str, executable: str, socket: str) -> str:
    """A unit or drop-in of the daemon with the paths filled in.

    Raises:
        ConfigError: A path holds a character that no unit can.
    """
    environment = folder_environment()
    if (listen := _listen(socket)) != _DEFAULT_LISTEN:
        environment.append(f"Environment={quoted(f'AGENT_CONSOLE_SOCKET={socket}')}")
    writable = (data_dir(), state_dir(), Path(socket).parent)
    return filled(
        name,
        {
            "@AGENT_CONSOLE@": program(executable),
            "@ENVIRONMENT@": "\n".join(environment),
            "@SOCKET@": listen,
            "@WRITABLE@": " ".join(quoted(f"-{path}") for path in writable),
        },
    )


def folder_environment() -> list[str]:
    """The lines of a unit that show it the folders of the present shell."""
    return [
        f"Environment={quoted(f'{variable}={os.environ[variable]}')}"
        for variable in FOLDER_VARIABLES
        if os.environ.get(variable)
    ]


def filled(name: str, values: Mapping[str, str]) -> str:
    """A unit that comes with us, with its marks filled in.

    Args:
        name: The file's name.
        values: What stands for each mark.

    Raises:
        ConfigError: It is not there.
    """
    try:
        template = (bundled("systemd") / name).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"There is no {name} to install: install agent-console anew.") from error
    lines: list[str] = []
    for line in template.splitlines():
        for mark, value in values.items():
            if mark in line and not line.startswith("#"):
                line = line.replace(mark, value)  # noqa: PLW2901 - values hold no marks
        lines.append(line)
    return "\n".join(lines) + "\n"


_DEFAULT_LISTEN = "%t/agent-console/daemon.sock"


def _listen(socket: str) -> str:
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and socket == f"{os.path.abspath(runtime)}/agent-console/daemon.sock":
        return _DEFAULT_LISTEN
    _check(socket)
    return socket.replace("%", "%%")


def program(path: str) -> str:
    """The first word of a command: `$` stands for itself, and quotes cannot be in it at all."""
    if any(letter in path for letter in "\"'\\"):
        raise ConfigError(f"systemd cannot start a program with quotes in its path: {path}")
    return quoted(path)


def quoted(text: str) -> str:
    """A word of a unit."""
    _check(text)
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    plain = all(letter.isalnum() or letter in "/._-+=:@%," for letter in quoted)
    return quoted if plain else f'"{quoted}"'


def argument(text: str) -> str:
    """A word of a command that is not its first: `$` would begin a variable in it."""
    return quoted(text).replace("$", "$$")


def _check(text: str) -> None:
    if not text.isprintable():
        raise ConfigError(f"The path {text!r} cannot stand in a systemd unit.")
