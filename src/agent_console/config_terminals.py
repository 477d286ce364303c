"""What the user says of terminals: the tables `jump` and `resume` of the configuration.

Rule: a command is a list of words and no shell reads it; what it is about it finds in its
environment and on its stdin.
"""

from typing import Annotated, Any, TypeAlias, cast

import msgspec
from msgspec import Meta, Struct

from agent_console import config_tables
from agent_console.errors import ConfigError

SESSION_FIELDS = (
    "session_id",
    "status",
    "reason",
    "display_name",
    "agent_type",
    "working_dir",
    "title",
    "label",
    "git_branch",
    "model",
)
"""Fields of a session that a `when` may ask for; they are called as in the protocol."""

TERMINAL_VARIABLES = (
    "TMUX",
    "TMUX_PANE",
    "KITTY_WINDOW_ID",
    "KITTY_LISTEN_ON",
    "WEZTERM_PANE",
    "WEZTERM_UNIX_SOCKET",
    "ZELLIJ_SESSION_NAME",
    "ZELLIJ_PANE_ID",
    "ITERM_SESSION_ID",
    "TERM_PROGRAM",
    "TERM_SESSION_ID",
    "WINDOWID",
    "STY",
    "VSCODE_PID",
    "SSH_CONNECTION",
    "SSH_TTY",
)
"""Variables of the session's terminal that a `when` may ask for; a session knows no others."""

_CONDITIONS = (*SESSION_FIELDS, *TERMINAL_VARIABLES)
_KEYS = ("when", "command")

COMMANDS_WORDS = "tables: write `[[jump.commands]]` above each"
COMMAND_WORDS = 'a list of words like ["xterm", "-e"]'

Command: TypeAlias = Annotated[tuple[str, ...], Meta(description=COMMAND_WORDS)]


class JumpCommand(Struct, frozen=True):
    """One entry of `[[jump.commands]]`: how some sessions' terminals are brought in front.

    Attributes:
        command: The program and its arguments.
        when: Patterns like `*ghostty*` by field or variable, which all have to match; a field that
            a session does not have matches nothing. Without any it is for all sessions.
    """

    command: Command
    when: dict[str, str] = {}


class JumpConfig(Struct, frozen=True):
    """How `jump` finds terminals beside the ways that are built in.

    Attributes:
        limit_seconds: How long a command may take before it is killed.
        commands: The first whose `when` matches is run instead of what is built in.
    """

    limit_seconds: Annotated[int, Meta(ge=1, le=60)] = 10
    commands: tuple[JumpCommand, ...] = ()


class ResumeConfig(Struct, frozen=True):
    """How `resume` opens a terminal.

    Attributes:
        command: Run instead of opening a tab of what we are in, in the session's folder and with
            the words of the command to resume with behind its own; empty: none.
    """

    command: Command = ()


EXAMPLE = """\
## An example; take away both `#` to use it.
## [[jump.commands]]
## when = { WINDOWID = "*", working_dir = "/home/*" }   # patterns; all have to match
## command = ["sh", "-c", "xdotool windowactivate $AGENT_CONSOLE_WINDOWID"]
"""
"""An entry of `[[jump.commands]]` for a file that explains itself."""


def jump_commands(value: object) -> tuple[JumpCommand, ...]:
    """`jump.commands`, checked.

    Raises:
        ValueError: It is no list of tables.
        ConfigError: An entry cannot be used; the sentence lacks only the file.
    """
    return config_tables.entries(value, _jump_command)


def unknown_keys(written: object) -> list[str]:
    """Keys of entries that mean nothing to this version."""
    return config_tables.unknown_keys(written, "jump.commands", _KEYS)


def plain(commands: tuple[JumpCommand, ...]) -> list[dict[str, Any]]:
    """The entries as the file has them, for whoever shows them."""
    return [
        {**({"when": entry.when} if entry.when else {}), "command": list(entry.command)}
        for entry in commands
    ]


def _jump_command(entry: dict[str, object], number: int) -> JumpCommand:
    where = f"entry {number} of `[[jump.commands]]`"
    if "command" not in entry:
        raise ConfigError(f"{where} needs a `command`: {COMMAND_WORDS}.")
    try:
        words = msgspec.convert(entry["command"], tuple[str, ...])
    except msgspec.ValidationError:
        words = ()
    if not words:
        raise ConfigError(f"`command` of {where} cannot be run, allowed: {COMMAND_WORDS}.")
    return JumpCommand(words, _when(entry.get("when", {}), where))


def _when(value: object, where: str) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ConfigError(
            f'`when` of {where} is no table: write it like {{ TERM_PROGRAM = "ghostty" }}.'
        )
    conditions = cast("dict[str, object]", value)
    for key, pattern in conditions.items():
        if key not in _CONDITIONS:
            raise ConfigError(
                f"`when` of {where} asks for `{key}`, allowed: {', '.join(_CONDITIONS)}."
            )
        if not isinstance(pattern, str):
            raise ConfigError(
                f'`when.{key}` of {where} is {pattern!s}, allowed: a pattern like "*ghostty*".'
            )
    return cast("dict[str, str]", conditions)
