"""`agent-console statusline` with its help; drawn without click whenever the arguments are plain.

Rule: nothing is drawn here; see hooks/agent_console_statusline.py.
"""

import click

from agent_console.cli.daemon_access import DaemonAccess, pass_daemon, socket_option
from agent_console.cli.fast_statusline import draw_statusline


@click.command("statusline")
@socket_option
@click.option("--chain", metavar="FILE", help="Run the command in this file for the line instead.")
@pass_daemon
def command(daemon: DaemonAccess, *, chain: str | None) -> None:
    """Print the status line of Claude Code from its payload on stdin.

    Claude Code calls it by itself after `agent-console install --statusline`. It tells the daemon
    what it reads, and shows the model, what the session and today cost, how full the context is,
    and the account's limits.
    """
    draw_statusline(daemon.socket, chain)
