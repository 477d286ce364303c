"""What every check looks at, gathered once: settings files, our commands in them, the daemon.

Rule: gathering never fails and changes nothing; what could not be read says so itself.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from agent_console.claude_code import settings_hooks
from agent_console.claude_code.json_shape import as_object
from agent_console.claude_code.retention import MANAGED_SETTINGS
from agent_console.claude_code.settings import is_blank
from agent_console.claude_code.settings_text import decode, parse
from agent_console.cli.install import files, hook_command, manifest, targets
from agent_console.cli.install.hook_command import HookLink
from agent_console.cli.running_daemon import holder
from agent_console.errors import AgentConsoleError, ConfigError, DaemonUnreachableError
from agent_console.protocol.messages import ServerStatus, ServerStatusResult

DAEMON_SECONDS = 3.0

DaemonState: TypeAlias = Literal["answers", "absent", "silent", "refuses"]


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """A settings.json.

    Attributes:
        path: Where it lies.
        is_there: Whether there is such a file.
        value: What it says; empty when it cannot be read.
        error: Why it cannot be read.
    """

    path: Path
    is_there: bool
    value: dict[str, Any]
    error: str | None = None

    @property
    def ours(self) -> settings_hooks.Hooks:
        """Our entries."""
        return settings_hooks.ours(self.value)

    @property
    def commands(self) -> list[str]:
        """The commands of our entries, each once."""
        found = [
            str(hook.get("command"))
            for groups in self.ours.values()
            for group in groups
            for hook in group["hooks"]
        ]
        return list(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Daemon:
    """How the daemon on our socket is.

    Attributes:
        state: Whether it answers; `silent` is one that is there and does not.
        status: What it said.
        said: Why it did not.
        pid: Who holds the socket's lock.
    """

    state: DaemonState
    status: ServerStatusResult | None = None
    said: str = ""
    pid: int | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that checks look at.

    Attributes:
        socket: The daemon's, by our resolver.
        users: The user's settings files: where hooks are installed.
        others: Settings of the project and of the administrator.
        daemon: On that socket.
    """

    socket: str
    users: list[SettingsFile]
    others: list[SettingsFile]
    daemon: Daemon

    @property
    def links(self) -> list[HookLink]:
        """What our commands run, each once."""
        read = [hook_command.read(command) for file in self.users for command in file.commands]
        return list(dict.fromkeys(link for link in read if link is not None))


def gather(socket: str) -> Situation:
    """Look at everything once."""
    users = dict.fromkeys(targets.settings_files())
    with suppress(ConfigError):  # told by its own check
        users |= dict.fromkeys(Path(name) for name in manifest.load().settings)
    project = targets.settings_files(project=True)[0]
    others = (project, project.with_name("settings.local.json"), *map(Path, MANAGED_SETTINGS))
    return Situation(
        socket,
        [settings_file(path) for path in users],
        [settings_file(path) for path in others if path not in users],
        ask(socket),
    )


def settings_file(path: Path) -> SettingsFile:
    """Read one settings file."""
    try:
        content = files.read(path)
        if content is None:
            return SettingsFile(path, is_there=False, value={})
        text = decode(content)
        value = {} if is_blank(text) else as_object(parse(text).value)
    except ConfigError as error:
        return SettingsFile(path, is_there=True, value={}, error=str(error))
    return SettingsFile(path, is_there=True, value=value)


def ask(socket: str) -> Daemon:
    """Ask the daemon on a socket how it is."""
    from agent_console.client.blocking import connect  # noqa: PLC0415 - pulls in the whole wire

    pid = holder(socket)
    try:
        with connect(socket, DAEMON_SECONDS) as client:
            return Daemon("answers", client.request(ServerStatus()), pid=pid)
    except DaemonUnreachableError as error:
        state: DaemonState = "absent" if pid is None and not _takes_calls(socket) else "silent"
        return Daemon(state, said=str(error), pid=pid)
    except AgentConsoleError as error:
        return Daemon("refuses", said=str(error), pid=pid)


def _takes_calls(path: str) -> bool:
    """Whether somebody listens, even if nobody answers."""
    import socket  # noqa: PLC0415 - only when the daemon did not answer

    if not os.path.exists(path):
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(path)
        except BlockingIOError:
            return True
        except OSError:
            return False
    return True
