"""How a command reaches the daemon: which socket, and whether it may start one.

Rule: `--socket` and `--no-start` mean the same before and after a command's name, and every command
that talks to the daemon has them, by `daemon_options`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from agent_console.client.blocking import BlockingClient

Command = TypeVar("Command", bound=Callable[..., Any])


class DaemonAccess:
    """What the options said. click hands it to commands; see `pass_daemon`."""

    def __init__(self) -> None:
        self.socket: str | None = None
        self.may_start = True

    def connect(self) -> "BlockingClient":
        """A client of the daemon, which is started when none runs and `--no-start` was not given.

        Raises:
            DaemonUnreachableError: None answers.
        """
        if not self.may_start:
            return self.connect_to_running()
        from agent_console.client.starting import connect_or_start  # noqa: PLC0415 - rarely needed

        return connect_or_start(self.socket)

    def connect_to_running(self) -> "BlockingClient":
        """A client of the daemon that runs now; for commands that never start one.

        Raises:
            DaemonUnreachableError: None answers.
        """
        from agent_console.client.blocking import connect  # noqa: PLC0415 - help needs no client

        return connect(self.socket)


pass_daemon = click.make_pass_decorator(DaemonAccess, ensure=True)
"""Gives a command the DaemonAccess as its first argument."""


def _keep_socket(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.ensure_object(DaemonAccess).socket = value


def _keep_no_start(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        context.ensure_object(DaemonAccess).may_start = False


socket_option = click.option(
    "--socket",
    metavar="PATH",
    expose_value=False,
    callback=_keep_socket,
    help="The daemon's socket, when it is not the usual one.",
)

no_start_option = click.option(
    "--no-start",
    is_flag=True,
    expose_value=False,
    callback=_keep_no_start,
    help="Start no daemon when none runs; what needs one exits 4.",
)


def daemon_options(command: Command) -> Command:
    """Adds `--socket` and `--no-start`."""
    return socket_option(no_start_option(command))


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
