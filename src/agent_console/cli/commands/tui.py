"""`agent-console tui`: the board people keep open.

Rule: what it draws is in agent_console/tui; here is only how it is started.
"""

import click

from agent_console.cli.daemon_access import DaemonAccess, daemon_options, pass_daemon
from agent_console.cli.extras import need
from agent_console.cli.output import is_terminal
from agent_console.errors import AgentConsoleError


@click.command("tui")
@click.option("--titles", type=int, hidden=True, help="A file descriptor; each line stands above.")
@daemon_options
@pass_daemon
def command(daemon: DaemonAccess, titles: int | None) -> None:
    """Open the board in the terminal; the same as `agent-console` alone.

    It starts the daemon when none runs, follows it, and waits for it when it goes away. Press `?`
    for the keys and `q` to leave.
    """
    open_app(daemon, titles)


def open_app(daemon: DaemonAccess, titles: int | None = None) -> None:
    """Run the terminal app until the person leaves it.

    Raises:
        AgentConsoleError: This is no terminal, or the extra `tui` is not installed.
    """
    if not is_terminal():
        raise AgentConsoleError(
            "The terminal app needs a terminal: use `agent-console list` or `watch --json` here."
        )
    need("textual", "tui", "The terminal app")
    from agent_console.tui.app import run_app  # noqa: PLC0415 - draws: Textual

    code = run_app(daemon.socket, start=daemon.may_start, titles=titles)
    if code:
        raise click.exceptions.Exit(code)
