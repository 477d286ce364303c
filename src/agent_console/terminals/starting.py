"""Start a program that stays: the terminal that a user's own command opens.

Rule: it is waited for only as long as it takes to see that it does not fail at once; then it is on
its own, also after our end.
"""

import os
import subprocess
from collections.abc import Sequence

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
    try:
        process = await anyio.open_process(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={**os.environ, **environment(session)},
            start_new_session=True,
        )
    except FileNotFoundError:
        return CannotOpen(
            f"`{command[0]}` is not installed, or not on the PATH: see the setting "
            "`resume.command`."
        )
    except (OSError, ValueError) as error:
        return CannotOpen(f"`{command[0]}` cannot be started: {error}.")
    with anyio.move_on_after(SETTLING_SECONDS):
        await process.wait()
    if process.returncode:
        return CannotOpen(f"`{command[0]}` failed with exit code {process.returncode}.")
    return Opened(f"by your command `{command[0]}`")
