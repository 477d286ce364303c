"""Where everything of ours lies. The only resolver: CLI, hook command, daemon and tests ask here.

Rule: `socket_path` and `bundled_path` need nothing but `os`, because `agent-console set` imports
this module: not even `typing`, which costs half of what the interpreter does. The other folders
follow the XDG rules of platformdirs, also on macOS, so that the documentation names one place for
each thing. Reports have no time to import it, and ask for texts by the same rules; a test compares.
A relative `$HOME` would be another one in every folder: whoever needs it refuses it.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from platformdirs.unix import Unix

APP = "agent-console"
MAX_SOCKET_PATH_BYTES = 107
"""What `sun_path` holds on Linux, less the closing NUL."""


def socket_path(given: str | None = None) -> str:
    """The daemon's socket.

    Order: the path given, `$AGENT_CONSOLE_SOCKET`, `$XDG_RUNTIME_DIR`, the home folder. (A socket
    handed over by systemd is the daemon's business and wins there.)

    Raises:
        ConfigError: The path is longer than a Unix socket's may be, or `$AGENT_CONSOLE_SOCKET` is
            relative: it would be another one in every folder. Or as `home`.
    """
    environ = os.environ
    path = given or environ.get("AGENT_CONSOLE_SOCKET")
    if path and not given and path[0] != "/":
        from agent_console.errors import ConfigError  # noqa: PLC0415 - not on the path of `set`

        raise ConfigError(f"AGENT_CONSOLE_SOCKET is not absolute: {path!r} must begin with /.")
    if not path:
        runtime = environ.get("XDG_RUNTIME_DIR")
        path = f"{runtime}/{APP}/daemon.sock" if runtime else socket_in_home()
    path = os.path.abspath(path)
    length = len(os.fsencode(path))
    if length > MAX_SOCKET_PATH_BYTES:
        from agent_console.errors import ConfigError  # noqa: PLC0415 - not on the path of `set`

        raise ConfigError(
            f"The socket path is {length} bytes long and a Unix socket's may have "
            f"{MAX_SOCKET_PATH_BYTES}: set AGENT_CONSOLE_SOCKET to a shorter one. ({path})"
        )
    return path


def socket_in_home() -> str:
    """The daemon's socket when no `$XDG_RUNTIME_DIR` is set.

    Raises:
        ConfigError: As in `home`.
    """
    return os.path.join(home(), f".local/state/{APP}/daemon.sock")


def home() -> str:
    """The person's home folder: `$HOME`, else the one that the system knows.

    Raises:
        ConfigError: `$HOME` is relative, or there is none.
    """
    given = os.environ.get("HOME")
    if given and given[0] == "/":
        return given.rstrip("/") or "/"
    from agent_console.errors import ConfigError  # noqa: PLC0415 - not on the path of `set`

    if given:
        raise ConfigError(f"HOME is not absolute: {given!r} must begin with /.")
    import pwd  # noqa: PLC0415 - not on the path of `set`

    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        raise ConfigError("You have no home folder: set HOME to one.") from None


def is_other_than_socket(path: str) -> bool:
    """Whether something lies at a socket's path that is none: a file, a folder, a link."""
    from stat import S_ISSOCK  # noqa: PLC0415 - not on the path of `set`

    try:
        return not S_ISSOCK(os.lstat(path).st_mode)
    except OSError:
        return False


def refuse_other_than_socket(path: str) -> None:
    """Ask this before anything is made beside a socket's path: a mistyped one leaves no litter.

    Raises:
        ConfigError: Something that is no socket lies there.
    """
    if is_other_than_socket(path):
        from agent_console.errors import ConfigError  # noqa: PLC0415 - not on the path of `set`

        raise ConfigError(f"{path} is no socket: move it away or choose another path.")


def data_dir() -> "Path":
    """The ledger, the hook scripts that Claude Code runs, backups of settings."""
    return _xdg().user_data_path


def database_path() -> "Path":
    """The ledger's database."""
    return data_dir() / "metrics.db"


def database_file() -> str:
    """The same as text."""
    return f"{_folder('XDG_DATA_HOME', '.local/share')}/metrics.db"


def manifest_path() -> "Path":
    """What `install` put where."""
    return data_dir() / "install.json"


def sockets_dir() -> "Path":
    """Which sockets the daemons on this database serve."""
    return _path(f"{_folder('XDG_DATA_HOME', '.local/share')}/sockets")


def state_dir() -> "Path":
    """The log."""
    return _xdg().user_state_path


def log_path() -> "Path":
    """The daemon's log when nobody else takes its stderr."""
    return state_dir() / "daemon.log"


def saved_sessions_dir() -> "Path":
    """Sessions that programs saved with `agent_console.sdk`, to go on with them another day."""
    return state_dir() / "saved-sessions"


def config_path() -> "Path":
    """The user's configuration."""
    return _xdg().user_config_path / "config.toml"


def config_file() -> str:
    """The same as text."""
    return f"{config_home()}/{APP}/config.toml"


def config_home() -> str:
    """Where programs keep the person's configuration, as text."""
    return _base_directory("XDG_CONFIG_HOME", ".config")


def spool_dir(socket: str) -> "Path":
    """Where hooks leave events that no daemon took: beside the socket, `<socket>.spool`."""
    return _path(f"{socket}.spool")


def claude_config_dirs() -> "list[Path]":
    """Claude Code's own folders.

    `$CLAUDE_CONFIG_DIR` (a comma list; an entry may be its `projects` folder), else both
    `$XDG_CONFIG_HOME/claude` and `~/.claude`. They need not exist.
    """
    return [_path(folder) for folder in claude_config_folders()]


def claude_config_folders() -> list[str]:
    """The same as text."""
    given = os.environ.get("CLAUDE_CONFIG_DIR")
    if given:
        named = [os.path.expanduser(part.strip()) for part in given.split(",") if part.strip()]
        return [claude_config_folder(path) for path in named]
    return [f"{config_home()}/claude", os.path.join(home(), ".claude")]


def claude_config_folder(named: str) -> str:
    """Claude Code's folder that was meant, when its `projects` folder may have been named.

    One that is called so and has a `projects` of its own is meant itself.
    """
    folder = named.rstrip("/") or named
    if os.path.basename(folder) != "projects" or os.path.isdir(f"{folder}/projects"):
        return folder
    return os.path.dirname(folder) or "."


def bundled(name: str) -> "Path":
    """A folder that travels with the code: `hooks` or `systemd`."""
    return _path(bundled_path(name))


def bundled_path(name: str) -> str:
    """The same as text. In a wheel it lies inside the package; in a checkout at its top."""
    package = os.path.dirname(os.path.realpath(__file__))
    inside = f"{package}/bundled/{name}"
    return (
        inside if os.path.isdir(inside) else f"{os.path.dirname(os.path.dirname(package))}/{name}"
    )


def _xdg() -> "Unix":
    from platformdirs.unix import Unix  # noqa: PLC0415 - not on the path of `set`

    home()  # refuses what platformdirs takes
    return Unix(APP, appauthor=False)


def _folder(variable: str, default: str) -> str:
    """Our folder in a base directory."""
    return f"{_base_directory(variable, default)}/{APP}"


def _base_directory(variable: str, default: str) -> str:
    """One of the XDG base directories, which is absolute or counts as not set; without its `/`."""
    given = os.environ.get(variable, "").strip()
    return given.rstrip("/") if given.startswith("/") else os.path.join(home(), default)


def _path(text: str) -> "Path":
    from pathlib import Path  # noqa: PLC0415 - not on the path of `set`

    return Path(text)
