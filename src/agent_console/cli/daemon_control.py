"""Start and end the daemon on purpose.

Rule: where a systemd unit of ours is installed, systemd starts it, so that there are never two ways
in which the same daemon runs.
"""

import os
import select
from contextlib import contextmanager
from typing import TYPE_CHECKING

from agent_console.client.answers import hung_up
from agent_console.client.blocking import BlockingClient, open_socket
from agent_console.client.starting import connect_or_start
from agent_console.errors import AgentConsoleError, DaemonUnreachableError
from agent_console.paths import socket_path
from agent_console.protocol.messages import Ping, Pong, Stop

if TYPE_CHECKING:
    from collections.abc import Generator

STOP_SECONDS = 10.0
"""The daemon promises to be gone within 5 s."""

UNIT = "agent-console.service"


def start(given: str | None) -> Pong:
    """Have a daemon run; the one that answers.

    Raises:
        DaemonUnreachableError: None could be started.
    """
    if is_managed_by_systemd(given) and running(given) is None:
        systemctl("start", UNIT)
    with connect_or_start(given) as client:
        return client.request(Ping())


def stop(given: str | None, *, force: bool = False) -> bool:
    """End the daemon and wait until its process is gone. False when none was running.

    Raises:
        RequestRefusedError: Sessions are working (`conflict`), and not `force`.
        AgentConsoleError: It did not end in time.
    """
    client = running(given)
    if client is None:
        return False
    with client:
        pid = client.request(Ping()).pid
        with _process(pid) as process:
            client.request(Stop(force=force))
            gone = client.wait_for_hangup(STOP_SECONDS) and _ended(process, STOP_SECONDS)
    if not gone:
        raise AgentConsoleError(
            f"The daemon (pid {pid}) accepted to stop and still runs after {STOP_SECONDS:.0f} s: "
            "see `agent-console daemon logs`."
        )
    return True


def running(given: str | None) -> BlockingClient | None:
    """A client of the daemon that runs now, None when there is none.

    Raises:
        DaemonUnreachableError: One is there and does not answer, or is not ours.
    """
    path = socket_path(given)
    try:
        return BlockingClient(open_socket(path, STOP_SECONDS), path, STOP_SECONDS)
    except (FileNotFoundError, ConnectionRefusedError):
        return None
    except OSError as error:
        raise DaemonUnreachableError(f"{hung_up(path)} ({error.strerror})") from error


def is_managed_by_systemd(given: str | None) -> bool:
    """Whether a user unit of ours is installed and serves this socket."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    config = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return (
        runtime is not None
        and given is None
        and not os.environ.get("AGENT_CONSOLE_SOCKET")
        and os.path.exists(f"{config}/systemd/user/{UNIT}")
        and os.path.exists(f"{runtime}/systemd/private")
    )


def systemctl(verb: str, *units: str) -> None:
    """Ask the user's systemd.

    Raises:
        AgentConsoleError: It refused.
    """
    import subprocess  # noqa: PLC0415 - only under systemd

    done = subprocess.run(
        ["systemctl", "--user", verb, *units], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise AgentConsoleError(
            f"`systemctl --user {verb} {' '.join(units)}` failed: {done.stderr.strip()}"
        )


@contextmanager
def _process(pid: int) -> "Generator[int | None]":
    """A handle that tells when the process ends; None where the system has no such thing."""
    try:
        handle = os.pidfd_open(pid)
    except (AttributeError, OSError):
        yield None
        return
    try:
        yield handle
    finally:
        os.close(handle)


def _ended(process: int | None, timeout: float) -> bool:
    if process is None:
        return True
    poll = select.poll()
    poll.register(process, select.POLLIN)
    return bool(poll.poll(timeout * 1000))
