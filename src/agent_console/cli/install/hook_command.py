"""The shell commands that Claude Code runs for us.

Rule: whatever goes away (interpreter, script, our whole data folder), the command prints nothing
and ends with 0, because a hook that ends with 2 blocks the person's prompt. Hence no `exec`: a
Python that cannot find its script or its own library would end with a code of its own.
"""

import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from agent_console.claude_code.settings_hooks import GATE_SCRIPT, HOOK_SCRIPT
from agent_console.claude_code.settings_status_line import STATUS_LINE_SCRIPT
from agent_console.errors import ConfigError

_FLAGS = ["-I", "-S", "-E"]


def for_events(python: str, scripts: Path, socket: str) -> Callable[[str], str]:
    """Gives the command of each hook event.

    Raises:
        ConfigError: A path cannot be written into JSON.
    """
    hook = str(scripts / HOOK_SCRIPT)
    _check_writable(python, hook, socket)

    def command(event: str) -> str:
        run = shlex.join([python, *_FLAGS, hook, socket, event])
        # Not only the interpreter is silenced: a shell tells of a child that a signal ended.
        line = f"exec >/dev/null 2>&1; [ -x {shlex.quote(python)} ] && {run}; exit 0"
        return shlex.join(["/bin/sh", "-c", line])

    return command


def for_gate(python: str, scripts: Path, socket: str) -> Callable[[str], str]:
    """Gives the command of the gate for an event: only what the script prints comes out of it.

    Raises:
        ConfigError: A path cannot be written into JSON.
    """
    gate = str(scripts / GATE_SCRIPT)
    _check_writable(python, gate, socket)

    def command(event: str) -> str:
        run = shlex.join([python, *_FLAGS, gate, socket, event])
        there = f"[ -x {shlex.quote(python)} ] && [ -r {shlex.quote(gate)} ]"
        # An output that was not made to its end is none: an interpreter that dies printed nothing.
        return shlex.join(["/bin/sh", "-c", f"exec 2>/dev/null; {there} && {run}; exit 0"])

    return command


def for_status_line(python: str, scripts: Path, socket: str, chain: Path | None) -> str:
    """The command of the status line.

    When our script cannot run, the person's own command does.

    Args:
        python: The interpreter.
        scripts: The folder of our scripts.
        socket: The daemon's.
        chain: The file with the person's own command, when they had one.

    Raises:
        ConfigError: A path cannot be written into JSON.
    """
    script = str(scripts / STATUS_LINE_SCRIPT)
    _check_writable(python, script, socket, str(chain))
    run = [python, *_FLAGS, script, socket]
    there = f"[ -x {shlex.quote(python)} ] && [ -r {shlex.quote(script)} ]"
    if chain is None:
        line = f"{there} && {shlex.join(run)} 2>/dev/null; exit 0"
    else:
        file = shlex.quote(str(chain))
        run += ["--chain", str(chain)]
        line = f"{there} && exec {shlex.join(run)}; [ -r {file} ] && exec /bin/sh {file}; exit 0"
    return shlex.join(["/bin/sh", "-c", line])


class HookLink(NamedTuple):
    """What a command of ours runs."""

    python: str
    script: str
    socket: str


def read(command: str) -> HookLink | None:
    """What a hook command runs; None when it is none of the form above."""
    try:
        shell = shlex.split(command)
        words = shlex.split(shell[2])
    except (ValueError, IndexError):
        return None
    for index, word in enumerate(words):
        if os.path.basename(word) == HOOK_SCRIPT and words[index - 3 : index] == _FLAGS:
            return HookLink(words[index - 4], word, words[index + 1])
    return None


def _check_writable(*paths: str) -> None:
    for path in paths:
        try:
            path.encode()
        except UnicodeEncodeError:
            raise ConfigError(
                f"The path {path!r} is not UTF-8, so it cannot stand in settings.json."
            ) from None
