"""Talking to the user's systemd.

Rule: a manager that cannot be reached is no error: the units are in place, and the person is told
the commands.
"""

import shutil
import subprocess
from collections.abc import Sequence

from agent_console.cli.install.units import SERVICE, SOCKET

TIMEOUT_SECONDS = 20
ENABLE = (("daemon-reload",), ("enable", "--now", SOCKET))
DISABLE = (("disable", "--now", SOCKET, SERVICE),)
RELOAD = (("daemon-reload",),)


def ended(disabling: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """What ends units that are gone from the disk: of those nothing can be disabled any more.

    Args:
        disabling: The calls that would have disabled them before.
    """
    calls = [("stop", *(word for word in call[1:] if word != "--now")) for call in disabling]
    return (*calls, *RELOAD)


def is_reachable() -> bool:
    """Whether the user has a systemd of their own that answers."""
    return shutil.which("systemctl") is not None and run(("show-environment",)) is None


def run(arguments: Sequence[str]) -> str | None:
    """Call `systemctl --user`; None when it did what was asked, else why not."""
    code, said = ask(arguments)
    return None if code == 0 else said or f"systemctl ended with {code}"


def ask(arguments: Sequence[str]) -> tuple[int, str]:
    """Call `systemctl --user`; its exit code and what it said."""
    try:
        done = subprocess.run(
            ["systemctl", "--user", "--no-pager", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, str(error)
    return done.returncode, done.stdout.decode(errors="replace").strip()


def commands(calls: Sequence[Sequence[str]]) -> list[str]:
    """What a person types to do the same."""
    return [f"systemctl --user {' '.join(call)}" for call in calls]
