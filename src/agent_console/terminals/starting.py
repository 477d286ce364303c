"""Start a program that stays: the terminal that a user's own command opens.

Rule: it is waited for only as long as it takes to see that it does not fail at once; then it is on
its own, also after our end.
"""

import os
import subprocess
from collections.abc import Sequence
from threading import Thread

import anyio

from agent_console.model.session import Session
from agent_console.terminals.outcome import CannotOpen, Opened, OpenResult
from agent_console.terminals.own_command import environment

SETTLING_SECONDS = 1.0
"""A terminal that cannot be opened says so within that time."""


async def start(command: Sequence[str], folder: str, session: Session) -> OpenResult:
    """Start the user's command.

    Args:
        command: The program and its arguments, which no shell sees.
        folder: Where it starts.
        session: What it is about, told as variables.
    """
    return await anyio.to_thread.run_sync(_start, command, folder, environment(session))


def _start(command: Sequence[str], folder: str, env: dict[str, str]) -> OpenResult:
    program = command[0]
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={**os.environ, **env},
            start_new_session=True,
        )
    except FileNotFoundError:
        return CannotOpen(
            f"`{program}` is not installed, or not on the PATH: see the setting `resume.command`."
        )
    except (OSError, ValueError) as error:
        return CannotOpen(f"`{program}` cannot be started: {error}.")
    try:
        code = process.wait(SETTLING_SECONDS)
    except subprocess.TimeoutExpired:
        # Somebody has to take note of its end, or it stays in the process table.
        Thread(target=process.wait, daemon=True).start()
        code = 0
    if code:
        return CannotOpen(f"`{program}` failed with exit code {code}.")
    return Opened(f"by your command `{program}`")
