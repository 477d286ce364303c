"""Run another program for a short time: no shell, a limit, and nothing of it left behind after it.

Rule: a program that takes too long is killed with all its children. One that ends in time may leave
some: to open a window is what it was called for.
"""

import os
import signal
import tempfile
from collections.abc import Mapping, Sequence
from typing import IO

import anyio
from anyio.abc import Process
from msgspec import Struct

from agent_console.model.format import clipped, printable

LIMIT_SECONDS = 5.0
"""For programs whose work is done in milliseconds."""

_MOST_BYTES = 1 << 20
_COMPLAINT_COLUMNS = 200


class Ran(Struct, frozen=True, gc=False):
    """A program that ended by itself; `code` is negative when a signal ended it."""

    code: int
    stdout: str
    stderr: str

    @property
    def complaint(self) -> str:
        """The last line it wrote, for the person; else its exit code."""
        lines = [line for line in (self.stderr or self.stdout).splitlines() if line.strip()]
        last = printable(lines[-1]).strip() if lines else f"exit code {self.code}"
        return clipped(last, _COMPLAINT_COLUMNS).rstrip(".")


class NotRun(Struct, frozen=True, gc=False):
    """A program that did not start, or did not end in time.

    Attributes:
        reason: A sentence.
    """

    reason: str


async def run(
    command: Sequence[str],
    *,
    seconds: float = LIMIT_SECONDS,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
) -> Ran | NotRun:
    """Run a program to its end.

    Args:
        command: The program and its arguments, which no shell sees.
        seconds: How long it may take.
        env: What is added to our own environment.
        stdin: What it reads.
    """
    # Files, not pipes: what a program leaves running in the background may keep them open.
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        given.write(stdin)
        given.seek(0)
        try:
            process = await anyio.open_process(
                command,
                stdin=given,
                stdout=out,
                stderr=err,
                env={**os.environ, **(env or {})},
                start_new_session=True,
            )
        except FileNotFoundError:
            return NotRun(f"`{command[0]}` is not installed, or not on the PATH.")
        except (OSError, ValueError) as error:
            return NotRun(f"`{command[0]}` cannot be started: {error}.")
        if not await _ended(process, seconds):
            return NotRun(f"`{command[0]}` did not end within {seconds:g} s and was killed.")
        code = process.returncode
        return Ran(-1 if code is None else code, _text(out), _text(err))


async def _ended(process: Process, seconds: float) -> bool:
    """Wait for the end; whether it came by itself."""
    try:
        with anyio.move_on_after(seconds):
            await process.wait()
            return True
    finally:
        if process.returncode is None:
            with anyio.CancelScope(shield=True):
                _kill_group(process.pid)
                await process.wait()
    return False


def _kill_group(pid: int) -> None:
    """End the program and what it started; it leads a group of its own."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(_MOST_BYTES).decode("utf-8", "replace")
