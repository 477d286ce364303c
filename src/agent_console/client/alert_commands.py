"""The user's own commands for alerts, as `[[alerts.on]]` of the configuration names them.

Rule: they are run by clients, never by the daemon. A command gets the alert as JSON on its stdin,
no shell is in between, and whatever it starts ends with it.
"""

import os
import signal
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from typing import Literal, TypeAlias

import anyio
from anyio.abc import Process
from msgspec import Struct
from msgspec.json import encode

from agent_console.config_alerts import AlertCommand
from agent_console.model.usage import Alert

GRACE_SECONDS = 1.0
"""Between the signal that asks a command to end and the one that ends it."""

KEPT_OUTPUT_BYTES = 2_000

State: TypeAlias = Literal["done", "failed", "timed_out", "not_started"]


class Ran(Struct, frozen=True):
    """What became of a command.

    Attributes:
        state: `done` is exit code 0.
        detail: What went wrong, as one sentence for a log; empty when nothing did.
    """

    command: AlertCommand
    state: State
    detail: str = ""


def commands_for(alert: Alert, commands: Iterable[AlertCommand]) -> list[AlertCommand]:
    """Those that the alert is for; none for one that was acknowledged or is snoozed."""
    if alert.acknowledged_at_ms is not None or alert.snoozed_until_ms is not None:
        return []
    return [
        command
        for command in commands
        if (not command.kinds or alert.kind in command.kinds)
        and (not command.severities or alert.severity in command.severities)
    ]


async def run_commands(alert: Alert, commands: Iterable[AlertCommand]) -> list[Ran]:
    """Run those that the alert is for, side by side, each within its time.

    One that cannot be started or fails hinders no other. When this is cancelled, what still runs is
    ended first.

    Args:
        alert: What to tell.
        commands: `config.load().alerts.on`.
    """
    wanted = commands_for(alert, commands)
    ran: dict[int, Ran] = {}

    async def run(number: int, command: AlertCommand) -> None:
        ran[number] = await _run(alert, command)

    async with anyio.create_task_group() as tasks:
        for number, command in enumerate(wanted):
            tasks.start_soon(run, number, command)
    return [ran[number] for number in range(len(wanted))]


async def _run(alert: Alert, command: AlertCommand) -> Ran:
    name = command.run[0]
    try:
        process = await anyio.open_process(
            command.run,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,  # a group of its own, to be ended as one
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return Ran(command, "not_started", f"{name} cannot be started: {reason}.")
    said = bytearray()
    try:
        with anyio.move_on_after(command.timeout_seconds):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_feed, process, encode(alert) + b"\n")
                tasks.start_soon(_keep, process, said)
                await process.wait()
                _signal_group(process.pid, signal.SIGKILL)  # so that nobody else holds its pipes
        timed_out = process.returncode is None
    finally:
        with anyio.CancelScope(shield=True):
            await _end_group(process)
    if timed_out:
        seconds = f"{command.timeout_seconds:g}"
        return Ran(command, "timed_out", f"{name} was ended: it took more than {seconds} s.")
    if process.returncode:
        words = bytes(said).decode(errors="replace").strip()
        why = f": {words}" if words else ""
        return Ran(command, "failed", f"{name} ended with code {process.returncode}{why}.")
    return Ran(command, "done")


async def _feed(process: Process, data: bytes) -> None:
    if process.stdin is None:
        return
    with suppress(OSError, anyio.BrokenResourceError, anyio.ClosedResourceError):
        await process.stdin.send(data)
    with suppress(OSError, anyio.BrokenResourceError):
        await process.stdin.aclose()


async def _keep(process: Process, said: bytearray) -> None:
    """Read what it complains of, the beginning of it for us."""
    if process.stderr is None:
        return
    with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
        async for data in process.stderr:
            said += data[: KEPT_OUTPUT_BYTES - len(said)]


async def _end_group(process: Process) -> None:
    """End the command and all that it has started: at first politely, then for certain."""
    if process.returncode is None:
        _signal_group(process.pid, signal.SIGTERM)
        with anyio.move_on_after(GRACE_SECONDS):
            await process.wait()
    _signal_group(process.pid, signal.SIGKILL)
    await process.wait()
    await process.aclose()


def _signal_group(group: int, number: signal.Signals) -> None:
    # The group's number is not given to others while one of its processes is there.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
